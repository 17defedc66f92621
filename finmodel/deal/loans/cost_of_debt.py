"""What a loan costs the borrower, and how long it lasts on average.

Sign:    the borrower's flow is positive when a loan is drawn.
Timing:  the cost is the dated rate (ACT/365) of draws less fees against interest with its gross-up and hedge, fees,
         the premium of this facility's covers, break costs of its swap and principal. The average life runs from the
         mean date of draws to the mean date of repayments, each weighted by its amount.
Source:  choice 13 of November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.deal.cover.terms import Cover
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
BREAKS = ("net_break_cost_prepaid", "net_break_cost_refinanced")


def build(found: Returns, loans: Sequence[Loan], covers: Mapping[str, Cover], clock: Clock) -> None:
    """Declare `average_life.<facility>` and `all_in_cost.<facility>`."""
    for loan in loans:
        _average_life(found, loan)
        borrowed: Expr = found.model.find(f"facility.{loan.id}.net_borrowed")
        others = [*_premiums(found, loan, covers, clock), *_breaks(found, loan)]
        if others:
            borrowed = borrowed - add(others)
        label = f"{loan.label}: All-in cost"
        flow = found.section.line(f"all_in_cost.{loan.id}.flow", f"{label}: Flow to the borrower", borrowed)
        found.dated_rate(f"all_in_cost.{loan.id}", label, flow, near=_near(found, loan, flow), reasons=REASONS)


def _near(found: Returns, loan: Loan, flow: Line) -> Line:
    """Where the search for a loan's cost begins: all that is paid at its mean date, against draws at theirs.

    A spreadsheet does not find a cost of -25 % a year, of a loan that is hardly repaid, from a guess of 10 %.
    """
    years = found.model.find(f"returns.average_life.{loan.id}.drawn")
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


def _average_life(found: Returns, loan: Loan) -> None:
    """Mean date of repayments less mean date of draws."""
    section, name, label = found.section, f"average_life.{loan.id}", f"{loan.label}: Average life, years"
    repaid = found.model.find(f"facility.{loan.id}.principal_paid")

    def dated(part: str, words: str, flow: Line) -> Expr:
        weighted = section.line(f"{name}.{part}", f"{label}: {words} × years", flow * found.elapsed, flow.unit * YEAR)
        return ratio(total(weighted), total(flow))

    life = dated("repaid", "Principal", repaid) - dated("drawn", "Draws", loan.drawn)
    never = section.flag(f"{name}.never", f"{label}: Nothing is repaid", total(repaid) <= 0)
    value = section.line(f"{name}.value", f"{label}: Value", life, YEAR)
    row = section.display(name, label, shown(value, ~never), YEAR)
    found.model.metric(name, row, never, ("", "nothing is repaid"))


def _premiums(found: Returns, loan: Loan, covers: Mapping[str, Cover], clock: Clock) -> list[Expr]:
    """The premium of each cover, as far as it is for this facility."""
    parts: list[Expr] = []
    for name, terms in covers.items():
        if loan.id not in terms.facilities:
            continue
        if terms.premium is None:
            parts.append(found.model.find(f"cover.{name}.{loan.id}.premium"))
        else:
            parts.append(loan.outstanding.opening * terms.share * terms.premium * clock.years)
    return parts


def _breaks(found: Returns, loan: Loan) -> list[Expr]:
    """What ending its swap early costs."""
    ids = [f"facility.{loan.id}.{name}" for name in BREAKS]
    return [found.model.find(id) for id in ids if id in found.model.lines]
