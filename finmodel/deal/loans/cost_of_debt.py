"""What a loan costs the borrower, and how long it lasts on average.

Sign:    the borrower's flow is positive when a loan is drawn.
Timing:  the cost is the dated rate (ACT/365) of draws less fees against interest with its gross-up and hedge, fees,
         the premium of this facility's covers, break costs of its swap and principal. The average life runs from the
         mean date of draws to the mean date of repayments, each weighted by its amount.
Source:  choice 13 of November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.cover.cover import Insured
from finmodel.deal.loans.closing import Repaid
from finmodel.deal.loans.facility import Loan
from finmodel.deal.owners.returns import Returns
from finmodel.deal.time.calendar import ONE_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, hi, ratio, shown
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO, YEAR

REASONS = (
    "",
    "several rates exist: the one nearest the guess is shown",
    "the rate depends on small flows at the end: without them it moves by more than a point, or is not the only one",
    "nothing is drawn",
    "no rate was found",
    "nothing is paid back",
    "nothing is drawn",
    "the flow is not finite",
    "no rate was found; without small flows at the end there is one",
)


@dataclass(frozen=True, eq=False, repr=False)
class Borrowed:
    """A facility once it is closed, and what ending its swap early costs [reporting currency per period]."""

    loan: Loan
    repaid: Repaid
    breaks: Sequence[Line]


def build(found: Returns, borrowed: Sequence[Borrowed], covers: Mapping[str, Insured], clock: Clock) -> None:
    """Declare `average_life.<facility>` [years] and `all_in_cost.<facility>` [1/year].

    Args:
        found: Where results are declared.
        borrowed: All facilities.
        covers: The covers of the case by name.
        clock: Rows of time.
    """
    for one in borrowed:
        loan = one.loan
        drawn = _average_life(found, loan, one.repaid.principal)
        net: Expr = one.repaid.net_borrowed
        others = [*_premiums(loan, covers, clock), *one.breaks]
        if others:
            net = net - add(others)
        label = f"{loan.label}: All-in cost"
        flow = found.section.line(f"all_in_cost.{loan.id}.flow", f"{label}: Flow to the borrower", net)
        found.dated_rate(f"all_in_cost.{loan.id}", label, flow, near=_near(found, loan, drawn, flow), reasons=REASONS)


def _near(found: Returns, loan: Loan, years: Line, flow: Line) -> Line:
    """Where the search for a loan's cost begins: all that is paid at its mean date, against draws at theirs.

    A spreadsheet does not find a cost of -25 % a year, of a loan that is hardly repaid, from a guess of 10 %. `years`
    are draws by their years from close.
    """
    weighted = found.section.line(
        f"all_in_cost.{loan.id}.dated",
        f"{loan.label}: All-in cost: Flow to the borrower × years",
        flow * found.elapsed,
        flow.unit * YEAR,
    )
    drawn = total(loan.drawn)
    paid = hi(0, drawn - total(flow))
    life = hi(0, ratio(total(years) - total(weighted), paid) - ratio(total(years), drawn))
    near = ratio(paid, drawn) ** ratio(ONE_YEAR, life) - 1
    label = f"{loan.label}: All-in cost: Start of the search"
    return found.section.line(f"all_in_cost.{loan.id}.near", label, near, RATIO)


def _average_life(found: Returns, loan: Loan, repaid: Line) -> Line:
    """Mean date of repayments less mean date of draws; returns draws by their years from close."""
    section, name, label = found.section, f"average_life.{loan.id}", f"{loan.label}: Average life, years"

    def dated(part: str, words: str, flow: Line) -> Line:
        return section.line(f"{name}.{part}", f"{label}: {words} × years", flow * found.elapsed, flow.unit * YEAR)

    back, drawn = dated("repaid", "Principal", repaid), dated("drawn", "Draws", loan.drawn)
    life = ratio(total(back), total(repaid)) - ratio(total(drawn), total(loan.drawn))
    never = section.flag(f"{name}.never", f"{label}: Nothing is repaid", total(repaid) <= 0)
    value = section.line(f"{name}.value", f"{label}: Value", life, YEAR)
    row = section.display(name, label, shown(value, ~never), YEAR)
    found.model.metric(name, row, never, ("", "nothing is repaid"))
    return drawn


def _premiums(loan: Loan, covers: Mapping[str, Insured], clock: Clock) -> list[Expr]:
    """The premium of each cover, as far as it is for this facility."""
    parts: list[Expr] = []
    for cover in covers.values():
        terms = cover.terms
        if loan.id not in terms.facilities:
            continue
        if terms.premium is None:
            parts.append(cover.by_loan[loan.id])
        else:
            parts.append(loan.outstanding.opening * terms.share * terms.premium * clock.years)
    return parts
