"""What is kept of each path: results, sums by fiscal year, and flags by date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.returns.irr import TOTAL_LOSS

Floats = NDArray[np.float64]
Kept = tuple[list[Any], list[Any], list[Any]]
EVER = "ever"


class Bad(NamedTuple):
    """A number that is not finite: its line, and the first path that has one."""

    line: str
    path: int


class Gathered(NamedTuple):
    """What is kept of some paths, and the first number of them that is not finite."""

    kept: Kept
    bad: Bad | None


@dataclass(frozen=True)
class Figure:
    """A result by name: the line of its value, and the line that says why there is none.

    Args:
        rate: Whether a total loss counts as -100 %.
        end: Whether it is what a row holds at the end of the timeline.
    """

    name: str
    line: str
    status: str = ""
    rate: bool = False
    end: bool = False


@dataclass(frozen=True)
class Yearly:
    """A row by fiscal year.

    Args:
        how: "sum", "mean", "low", "high", "last", or "each" for every period.
        fan: Whether it is for pictures only, and kept in single precision.
    """

    name: str
    line: str
    how: str
    fan: bool = False


@dataclass(frozen=True)
class Flag:
    """1 where a line is above a level at some periods; without periods, where it is beyond the level at all."""

    name: str
    line: str
    above: float
    periods: tuple[int, ...]
    series: bool = True


@dataclass(frozen=True)
class Keep:
    """All that is kept.

    Args:
        years: Fiscal year → its first period and the one after its last.
        labels: Of the periods.
    """

    figures: tuple[Figure, ...]
    yearly: tuple[Yearly, ...]
    flags: tuple[Flag, ...]
    years: Mapping[str, tuple[int, int]]
    labels: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The lines that must be computed."""
        found = [line for figure in self.figures for line in (figure.line, figure.status) if line]
        found += [row.line for row in self.yearly] + [flag.line for flag in self.flags]
        return list(dict.fromkeys(found))

    @property
    def columns(self) -> list[str]:
        """Names of the rows of `values`: results, their statuses, and name:year."""
        found = [figure.name for figure in self.figures]
        found += [f"{figure.name}:status" for figure in self.figures if figure.status]
        return found + [f"{row.name}:{span}" for row in self.yearly if not row.fan for span in self.spans(row)]

    @property
    def fan_columns(self) -> list[str]:
        """Names of the rows of `fans`: name:year."""
        return [f"{row.name}:{span}" for row in self.yearly if row.fan for span in self.spans(row)]

    @property
    def flag_columns(self) -> list[str]:
        """Names of the rows of `flags`: name:period."""
        return [
            f"{flag.name}:{span}" for flag in self.flags for span in [self.labels[t] for t in flag.periods] or [EVER]
        ]

    def spans(self, row: Yearly) -> list[str]:
        """The years, or the periods, of a row."""
        return list(self.labels) if row.how == "each" else list(self.years)

    def of(self, values: Mapping[str, Any], width: int) -> Gathered:
        """What is kept of some paths, and the first line and path with a number that is not finite.

        Args:
            values: Line id → values, shape (periods, paths).
            width: Number of paths.
        """
        figures, bad = [], None
        for figure in self.figures:
            value = np.asarray(values[figure.line])[-1] if figure.end else values[figure.line]
            row = np.array(np.broadcast_to(value, width), dtype=float)
            state = np.broadcast_to(values[figure.status], width) if figure.status else None
            if figure.rate and state is not None:
                row[state == TOTAL_LOSS] = -1.0
            bad = bad or _bad(figure, row, state)
            figures.append(row)
        figures += [np.broadcast_to(values[figure.status], width) for figure in self.figures if figure.status]
        exact: list[Floats] = []
        fans: list[Floats] = []
        for yearly in self.yearly:
            rows = self.rows_of(yearly, values[yearly.line], width)
            (fans if yearly.fan else exact).extend(rows)
            if bad is None and yearly.how in ("sum", "mean", "last", "each"):
                bad = next(
                    (Bad(yearly.line, int(np.argmin(np.isfinite(r)))) for r in rows if not np.isfinite(r).all()), None
                )
        flags: list[Any] = []
        for flag in self.flags:
            line = np.asarray(values[flag.line])
            at = [line[t] > flag.above for t in flag.periods]
            flags += [np.broadcast_to(happened, width) for happened in at or [_ever(line, flag)]]
        return Gathered(([*figures, *exact], fans, flags), bad)

    def rows_of(self, yearly: Yearly, line: Any, width: int) -> list[Floats]:
        """A line of some paths, gathered as a row asks for, one array a year or period.

        Args:
            line: Values, shape (periods, paths) or one number.
            width: Number of paths.
        """
        periods = np.asarray(line, dtype=float)
        if yearly.how == "each":
            return [np.broadcast_to(row, width) for row in periods]
        return [np.broadcast_to(_of_year(yearly.how, periods[a:b]), width) for a, b in self.years.values()]


def _ever(line: Any, flag: Flag) -> Any:
    """Whether a number, or a row in any period, is beyond a level on either side; what is not a number is."""
    beyond = ~(np.abs(line) <= flag.above)
    return beyond.any(axis=0) if flag.series else beyond


def _of_year(how: str, rows: Floats) -> Any:
    """One number from the periods of a year; sums run in order of time, and what is n/a counts for no extreme."""
    if how == "last":
        return rows[-1]
    total = rows[0]
    for row in rows[1:]:
        total = np.fmin(total, row) if how == "low" else np.fmax(total, row) if how == "high" else total + row
    return total / len(rows) if how == "mean" else total


def _bad(figure: Figure, row: Floats, state: Any) -> Bad | None:
    """A result that is not finite although nothing says that it is not applicable."""
    wrong = np.isinf(row) if figure.status else ~np.isfinite(row)
    if state is not None:
        wrong |= np.isnan(row) & (state == 0)
    return Bad(figure.line, int(np.argmax(wrong))) if wrong.any() else None
