"""Results of a simulation: what is kept of each path, and what is said of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from finmodel.kernel.timeline import NamedBy, shown_year

QUANTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
TOTAL_LOSS = "total loss"
HIGH_IS_BAD = ("support", "loss.", "lender_loss")


def side(name: str) -> int:
    """1 where much is bad, such as support that is paid; -1 where little is.

    Args:
        name: Name of a result or row.
    """
    return 1 if name.startswith(HIGH_IS_BAD) else -1


@dataclass(frozen=True)
class Spread:
    """What is said of one number over all paths on which it is defined.

    Args:
        mean: None when it is defined on no path.
        sd: Standard deviation; None of a single path.
        se: Standard error of the mean, with pairs or replicates counted as one; None where it cannot be told.
        quantiles: "p5" → value, by linear interpolation; empty when it is defined on no path.
        intervals: "p5" → 95 % interval of the quantile by order statistics; only of independent paths.
        undefined: Why not → share of paths.
        worst: Mean of the tail beyond the level of the case, on the side that costs; None where nobody asks.
    """

    mean: float | None
    sd: float | None
    se: float | None
    quantiles: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    undefined: Mapping[str, float]
    worst: float | None = None

    @property
    def defined(self) -> float:
        """Share of paths on which the number is defined."""
        return 1 - sum(share for why, share in self.undefined.items() if why != TOTAL_LOSS)


@dataclass(frozen=True)
class Chance:
    """A probability, and its standard error (None of a single path)."""

    share: float
    se: float | None


@dataclass(frozen=True)
class Histogram:
    """How often a number fell into each class.

    Args:
        edges: Of the classes, one more than there are; the first and the last class hold all beyond them too.
        counts: Paths in each class; paths on which the number is not defined are in none.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Fan:
    """A row over time: by fiscal year, or by period.

    Args:
        name: As it was kept.
        label: In words.
        unit: Of the values.
        spans: Years or periods in which it is defined on some path.
        spreads: Of all paths, one a span.
        base: The value of the case as it stands, one a span; nan where it has none.
    """

    name: str
    label: str
    unit: str
    spans: tuple[str, ...]
    spreads: tuple[Spread, ...]
    base: tuple[float, ...]


@dataclass(frozen=True)
class Convergence:
    """How a result settles as paths are added.

    Args:
        name: Of the result.
        label: In words.
        unit: Of the values.
        paths: Numbers of paths, ending with all.
        spreads: Of the first so many paths, one a number.
    """

    name: str
    label: str
    unit: str
    paths: tuple[int, ...]
    spreads: tuple[Spread, ...]


@dataclass(frozen=True)
class RunFacts:
    """Which run it was.

    Args:
        paths: Number of paths.
        seed: Of all draws.
        sampling: "random", "antithetic" or "sobol".
        seconds: Wall time.
        workers: Processes.
        identity: Hash of all that decides the numbers.
        calendar: Month in which the fiscal years of `by_year` end.
        named_by: How pages name these years; tables and JSON name them by one calendar year.
        tail: Level beyond which `worst` is the mean.
        sized_on: What the debt was sized on.
    """

    paths: int
    seed: int
    sampling: str
    seconds: float
    workers: int
    identity: str
    calendar: str
    tail: float
    sized_on: str = ""
    named_by: NamedBy = "start"

    def shown(self, span: str) -> str:
        """Name in print of a fiscal year, or of a period, by its name in tables.

        Args:
            span: Name in the tables, such as FY2027.
        """
        return shown_year(span, self.named_by) if span.startswith("FY") else span


@dataclass(frozen=True)
class Summary:
    """All that is said of a simulation, as plain numbers, for pages, files and sheets.

    Args:
        name: Of the case.
        sha256: Of the case's files.
        scenario: Laid over it, if any.
        currency: Of money.
        run: Which run it was.
        base: Result → the value of the case as it stands; None where not applicable.
        units: Result or yearly row → unit.
        metrics: Result → its spread.
        by_year: Row → fiscal year → spread.
        chances: Name → probability over the whole life.
        by_date: Name → period → probability.
        chances_by_year: Name → fiscal year → probability.
        regimes: Regime → share of the paths that bear its name.
        by_regime: Regime → result → spread.
        labels: Name of a result, row or probability → words.
    """

    name: str
    sha256: str
    scenario: str | None
    currency: str
    run: RunFacts
    base: Mapping[str, float | None]
    units: Mapping[str, str]
    metrics: Mapping[str, Spread]
    by_year: Mapping[str, Mapping[str, Spread]]
    chances: Mapping[str, Chance]
    by_date: Mapping[str, Mapping[str, Chance]]
    chances_by_year: Mapping[str, Mapping[str, Chance]]
    regimes: Mapping[str, float] = field(default_factory=dict)
    by_regime: Mapping[str, Mapping[str, Spread]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
