"""What a facility costs: its rate, fees in construction, the agent, and what is overdue.

Sign:    every line is the positive amount that its label names; the settlement of a swap may be negative.
Timing:  the rate of a period is that of its first day; fees before completion are uses of funds.
Source:  term sheet of each facility. Of a hedged share the lender is paid the curve, and the swap settles the
         difference to its fixed rate, so that what is paid is the swap rate; the margin is on the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.loans.currency import Exchange
from finmodel.deal.loans.terms import Facility
from finmodel.deal.tax.withholding import Withheld
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, hi
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import PER_YEAR


@dataclass(frozen=True, eq=False, repr=False)
class Overdue:
    """Overdue interest of a senior facility: its balance, and the interest of the period on all that is overdue."""

    account: Account
    default_interest: Line


def rate(loan: Section, facility: Facility, base: Line | None, withheld: Withheld | None = None) -> Line:
    """Declare the rate of interest after hedging.

    Args:
        loan: The facility's section.
        facility: Its terms.
        base: The rate of its curve [1/year]; None where it has a rate of its own.
        withheld: Tax withheld from its interest.

    Returns:
        What the borrower pays [1/year], grossed up for tax if it is.
    """
    own = loan.line("rate", f"{facility.label}: Interest rate", _rate(facility, base), PER_YEAR)
    return own if withheld is None or not facility.gross_up else withheld.grossed(loan, own)


def _rate(facility: Facility, base: Line | None) -> Expr:
    if base is None:
        assert facility.rate is not None  # the rules want one of both
        return facility.rate
    hedged: Expr = base
    if facility.swap_rate is not None:
        hedged = base * (1 - facility.hedged) + facility.swap_rate * facility.hedged
    return hedged if facility.margin is None else hedged + facility.margin


def settlement(loan: Section, facility: Facility, base: Line | None, opening: Line, years: Line) -> None:
    """Declare what the swap settles: received when positive. It is part of interest, and noted beside it.

    Args:
        base: The curve [1/year].
        opening: Balance at the start of the period.
        years: Length of each period [year].
    """
    if facility.swap_rate is not None and base is not None:
        swapped = (base - facility.swap_rate) * facility.hedged
        label = f"{facility.label}: Settlement of the swap, received in interest"
        loan.line("net_swap_settlement", label, opening * swapped * years)


def fees(loan: Section, facility: Facility, commitment: Line, before: Expr, years: Line, clock: Clock) -> Line:
    """Upfront fee at financial close and commitment fee on what is not yet drawn, both before completion.

    The fee of a facility that refinances others is defined with its draw.

    Args:
        loan: The facility's section.
        facility: Its terms.
        commitment: Its commitment, in the reporting currency at the period's rate.
        before: What was drawn of it before the period.
        years: Length of the period by its day count.
        clock: Rows of time.
    """
    if facility.drawn_on is not None:
        return loan.ahead("fees", f"{facility.label}: Fees of refinancing")
    upfront = loan.line(
        "upfront_fee", f"{facility.label}: Upfront fee", commitment * facility.upfront_fee * clock.first
    )
    undrawn = hi(0, commitment - before)
    commitment_fee = loan.line(
        "commitment_fee",
        f"{facility.label}: Commitment fee",
        undrawn * facility.commitment_fee * years * clock.construction,
    )
    return loan.line("fees", f"{facility.label}: Fees in construction", upfront + commitment_fee)


def agency(context: Context, loan: Section, facility: Facility, outstanding: Account) -> Line:
    """Agency fee while anything is outstanding, and during construction.

    Args:
        outstanding: The loan.

    Returns:
        The fee [reporting currency per period].
    """
    clock, money = context.clock, context.money
    label = f"{facility.label}: Agency fee"
    if facility.agency_fee is None:
        return loan.line("agency_fee", label, Const(0))
    owed = hi(0, outstanding.opening) > money.cent
    open_ = owed if facility.drawn_on is not None else clock.construction | owed
    return loan.line("agency_fee", label, money.convert(facility.agency_fee) * clock.years * open_)


def overdue(
    loan: Section, facility: Facility, exchange: Exchange, late: Line, accrual: Expr, years: Line
) -> Overdue | None:
    """Declare overdue interest and what overdue amounts cost; None for junior debt, which has neither.

    Args:
        loan: The facility's section.
        facility: Its terms.
        exchange: Its currency.
        late: Principal overdue at the start of the period.
        accrual: Interest of the period per unit outstanding.
        years: Length of the period by its day count.
    """
    if facility.rank != "senior":
        return None
    account = exchange.account(loan, "overdue", f"{facility.label}: Interest overdue")
    margin = facility.default_margin * years
    penalty = late * margin + account.opening * (accrual + margin)
    return Overdue(account, loan.line("default_interest", f"{facility.label}: Default interest", penalty))


def due_interest(loan: Section, falls_due: Expr, overdue: Overdue | None, clock: Clock) -> Line:
    """Interest due after completion, overdue included.

    Args:
        falls_due: Interest that falls due in the period.
    """
    due = falls_due
    if overdue is not None:
        due = overdue.account.opening + overdue.default_interest + falls_due
    return loan.line("interest_due", f"{loan.title}: Interest due, overdue included", due * clock.completed)
