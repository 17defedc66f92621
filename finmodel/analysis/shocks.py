"""Shocks: changes of a case's inputs by key, run on the debt as it was sized.

Method:  a shock changes numbers of the model (a price by a factor, a rate by points) and every line is computed again;
         nothing is sized anew. Exchange rates move from completion, so that a loan in another currency is drawn at the
         rate of the case and owed at the new one.
Source:  decision F39: the bank's standard downside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.faces.generated import Value, Values
from finmodel.kernel.order import Plan
from finmodel.run.build import build
from finmodel.run.results import Results, judge
from finmodel.run.run import TOLERANCE


@dataclass(frozen=True)
class Move:
    """A change of every input whose key matches `pattern`: value × factor + shift [unit of the input].

    One that acts `in_operation` leaves the periods of construction as they are: what was drawn by then was drawn at the
    rates of the case.
    """

    pattern: str
    factor: float = 1.0
    shift: float = 0.0
    in_operation: bool = False

    def ids(self, given: Mapping[str, Value]) -> list[str]:
        """The inputs that it changes.

        Args:
            given: Input id → value.
        """
        return [id for id in given if re.fullmatch(self.pattern, id)]


@dataclass(frozen=True)
class Shock:
    """One row of the grid: what it is called, and its moves, all at once."""

    name: str
    label: str
    moves: tuple[Move, ...]


def price(change: float) -> Move:
    """Every price deck, changed by a share [ratio].

    Args:
        change: Change of every price [ratio]; -0.2 is a fifth less.
    """
    return Move(r"price\.[^.]+\.deck", 1 + change)


def delay(months: float) -> Move:
    """Completion later by so many months than the case has it.

    Args:
        months: Months later.
    """
    return Move(r"completion\.delay", shift=months)


def exchange(factor: float) -> Move:
    """Every exchange rate times a factor, from completion: the first period after the last scheduled draw.

    Args:
        factor: Multiple of every rate [ratio].
    """
    return Move(r"fx\.[^.]+", factor, in_operation=True)


CAPITAL_COST = Move(r"capex\.[^.]+\.amount", 1.15)
RECOVERY = Move(r"node\.[^.]+\.recovery", shift=-0.02)
SHOCKS = (
    Shock("prices_down", "Prices -20 %", (price(-0.20),)),
    Shock("capital_cost_up", "Capital cost +15 %", (CAPITAL_COST,)),
    Shock("operating_cost_up", "Operating cost +10 %", (Move(r"cost\.[^.]+\.(per_year|per_kg)", 1.10),)),
    Shock("delay_6", "Delay 6 months", (delay(6),)),
    Shock("delay_12", "Delay 12 months", (delay(12),)),
    Shock("recovery_down", "Recovery -2 points", (RECOVERY,)),
    Shock("fx_up", "Exchange rates +10 %", (exchange(1.10),)),
    Shock("fx_down", "Exchange rates -10 %", (exchange(0.90),)),
    Shock("rates_up", "Interest rates +200 bp", (Move(r"facility\.[^.]+\.rate|curve\.[^.]+", shift=0.02),)),
    Shock("prices_and_capital_cost", "Prices -20 %, capital cost +15 %", (price(-0.20), CAPITAL_COST)),
)


@dataclass(frozen=True)
class Grid:
    """A deal with its debt as sized: lines in order, and the inputs of the case as it stands."""

    base: Results
    order: Plan

    def given(self, moves: Iterable[Move]) -> Values:
        """The inputs after the moves.

        Args:
            moves: What is moved, in order.
        """
        given, completed = dict(self.base.given), self.base.values.get("time.completed", ())
        for move in moves:
            after = completed if move.in_operation else None
            given.update({id: _moved(given[id], move, after) for id in move.ids(given)})
        return given

    def run(self, moves: Iterable[Move]) -> Results:
        """Every line after the moves; what was found when debt was sized stays.

        Args:
            moves: What is moved, in order.

        Returns:
            The run with the debt as sized without the moves.
        """
        moves = list(moves)
        single = [id for move in moves if move.in_operation for id in move.ids(self.base.given)]
        single = [id for id in single if not isinstance(self.base.given[id], tuple)]
        return self._with_rows(single)._run(moves) if single else self._run(moves)

    def _with_rows(self, ids: list[str]) -> Grid:
        """The same deal with room for a value a period in some inputs."""
        base = self.base
        live = build(base.case.widened(ids))
        given = {
            id: (base.given[id],) * base.model.timeline.count if id in ids else base.given[id] for id in live.givens
        }
        return Grid(replace(base, case=live.case, model=live.model, given=given), live.plan)

    def _run(self, moves: list[Move]) -> Results:
        model, given = self.base.model, self.given(moves)
        values = evaluate(model, self.order, given)
        sizing = [check for check in self.base.checks if check.id not in model.checks]
        facts = {name: fact for name, fact in self.base.facts.items() if name != "dscr_min_at"}
        return Results(self.base.case, model, values, given, (*judge(model, values, TOLERANCE), *sizing), facts)


def unfit(shock: Shock, base: Results) -> str:
    """Why a shock does not apply to a case; empty when it does."""
    given, late = base.given, base.case.tables.completion
    for move in shock.moves:
        if move.pattern == delay(0).pattern and late is not None:
            months, size = late.delay.number + move.shift, base.model.timeline.months
            if months % size or months > late.longest.number:
                return f"{months:g} months are not whole periods within completion.longest"
        ids = move.ids(given)
        if not ids and move.pattern == delay(0).pattern:
            return "the case has no table [completion]: add [completion] with delay and longest to run it"
        if not ids:
            return "the case has no such input"
        spent = [id for id in ids if move is RECOVERY and _least(_moved(given[id], move)) <= 0]
        if spent:
            return f"{spent[0]} would not be above 0"
    return ""


def _moved(value: Value, move: Move, after: Iterable[float] | None = None) -> Value:
    """A value after a move; of a row only the periods flagged by `after`, where it is given."""
    if not isinstance(value, tuple):
        return value * move.factor + move.shift
    flags = [1.0] * len(value) if after is None else list(after)
    return tuple(
        number * move.factor + move.shift if flag else number for number, flag in zip(value, flags, strict=True)
    )


def _least(value: Value) -> float:
    return float(min(value)) if isinstance(value, tuple) else float(value)
