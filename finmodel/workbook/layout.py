"""Where everything stands: the sheet and row of each line and each input, decided before a formula is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeGuard

from finmodel.deal.plant.terms import products_by_node
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Const, Given, Op, Shift
from finmodel.kernel.model import Line, Model, walk
from finmodel.workbook.cells import CONSTANT, TOP, TOTAL
from finmodel.workbook.keys import Key
from finmodel.workbook.sheets import SHEETS, SheetRule, rule_of, sheet_name

CHECK_TOP = TOP + 8  # the verdict stands above the checks
INPUT_TOP = TOP + 3  # so do the counts of changed inputs
SWITCH_TOP = TOP + 7  # and the live switch above what it switches
WORKING_SHEETS = [rule for rule in SHEETS if rule.sections]


@dataclass(frozen=True)
class Spot:
    """The row of a line or an input; `column` is where its value stands, 0 for one value a period."""

    sheet: str
    row: int
    column: int = 0


@dataclass(frozen=True)
class Block:
    """Lines of one section, or inputs of one group, under a band."""

    title: str
    row: int
    items: tuple[str, ...]


@dataclass
class Sheet:
    """A sheet with lines: the blocks on it."""

    rule: SheetRule
    name: str
    star: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Layout:
    """The plan of a workbook.

    Args:
        sheets: Sheets with lines.
        lines: Line → where it stands.
        inputs: Input → the cell or row that a person edits.
        reads: Input → the cell or row that formulas read: through the live switch where a case changes it.
        groups: Blocks of the sheets Inputs, Series and ScenarioRows.
        constants: Numbers that formulas need beyond 0 and 1 → row on Inputs; it grows while formulas are written.
        first_constant: The first such row.
        starts: (line, ahead) → what its readers want to see beyond the timeline.
        begun: Beginnings of long sums, a row each on LongSums; it grows while formulas are written.
    """

    sheets: list[Sheet] = field(default_factory=list)
    lines: dict[str, Spot] = field(default_factory=dict)
    inputs: dict[str, Spot] = field(default_factory=dict)
    reads: dict[str, Spot] = field(default_factory=dict)
    groups: dict[str, list[Block]] = field(default_factory=dict)
    constants: dict[float, int] = field(default_factory=dict)
    first_constant: int = 0
    starts: dict[tuple[str, bool], Const | Given | None] = field(default_factory=dict)
    begun: list[Op] = field(default_factory=list)

    @classmethod
    def of(cls, model: Model, keys: Sequence[Key], overridden: Sequence[str], tables: CaseTables, cases: int) -> Layout:
        """Give every line and every input its place."""
        plan = cls()
        plan._place_lines(model, tables)
        plan._place_inputs(keys)
        plan._place_overridden(model, overridden, cases)
        plan.starts = _starts(model)
        return plan

    def constant(self, value: float) -> Spot:
        """The cell of a number that formulas need."""
        row = self.constants.setdefault(value, self.first_constant + len(self.constants))
        return Spot("Inputs", row, CONSTANT)

    def begin(self, total: Op) -> Spot:
        """The cell or row of the beginning of a long sum.

        Args:
            total: The long sum.
        """
        same = (at for at, known in enumerate(self.begun) if known.name == total.name and known.args == total.args)
        at = next(same, len(self.begun))
        if at == len(self.begun):
            self.begun.append(total)
        row = TOP + at
        return Spot("LongSums", row, 0 if total.series else CONSTANT)

    def _place_lines(self, model: Model, tables: CaseTables) -> None:
        found: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
        products = _products(tables)
        for section, ids in _by_section(model).items():
            rule, star = rule_of(section, products)
            found.setdefault((rule.name, star), []).append((model.sections[section].title, ids))
        taken: dict[str, str] = {rule.name.lower(): rule.name for rule in SHEETS if "{0}" not in rule.name}
        for rule in WORKING_SHEETS:
            for (owner, star), parts in found.items():
                if owner == rule.name:
                    name = rule.name if "{0}" not in rule.name else sheet_name(rule, star, taken)
                    taken[name.lower()] = name
                    self.sheets.append(self._sheet(rule, name, star, parts))

    def _sheet(self, rule: SheetRule, name: str, star: str, parts: list[tuple[str, list[str]]]) -> Sheet:
        sheet = Sheet(rule, name, star, _blocks(parts, CHECK_TOP if name == "Checks" else TOP))
        for block in sheet.blocks:
            for at, id in enumerate(block.items, block.row + 1):
                self.lines[id] = Spot(name, at, 0)
        return sheet

    def _place_inputs(self, keys: Sequence[Key]) -> None:
        groups = [(name, [key.id for key in part]) for name, part in groupby(keys, _group_of)]
        self.groups["Inputs"] = _blocks(groups, INPUT_TOP)
        for block in self.groups["Inputs"]:
            for at, id in enumerate(block.items, block.row + 1):
                self.inputs[id] = Spot("Inputs", at, CONSTANT)
        last = self.groups["Inputs"][-1]
        self.first_constant = last.row + len(last.items) + 3
        series = [key for key in keys if key.series]
        rows = [(name, [key.id for key in part]) for name, part in groupby(series, _group_of)]
        self.groups["Series"] = _blocks(rows, TOP)
        for block in self.groups["Series"]:
            for at, id in enumerate(block.items, block.row + 1):
                self.inputs[id] = Spot("Series", at, 0)
        self.reads = dict(self.inputs)

    def _place_overridden(self, model: Model, overridden: Sequence[str], cases: int) -> None:
        givens, row = model.givens(), SWITCH_TOP + 1
        rows: list[tuple[str, list[str]]] = []
        for id in overridden:
            if givens[id].series:
                rows.append((id, [id] * (cases + 1)))
                continue
            self.reads[id] = Spot("Scenarios", row, TOTAL)
            row += 1
        self.groups["ScenarioRows"] = _blocks(rows, TOP)
        for block in self.groups["ScenarioRows"]:
            self.reads[block.title] = Spot("ScenarioRows", block.row + len(block.items), 0)


def _blocks(parts: Sequence[tuple[str, Sequence[str]]], top: int) -> list[Block]:
    """Blocks below each other: a band, its rows, a blank row."""
    blocks, row = [], top
    for title, ids in parts:
        if ids:
            blocks.append(Block(title, row, tuple(ids)))
            row += len(ids) + 2
    return blocks


def _group_of(key: Key) -> str:
    return key.group if key.kind == "case" else {"solved": "Solved values"}.get(key.kind, "Calendar and conventions")


def _by_section(model: Model) -> dict[str, list[str]]:
    """Section → its lines; a line belongs to the longest section that begins its id."""
    found: dict[str, list[str]] = {name: [] for name in model.sections}
    for id in model.lines:
        parts = id.split(".")
        name = next(name for name in (".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1)) if name in found)
        found[name].append(id)
    return {name: _corkscrews(model, ids) for name, ids in found.items() if ids}


def _corkscrews(model: Model, ids: list[str]) -> list[str]:
    """Lines in order, but each closing balance below all that it adds up."""
    order = list(ids)
    for id in ids:
        if id.endswith(".closing"):
            order.remove(id)
            below = [order.index(node.id) for node in walk(model.lines[id].expr) if _in(node, order)]
            order.insert(max(below, default=len(order) - 1) + 1, id)
    return order


def _in(node: object, ids: Sequence[str]) -> TypeGuard[Line]:
    return isinstance(node, Line) and node.id in ids


def _products(tables: CaseTables) -> Mapping[str, str]:
    """Product → the node that makes it."""
    return {made: node for node, products in products_by_node(tables.node).items() for made in products}


def _starts(model: Model) -> dict[tuple[str, bool], Const | Given | None]:
    """What each line shows beyond the timeline; None where its readers do not agree."""
    found: dict[tuple[str, bool], dict[object, Const | Given]] = {}
    for shift in _shifts(model):
        init = shift.init
        assert isinstance(init, Const | Given), f"{shift.line.id} starts from a formula"
        name = init.value if isinstance(init, Const) else init.id
        found.setdefault((shift.line.id, shift.back < 0), {})[name] = init
    return {key: next(iter(inits.values())) if len(inits) == 1 else None for key, inits in found.items()}


def _shifts(model: Model) -> Iterator[Shift]:
    lines: Iterator[Line] = iter(model.lines.values())
    return (node for line in lines for node in walk(line.expr) if isinstance(node, Shift))
