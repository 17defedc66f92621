"""Random deals: every table of the schema and every kind that is not the default, drawn, then accepted by the reader.

A deal starts as a skeleton that makes sense (a chain of plants, contracts, support, debt, owners) with drawn amounts.
Then the schema is walked: every key that may be left out is drawn now and then, whatever it is, so that a key that is
added to the schema is drawn without a change here. What the reader refuses (a key that another excludes) is taken out
again by the place that its message names, until the case reads. The coverage test lists what was never drawn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from finmodel.case.describe import Slot, fields, find
from finmodel.case.leaf import Quantity
from finmodel.case.plain import Count
from finmodel.case.table import Table
from finmodel.deal.read import Case, read_case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import CaseError
from tests.random_deals.kits import outfit
from tests.random_deals.skeleton import Frame, skeleton
from tests.random_deals.toml import dumps

Tree = dict[str, Any]
ROUNDS = 25
CHANCE = 0.06
RARE = {"extra_lines", "risk"}
_FIXED = ("entity", "node", "product", "equity", "timeline", "fx", "curve", "inflation")  # tables that get no member

_RANGES = {  # what a drawn number of a unit may be, so that a deal stays one that could be signed
    "ratio": (0.02, 0.9),
    "1/year": (0.0, 0.08),
    "money": (1e6, 30e6),
    "money/year": (1e5, 8e6),
    "money/month": (1e4, 5e5),
    "money/kg": (0.5, 60.0),
    "t/year": (50.0, 3000.0),
    "t": (1.0, 500.0),
    "day": (0.0, 90.0),
    "year": (2.0, 15.0),
    "money/money": (0.8, 1.6),
}
_BY_NAME = {  # keys whose sense asks for another range than their unit
    "agency_fee": (1e4, 1e5),
    "upfront_fee": (0.005, 0.03),
    "llcr": (1.0, 1.6),
    "plcr": (1.0, 1.6),
    "lockup": (1.0, 1.25),
    "default_cover": (1.0, 1.1),
    "cover_below": (1.2, 2.0),
    "cover_above": (1.0, 1.3),
    "premium": (0.9, 1.2),
    "max_take": (1.0, 1.3),
    "availability": (0.8, 1.0),
    "gearing_cap": (0.3, 0.8),
    "multiple": (0.5, 2.5),
    "recovery": (0.7, 1.0),
    "restart_above": (10.0, 40.0),
    "ceiling": (60.0, 200.0),
    "buys_below": (60.0, 200.0),
    "release_above": (60.0, 200.0),
    "price_above": (20.0, 60.0),
    "speculative": (0.0, 1.0),
    "tail": (0.6, 0.99),
}
_NAMES = {  # fields that hold the name of another table of the case
    "inflation": "inflation",
    "fee_inflation": "inflation",
    "entity": "entity",
    "node": "node",
    "product": "product",
    "price": "price",
    "curve": "curve",
    "programme": "programme",
    "contract": "offtake",
    "capex": "capex",
    "owner": "equity",
    "buyer": "equity",
    "history": "price",
}
_KEPT = ("entity", "node", "product", "equity")  # tables without which no deal is left
_AT_FAULT = {"timeline.financial_close": "timeline.year_ends"}  # a key that is named → the drawn key that is at fault
_LISTS = {
    "facilities": "facility",
    "products": "product",
    "nodes": "node",
    "refinances": "facility",
    "jbic_beside": "facility",
    "public_lenders": "facility",
    "public_owners": "equity",
    "public_insurers": "cover",
    "domestic_contracts": "offtake",
}


@dataclass
class Drawn:
    """A deal that the reader accepts: its tree as typed, the case, and how often keys had to be taken out."""

    seed: int
    tree: Tree
    case: Case
    refused: list[str] = field(default_factory=list)


def draw(seed: int, *, chance: float = CHANCE) -> Drawn:
    """The deal of a seed; always the same for a version of the schema.

    Args:
        chance: How likely each optional key is drawn.

    Raises:
        AssertionError: The reader refuses the deal whatever is taken out.
    """
    rng = Random(seed)
    frame, tree = skeleton(rng)
    outfit(rng, frame, tree)
    _Spice(rng, frame, tree, chance).table(CaseTables, tree, ())
    return _accepted(seed, tree)


def deals(seeds: range, *, chance: float = CHANCE) -> Iterator[Drawn]:
    """The deals of some seeds."""
    return (draw(seed, chance=chance) for seed in seeds)


def written(tree: Tree, folder: Path) -> Path:
    """The case's folder, with its case.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.toml").write_text(dumps(tree), encoding="utf-8")
    return folder


def _accepted(seed: int, tree: Tree) -> Drawn:
    refused: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            try:
                return Drawn(seed, tree, read_case(written(tree, Path(folder))), refused)
            except CaseError as error:
                keys = [problem.key for problem in error.problems]
            refused += keys
            taken = [key for key in keys if _take_out(tree, key)]
            assert taken, f"seed {seed}: nothing to take out for {keys}"
    raise AssertionError(f"seed {seed}: still refused after {ROUNDS} rounds: {refused[-5:]}")


def _take_out(tree: Tree, key: str) -> bool:
    """Remove what may be left out: the key itself, else the smallest table above it that may."""
    parts = _AT_FAULT.get(key, key).split(".")
    if key.endswith(".interest_minimum"):  # it may come from the regime, in the money of the regime
        taken = [tree["entity"][parts[1]].pop(name, None) for name in ("interest_minimum", "regime")]
        return any(taken)
    if parts[0] == "entity" and parts[-1] == "currency":  # the regime's amounts are in the regime's money
        return tree["entity"][parts[1]].pop("regime", None) is not None
    if key == "equity":  # somebody must receive what is left
        taken = [terms.pop(name, None) for terms in tree["equity"].values() for name in ("cap", "subordinated")]
        return any(taken)
    ways = (parts[:end] for end in range(len(parts), 0, -1))
    return any(_optional(way) and _remove(tree, way) for way in ways)


def _optional(parts: list[str]) -> bool:
    found = find(CaseTables, parts)
    if found is None:
        return True
    if found.field is not None:
        return not found.field.is_required()
    return bool(found.names) and found.names[-1] == len(parts) - 1 and parts[0] not in _KEPT


def _remove(tree: Tree, parts: list[str]) -> bool:
    for part in parts[:-1]:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            return False
        tree = inner
    return tree.pop(parts[-1], None) is not None


class _Spice:
    """Draws keys that may be left out, table by table, from what the schema says of each."""

    def __init__(self, rng: Random, frame: Frame, tree: Tree, chance: float) -> None:
        self.rng, self.frame, self.root, self.chance = rng, frame, tree, chance

    def table(self, kind: type[Table], tree: Tree, path: tuple[str, ...]) -> None:
        """Draw into a table that stands, and into the tables below it."""
        for name, (slot, info) in fields(kind).items():
            if not path and name in RARE and self.rng.random() > self.chance:
                continue
            if name in tree:
                self._deeper(slot, tree[name], (*path, name))
            elif info.is_required() or self.rng.random() < self.chance:
                value = self._value(slot, (*path, name), info.default)
                if value is not None:
                    tree[name] = value

    def _deeper(self, slot: Slot, value: object, path: tuple[str, ...]) -> None:
        if slot.kind == "table" and isinstance(value, dict):
            self.table(slot.tables[0], value, path)
        elif slot.kind == "named" and slot.item is not None and slot.item.kind == "table" and isinstance(value, dict):
            for name, inner in value.items():
                self.table(slot.item.tables[0], inner, (*path, name))
            if self.rng.random() < self.chance and path[0] not in _FIXED:
                self._another(slot.item, value, path)

    def _another(self, item: Slot, value: Tree, path: tuple[str, ...]) -> None:
        made: Tree = {}
        name = f"{path[-1]}_{len(value) + 1}"
        value[name] = made
        self.table(item.tables[0], made, (*path, name))

    def _value(self, slot: Slot, path: tuple[str, ...], default: object) -> object:
        name, rng = path[-1], self.rng
        if slot.kind == "table":
            made: Tree = {}
            self.table(slot.tables[0], made, path)
            return made
        if slot.kind == "named":
            return self._named(slot, path)
        if slot.kind == "quantity" and isinstance(slot.leaf, Quantity):
            return self._quantity(slot.leaf, path)
        if slot.kind == "date":
            return self.frame.day(rng)
        if isinstance(slot.leaf, Count):
            return rng.randint(max(slot.leaf.ge, 1), min(slot.leaf.le, 6))
        if slot.kind == "choice" and "November" in slot.choices:
            return rng.choice(self.frame.year_ends)
        if slot.kind == "choice":
            return rng.choice([choice for choice in slot.choices if choice != default] or list(slot.choices))
        if slot.kind == "true or false":
            return not default if isinstance(default, bool) else rng.random() < 0.5
        if slot.kind == "list":
            return self._list(slot, path)
        return self._text(name, path)

    def _text(self, name: str, path: tuple[str, ...]) -> str | None:
        if name in _NAMES and not (name == "price" and path[0] == "risk"):
            known = list(self.root.get(_NAMES[name], {}))
            return self.rng.choice(known) if known else None
        if name in ("country", "payer", "lender", "holder", "guarantor", "outside_buyer"):
            return self.rng.choice(["Japan", "Australia", "JBIC", "METI", "Trader"])
        if name == "withholding":
            return self.rng.choice(["interest", "dividend"])
        if name == "regime":
            return self.rng.choice(["australia_2026", "japan_2026"])
        if name == "key":
            return self._live_key()
        if name in ("label", "label_ja", "value"):
            return f"{' '.join(path[:-1])} {name}"
        return None

    def _live_key(self) -> str:
        """The key of an input that a driver or an event of the simulation may move."""
        keys = [f"{top}.{name}.{key}" for top, key in _DRIVEN for name in self.root.get(top, {})]
        keys = [key for key in keys if _at(self.root, key) is not None]
        return self.rng.choice(keys) if keys else "sizing.gearing_cap"

    def _list(self, slot: Slot, path: tuple[str, ...]) -> list[object] | None:
        name, rng = path[-1], self.rng
        if name in _LISTS:
            known = list(self.root.get(_LISTS[name], {}))
            return rng.sample(known, rng.randint(1, len(known))) if known else None
        if slot.item is not None and slot.item.choices:
            if name == "order":
                return None
            return [rng.choice(self.frame.year_ends)] if "November" in slot.item.choices else None
        return None

    def _named(self, slot: Slot, path: tuple[str, ...]) -> Tree | None:
        item, name = slot.item, path[-1]
        if item is None:
            return None
        if path == ("extra_lines",):
            return {"half_of_sales": "sales.billed / 2"}
        if name == "withholding":
            return {"interest": "10 %", "dividend": "5 %"}
        if name in ("buys", "by_products"):
            return None
        of = {"price": "price", "premium": "price", "demand": "offtake", "basis": "offtake", "fx": "fx"}
        if path[0] == "risk" and name in of:
            known = list(self.root.get(of[name], {}))
            return {known[0]: self._value(item, (*path, known[0]), None)} if known else None
        if path[0] == "risk" and name == "hazard":
            known = list(self.root.get("event", {}))
            return {known[0]: self._value(item, (*path, known[0]), None)} if known else None
        if path[0] == "risk" and name in ("regime", "correlation", "next", "outcome"):
            return _RISK[name](self.root)
        first = path[-1]
        return {first: self._value(item, (*path, first), None)}

    def _quantity(self, leaf: Quantity, path: tuple[str, ...]) -> object:
        name = path[-1]
        money = self.root[path[0]][path[1]].get("currency") if path[0] == "entity" else None
        if leaf.dated == "on":
            days = sorted({self.frame.last_day(self.rng) for _ in range(2)})
            return {day.isoformat(): self._one(leaf, name, money) for day in days}
        if leaf.dated and self.rng.random() < 0.2:
            days = sorted({self.frame.start(0), self.frame.day(self.rng)})
            return {day.isoformat(): self._one(leaf, name, money) for day in days}
        if leaf.listed == "operating_year" and self.rng.random() < 0.7:
            return [self._one(leaf, name, money) for _ in range(3)]
        return self._one(leaf, name, money)

    def _one(self, leaf: Quantity, name: str, money: str | None) -> str:
        if leaf.unit == "month":
            most = int(min(leaf.le or 48, 48) // self.frame.months) or 1
            least = 1 if leaf.gt is not None else 0
            return f"{self.rng.randint(least, max(most, least)) * self.frame.months} months"
        low, high = _BY_NAME.get(name) or _RANGES.get(leaf.unit, (0.1, 1.0))
        low = max(low, leaf.ge if leaf.ge is not None else low, leaf.gt if leaf.gt is not None else low)
        high = min(high, leaf.le if leaf.le is not None else high, leaf.lt if leaf.lt is not None else high)
        if low > high:
            low, high = (leaf.ge or leaf.gt or 0.0), (leaf.le or leaf.lt or 1.0)
        return _spelled(self.rng.uniform(low, high), leaf.unit, money or self.frame.currency)


def _spelled(number: float, unit: str, currency: str) -> str:
    if unit == "ratio":
        return f"{number:.4f}x" if number > 1e-3 else f"{number:.12f}x"
    if unit == "1/year":
        return f"{number * 100:.3f} % p.a."
    if unit == "money/money":
        return f"{number:.3f} AUD/USD"
    if unit in ("day", "year"):
        return f"{max(round(number), 1)} {unit}s"
    return (
        f"{number:.6g} {unit.replace('money', currency)}"
        if number < 1e6
        else f"{number:.0f} {unit.replace('money', currency)}"
    )


def _at(tree: Tree, key: str) -> object:
    value: object = tree
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


_DRIVEN = [
    ("price", "deck"),
    ("price", "premium"),
    ("node", "availability"),
    ("node", "recovery"),
    ("capex", "amount"),
    ("cost", "per_year"),
    ("cost", "per_kg"),
    ("offtake", "demand"),
    ("facility", "rate"),
]


def _two_regimes(root: Tree) -> Tree:
    price = next(iter(root["price"]))
    calm = {"label": "Calm", "start": "100 %", "next": {"tight": "5 %"}, "price": {price: "1.0x"}}
    tight = {"label": "Tight", "next": {"calm": "10 %"}, "price": {price: "1.4x"}, "volatility": "1.5x"}
    return {"calm": calm, "tight": tight}


def _pair(root: Tree) -> Tree:
    known = list(root["price"])
    return {known[0]: {known[1]: "0.3"}} if len(known) > 1 else {}


def _outcomes(root: Tree) -> Tree:
    return {"low": {"value": "80 %", "chance": "40 %"}, "high": {"value": "100 %", "chance": "60 %"}}


_RISK = {"regime": _two_regimes, "correlation": _pair, "outcome": _outcomes, "next": lambda root: {}}
