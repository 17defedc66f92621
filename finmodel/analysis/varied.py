"""One or two inputs at each of several values, the debt held: a row a value of the first, a column of the second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finmodel.deal.read import Case
from finmodel.kernel.errors import CaseError, Problem, UsageError, want
from finmodel.run.results import Results
from finmodel.run.run import opened, run

MOST_KEYS, MOST_RUNS = 2, 2_500
HOW = 'write {"support.ndpr_floor.floor": ["90 USD/kg", "100 USD/kg"]}'


@dataclass(frozen=True)
class Varied:
    """A case with one or two inputs at several values, all on the same debt.

    Args:
        base: The case as it stands.
        row_key: The input that differs from row to row.
        row_values: Its values as typed.
        column_key: The input that differs from column to column; empty when only one is varied.
        column_values: Its values as typed; one empty text when only one input is varied.
        runs: (row value, column value) → its run.
    """

    base: Results
    row_key: str
    row_values: tuple[str, ...]
    column_key: str
    column_values: tuple[str, ...]
    runs: Mapping[tuple[str, str], Results]

    def values(self, metric: str) -> list[list[float | None]]:
        """A named result in each run [its unit], a list a row; None where not applicable.

        Args:
            metric: Name of the result.

        Raises:
            UsageError: The case has no such result.
        """
        if metric not in self.base.units:
            raise UsageError(f'"{metric}" is not a result of this case. Known are: {", ".join(self.base.units)}.')
        return [[self.runs[row, column].metrics[metric] for column in self.column_values] for row in self.row_values]

    @property
    def rows(self) -> dict[str, Results]:
        """Label → run: the base case, then each value, or each pair of values."""
        return {"Base case": self.base, **{", ".join(filter(None, pair)): run for pair, run in self.runs.items()}}


def varied(case: Case | Path | str, vary: Mapping[str, Sequence[str]], set: Mapping[str, str] | None = None) -> Varied:
    """Run a case with one or two inputs at each of several values, the debt held as sized without these changes.

    Args:
        case: A case, or its folder or file.
        vary: Dotted key → its values as typed; rows are of the first key, columns of the second.
        set: Dotted key → value as typed, under every run.

    Raises:
        UsageError: Not one or two keys with values, or too many runs.
        CaseError: What is wrong with any of the values; nothing is run.
        SolveError, NumberError: As for `run`.
    """
    ways = [(key, tuple(dict.fromkeys(values))) for key, values in _checked(vary).items()]
    (row_key, rows), (column_key, columns) = [*ways, ("", ("",))][:MOST_KEYS]
    base, problems = opened(case, set), list[Problem]()
    cases: dict[tuple[str, str], Case] = {}
    for row in rows:
        for column in columns:
            changes = {row_key: row, **({column_key: column} if column_key else {})}
            try:
                cases[row, column] = base.with_set(changes)
            except CaseError as error:
                problems += (one for one in _told(error, changes) if one not in problems)
    if problems:
        raise CaseError(problems)
    runs = {pair: run(changed, hold_debt=True) for pair, changed in cases.items()}
    return Varied(run(base, hold_debt=True), row_key, rows, column_key, columns, runs)


def _checked(vary: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    want(vary, dict, f"inputs to vary are keys with their values: {HOW}")
    for key, values in vary.items():
        want(key, str, f"an input to vary is a dotted key: {HOW}")
        want(values, (list, tuple), f"{key} is varied over a list of values: {HOW}")
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise UsageError(f"{key} is varied over values as typed: {HOW}")
    if not 1 <= len(vary) <= MOST_KEYS:
        raise UsageError(f"one input is varied, or two as rows and columns: got {len(vary)}. Vary the others by --set.")
    runs = 1
    for values in vary.values():
        runs *= len(values)
    if runs > MOST_RUNS:
        raise UsageError(f"{runs:,} runs: at most {MOST_RUNS:,} combinations of values are run; leave some out")
    return vary


def _told(error: CaseError, changes: Mapping[str, str]) -> Iterator[Problem]:
    return (replace(one, file="--vary") if one.key in changes else one for one in error.problems)
