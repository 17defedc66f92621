"""What each key of a case does: one answer for the check of a case, the workbook, drivers, bands and solve.

Used:        a formula reads it on the way to a result, a check, a statement or the account of public money.
Structural:  read while lines are declared (`Model.decides`), or a setting in words; a formula does not follow it.
Drawn:       read by the simulation, by the sizing of debt or by the account of public money, not by a formula.
Unused:      nothing reads it in this deal.

A key that a case leaves out, and whose absence means that its clause is not there, has no answer: it is no input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from finmodel.case import expand
from finmodel.case.describe import find
from finmodel.case.leaf import typed
from finmodel.case.regimes import shipped
from finmodel.deal.schema import CaseTables
from finmodel.deal.uncertainty.terms import RiskTerms
from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Expr, Fold, Given, Shift
from finmodel.kernel.model import Line, Model, leaves, walk

Kind = Literal["used", "structural", "drawn", "unused"]
SHOWN = ("income.", "balance.", "party.", "government.", "programme.", "support.", "recycling.", "extra.", "own.")
"""Sections that are shown as they are: statements, the account of public money, recycled content, lines of a user's."""
LIMITS = ("sizing.gearing_cap", "sizing.dscr_contracted", "sizing.limit")
"""What a fixed amount of debt is held against when the case states it."""


@dataclass(frozen=True)
class KeyUse:
    """What a key does in this deal, and why it cannot be moved in a workbook; no reason for one that is used."""

    kind: Kind
    reason: str = ""


USED = KeyUse("used")
STRUCTURAL = KeyUse("structural", "structural: change it in the case file")
UNUSED = KeyUse("unused", "not used by this deal")
SIMULATED = KeyUse("drawn", "read by the simulation")
SIZED = KeyUse("drawn", "read when debt is sized")
ACCOUNT = KeyUse("drawn", "read by the account of public money")


def key_uses(tables: CaseTables, model: Model) -> dict[str, KeyUse]:
    """What each figure of a case does, by its dotted key, defaults included.

    Args:
        tables: A case that was read.
        model: Its lines.
    """
    reached = _reached(model)
    return {given.id: _use(given, tables, model, reached) for _, given, _ in expand.leaves(tables, {})}


def unused_and_typed(tables: CaseTables, uses: Mapping[str, KeyUse]) -> list[Given]:
    """Figures that the case states itself and nothing reads; what a tax regime brings along is none of them.

    Args:
        uses: Key → what it does.
    """
    stated = (given for _, given, _ in expand.leaves(tables, None) if typed(given))
    return [given for given in stated if uses[given.id].kind == "unused" and not shipped(given.where)]


def why_not(tables: CaseTables, key: str, uses: Mapping[str, KeyUse]) -> str:
    """Why moving a key would show nothing, as the start of a message: "x shapes the model"; empty where it would.

    Args:
        key: Dotted key.
        uses: Key → what it does.
    """
    entry, use = find(type(tables), key.split(".")), uses.get(key)
    setting = use is None and entry is not None and entry.slot.leaf is None
    if setting or (use is not None and use.kind == "structural"):
        return f"{key} shapes the model"
    return f"nothing in this case reads {key}" if use is not None and use.kind == "unused" else ""


def refuse_idle(tables: CaseTables, key: str, uses: Mapping[str, KeyUse], doing: str) -> None:
    """Refuse to move a key that would show nothing.

    Args:
        key: Dotted key.
        uses: Key → what it does.
        doing: What cannot be done then: "it cannot be solved for".

    Raises:
        UsageError: The key is structural or unused.
    """
    why = why_not(tables, key, uses)
    if why:
        raise UsageError(f"{why}, so {doing}. Name another figure.")


def _use(given: Given, tables: CaseTables, model: Model, reached: set[str]) -> KeyUse:
    group = given.id.split(".")[0]
    entry = find(type(tables), given.id.split("."))
    if given.id in model.shaped_by:
        return STRUCTURAL
    if given.id in reached:
        return USED if entry is None or entry.live else STRUCTURAL
    if group == "risk" and tables.risk is not None:
        return SIMULATED if given.id not in _idle(tables.risk) else UNUSED
    if group == "government":
        return USED if given.id == "government.rate" and tables.support else ACCOUNT
    stated = given.id in LIMITS and tables.sizing.amount is not None and typed(given)
    return SIZED if given.id == "sizing.tolerance" or stated else UNUSED


def _reached(model: Model) -> set[str]:
    """Inputs from which a path of formulas leads to what is shown."""
    found: set[str] = set()
    seen: set[str] = set()
    todo = list(_shown(model))
    while todo:
        line = todo.pop()
        if line.id in seen:
            continue
        seen.add(line.id)
        found |= {leaf.id for leaf in leaves(line.expr)}
        todo += _lines(line.expr)
    return found


def _shown(model: Model) -> Iterator[Line]:
    """Results, checks, rows for eyes only, what is solved, statements and accounts."""
    yield from (line for line in model.lines.values() if line.kind != "line" or line.id.startswith(SHOWN))
    for metric in model.metrics.values():
        yield from (line for line in (metric.line, metric.status) if line is not None)
    yield from (item.residual for item in model.solved)


def _lines(expr: Expr | None) -> Iterator[Line]:
    """The lines that a formula reads itself."""
    for node in walk(expr):
        if isinstance(node, Line):
            yield node
        elif isinstance(node, Shift):
            yield node.line
        elif isinstance(node, Fold):
            yield from node.lines


def _idle(risk: RiskTerms) -> set[str]:
    """Parameters of [risk] that their kind does not read: a default of another kind."""
    moving = {"price": risk.price, "fx": risk.fx, "basis": risk.basis}
    found = {
        f"risk.{table}.{name}.block"
        for table, processes in moving.items()
        for name, process in processes.items()
        if not process.from_history
    }
    found |= {f"risk.driver.{name}.mean" for name, driver in risk.driver.items() if driver.kind != "lognormal"}
    return found if risk.regime else found | {"risk.label_months"}
