"""Random models: small, legal, and full of what breaks generators.

Lines come in sweeps. Those of a forward sweep read each other in the same period (earlier ones only) and in earlier
periods (any); those of a backward sweep in later periods; everything of an earlier sweep may be read in any way, also
as a whole row. Money is linear in money and shares stay within bounds, so that no value overflows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from finmodel.kernel import folds
from finmodel.kernel.expr import Expr, Given, Shift, add, hi, lo, month_of, ratio, shown, where
from finmodel.kernel.model import Account, Line, Model, Section
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import DATE, RATIO, Unit, unit

USD = unit("USD")
Values = dict[str, float | tuple[float, ...]]


@dataclass(frozen=True)
class Taste:
    """What a graph may hold: powers and rates of return are not equal to the last digit on every face."""

    power: bool = False
    rates: bool = False
    sweeps: int = 3


@dataclass
class Graph:
    """A model and the inputs that it may read."""

    model: Model
    inputs: dict[str, Given]

    @property
    def values(self) -> Values:
        """The values of the inputs as declared."""
        return {id: given.value for id, given in self.inputs.items()}


def random_graph(seed: int, taste: Taste) -> Graph:
    """The same model for the same seed."""
    return _Builder(Random(seed), taste).build()


def varied(graph: Graph, ids: set[str], chance: Random) -> Values:
    """Other values for some inputs: flags stay flags, dates stay dates."""
    return {
        id: _redraw(given, chance) if id in ids else given.value
        for id, given in graph.inputs.items()
    }  # fmt: skip


def _redraw(given: Given, chance: Random) -> float | tuple[float, ...]:
    draw = _DRAWS[given.label]
    return tuple(draw(chance) for _ in given.value) if isinstance(given.value, tuple) else draw(chance)


_DRAWS: dict[str, Callable[[Random], float]] = {
    "money": lambda chance: chance.choice([0.0, 1e6, -250.0, chance.uniform(-1e3, 1e3), chance.uniform(0, 1e6)]),
    "share": lambda chance: chance.choice([0.0, 1.0, 0.5, chance.uniform(-1, 2), chance.random()]),
    "divisor": lambda chance: chance.choice([1.0, 12.0, chance.uniform(0.5, 3)]),
    "flag": lambda chance: float(chance.random() < 0.5),
    "days": lambda chance: float(chance.randint(0, 400)),
    "one": lambda _: 1.0,
    "date": lambda chance: float(chance.randint(40_000, 60_000)),
}


def _kind(line: Line) -> str:
    return line.label.split(",")[0]


@dataclass
class _Builder:
    chance: Random
    taste: Taste
    money: list[Line] = field(default_factory=list)
    shares: list[Line] = field(default_factory=list)
    flags: list[Line] = field(default_factory=list)
    singles: dict[str, list[Line]] = field(default_factory=lambda: {"money": [], "share": [], "flag": []})
    done: list[Line] = field(default_factory=list)  # series lines of earlier sweeps
    ahead: list[Line] = field(default_factory=list)  # all series lines of this sweep
    backward: bool = False

    def build(self) -> Graph:
        self.count = self.chance.choice([1, 2, 4, 7, 9])
        self.model = Model(Timeline(date(2027, 1, 1), "half", self.count))
        self.inputs = {given.id: given for given in self._inputs()}
        for number in range(self.chance.randint(1, self.taste.sweeps)):
            self.backward = self.chance.random() < 0.3
            self._sweep(self.model.section(f"s{number}", USD))
        return Graph(self.model, self.inputs)

    def _inputs(self) -> list[Given]:
        found = []
        for kind, many in (("money", 4), ("share", 4), ("divisor", 2), ("flag", 2)):
            for i in range(many):
                draw, series = _DRAWS[kind], kind != "divisor" and i % 2 == 1
                value = tuple(draw(self.chance) for _ in range(self.count)) if series else draw(self.chance)
                found.append(Given(f"in.{kind}-{i}", value, {"money": USD}.get(kind, RATIO), kind))
        days = tuple(46_000.0 + 182 * i for i in range(self.count))
        return [
            *found,
            Given("in.date", days, DATE, "date"),
            Given("in.start", 46_500.0, DATE, "date"),
            Given("in.days", 30.0, unit("day"), "days"),
            Given("in.dollar", 1.0, USD, "one"),
        ]

    # ---- one sweep

    def _sweep(self, section: Section) -> None:
        kinds = [self.chance.choice(["money", "money", "share", "flag"]) for _ in range(self.chance.randint(2, 6))]
        declared = [section.ahead(f"{kind}_{i}", kind, self._unit(kind)) for i, kind in enumerate(kinds)]
        accounts = [self._account(section, i) for i in range(0 if self.backward else self.chance.randint(0, 2))]
        self.ahead = [*declared, *(account.closing for account in accounts)]
        self._singles(section)
        for line in declared:
            line.define(self._formula(line.label, 3))
            self._lines(line.label).append(line)
        for account in accounts:
            account.close(add=self._some_money(), less=self._some_money())
        self.done += self.ahead
        self._singles(section)
        if self.chance.random() < 0.3:
            section.display("display", "display", shown(self._money(1), self._flag(1)))

    def _account(self, section: Section, number: int) -> Account:
        openings: list[Expr | int] = [0, self._input("money", series=False)]
        opening = self.chance.choice(openings)
        account = section.account(f"stock_{number}", "money", opening=opening)
        self.money.append(account.opening)
        return account

    def _some_money(self) -> list[Expr]:
        return [self._money(2) for _ in range(self.chance.randint(0, 2))]

    def _singles(self, section: Section) -> None:
        """Lines that are one number, from numbers and from whole rows of earlier sweeps."""
        for kind in self.singles:
            if self.chance.random() < 0.5:
                name = f"single_{kind}_{len(section.model.lines)}"
                expr = self._single(kind, 2)
                self.singles[kind].append(section.line(name, kind, expr, self._unit(kind)))

    def _single(self, kind: str, depth: int) -> Expr:
        if depth and self.chance.random() < 0.5:
            left, right = self._single(kind, depth - 1), self._single(kind, depth - 1)
            return self._bounded(self.chance.choice([lo(left, right), hi(left, right), left * 1]), kind)
        if self.done and self.chance.random() < 0.7 and (fold := self._fold(kind)) is not None:
            return fold
        if self.singles[kind] and self.chance.random() < 0.3:
            return self.chance.choice(self.singles[kind])
        return self._input(kind, series=False)

    def _fold(self, kind: str) -> Expr | None:
        rows = [line for line in self.done if _kind(line) == kind]
        flags = [line for line in self.done if _kind(line) == "flag"]
        if kind == "share" and self.taste.rates and (flows := [line for line in self.done if _kind(line) == "money"]):
            return lo(folds.irr(self.chance.choice(flows), 0.02, self._input("flag", series=False)), 3)
        if kind == "share" and flags and self.chance.random() < 0.3:
            number = folds.first_when(self.chance.choice(flags))
            return self._bounded(number / self._input("divisor", series=False), kind)
        if not rows:
            return None
        row, flag = self.chance.choice(rows), self.chance.choice([None, *flags])
        return self.chance.choice([
            folds.lowest(row, flag),
            folds.highest(row, flag),
            folds.lowest(row) if flag is None else folds.value_at(row, folds.first_when(flag)),
            folds.total(row) if kind == "money" else folds.highest(row),
        ])  # fmt: skip

    # ---- formulas

    def _unit(self, kind: str) -> Unit:
        return USD if kind == "money" else RATIO

    def _lines(self, kind: str) -> list[Line]:
        return {"money": self.money, "share": self.shares, "flag": self.flags}[kind]

    def _formula(self, kind: str, depth: int) -> Expr:
        return {"money": self._money, "share": self._share, "flag": self._flag}[kind](depth)

    def _input(self, kind: str, series: bool | None = None) -> Given:
        fits = [given for given in self.inputs.values() if given.label == kind and series in (None, given.series)]
        return self.chance.choice(fits)

    def _atom(self, kind: str) -> Expr:
        """An input, a line of this period or of another one, or a whole row."""
        choice = self.chance.random()
        if choice < 0.45 and (shifts := [line for line in [*self.ahead, *self.done] if _kind(line) == kind]):
            return self._shift(self.chance.choice(shifts), kind)
        if choice < 0.75 and (lines := [*self._lines(kind), *self.singles[kind]]):
            return self.chance.choice(lines)
        if choice < 0.8 and (fold := self._fold(kind)) is not None:
            return fold
        return self._input(kind)

    def _shift(self, line: Line, kind: str) -> Shift:
        """Always the same value beyond the timeline for one line and side, so that one row can hold it."""
        ahead = self.backward if line in self.ahead else self.chance.random() < 0.4
        number = sum(map(ord, line.id)) + ahead
        starts: list[Expr | int] = [0, *(g for g in self.inputs.values() if g.label == kind and not g.series)]
        deep = self.chance.choice([1, 1, 2, 3])
        start = starts[number % len(starts)]
        return line.lead(deep, start) if ahead else line.lag(deep, start)

    def _bounded(self, expr: Expr, kind: str) -> Expr:
        return lo(hi(expr, -1), 3) if kind == "share" else expr

    def _pick(self, *makers: Callable[[], Expr]) -> Expr:
        return self.chance.choice(makers)()

    def _money(self, depth: int) -> Expr:
        if not depth:
            return self._atom("money")
        a, b, plain = self._money(depth - 1), self._money(depth - 1), self._atom("money")
        compared: list[Callable[[], Expr]] = [] if self.taste.power else [lambda: where(a < b, plain, b)]
        return self._pick(
            lambda: a + b,
            lambda: a - b,
            lambda: a - (plain - b),
            lambda: -a,
            lambda: abs(a),
            lambda: lo(a, b, plain),
            lambda: hi(a, 0),
            lambda: hi(a, b),
            lambda: add([a, b, plain, a]),
            lambda: a * self._share(depth - 1),
            lambda: self._share(depth - 1) * a,
            lambda: where(self._flag(depth - 1), a, b),
            lambda: a / self._input("divisor"),
            *compared,
        )

    def _share(self, depth: int) -> Expr:
        if not depth:
            return self._atom("share")
        a, b = self._share(depth - 1), self._share(depth - 1)
        above, below = self._money(depth - 1), self._money(depth - 1)
        if self.taste.power:
            dollar = self.inputs["in.dollar"]
            chosen = self._pick(
                lambda: hi(lo(a, 2), 0.25) ** hi(lo(b, 3), -1),
                lambda: 0.5 * hi(lo(a, 2), 0.25) ** 1.5,
                lambda: ratio(above, abs(below) + dollar, b),
                lambda: a + b,
            )
        else:
            chosen = self._pick(
                lambda: a + b,
                lambda: 1 - a,
                lambda: a * b,
                lambda: ratio(above, below, b),
                lambda: ratio(a, b, 0.5, 1e-3),
                lambda: where(self._flag(depth - 1), a, b),
                lambda: self._flag(depth - 1),
                lambda: -a - 1e-9,
            )
        return self._bounded(chosen, "share")

    def _flag(self, depth: int) -> Expr:
        if not depth or self.taste.power:  # a power may differ in its last digit: nothing compares it
            return self._input("flag")
        if depth == 1:
            return self._atom("flag")
        a, b = self._flag(depth - 1), self._flag(depth - 1)
        left, right = self._money(depth - 1), self._money(depth - 1)
        day = self.inputs["in.date"]
        return self._pick(
            lambda: a & b,
            lambda: a | b,
            lambda: ~a,
            lambda: left < right,
            lambda: left >= right,
            lambda: left.eq(right),
            lambda: left <= 0,
            lambda: self._share(depth - 1) > self._atom("share"),
            lambda: day + self.inputs["in.days"] > self.inputs["in.start"],
            lambda: month_of(day) <= month_of(self.inputs["in.start"]),
        )
