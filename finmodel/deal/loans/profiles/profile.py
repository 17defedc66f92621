"""What a profile of repayment is, and what it reads to say when principal falls due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from finmodel.deal.kinds import Kind
from finmodel.kernel.expr import Expr, Given
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Dates:
    """Flags of the dates on which a facility pays interest, and on which it repays, and the number of repayments."""

    pays: Line
    repaying: Line
    instalment: Line


@dataclass(frozen=True, eq=False, repr=False)
class Repaid:
    """What a profile reads: the dates of a loan, interest per unit since the last one, and the keys of its schedule.

    `solved` is the schedule that sizing finds for senior debt; None for all others.
    """

    loan: Section
    on: Dates
    window_rate: Line
    instalments: Given
    table: Given | None
    solved: Given | None

    @property
    def last(self) -> Expr:
        """1 from the last repayment date until the next would come."""
        return self.on.instalment.eq(self.instalments)


@dataclass(frozen=True)
class Profile:
    """One way to repay.

    Args:
        kind: Its name, meaning and keys.
        share: The share of the amount drawn that falls due in each period, before a balloon; sums to 1.
        by_cash: Whether sizing finds the schedule.
        by_date: Whether the case gives the dates, so that grace and instalments are not read.
    """

    kind: Kind
    share: Callable[[Repaid], Expr]
    by_cash: bool = False
    by_date: bool = False

    @property
    def balloon(self) -> bool:
        """Whether a part may wait for the last date."""
        return "balloon" in self.kind.takes
