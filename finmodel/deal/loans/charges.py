"""What a facility costs: its rate, fees in construction, the agent, and what is overdue.

Sign:    every line is the positive amount that its label names; the settlement of a swap may be negative.
Timing:  the rate of a period is that of its first day; fees before completion are uses of funds.
Source:  term sheet of each facility. Of a hedged share the lender is paid the curve, and the swap settles the
         difference to its fixed rate, so that what is paid is the swap rate; the margin is on the whole.
"""

from __future__ import annotations

from finmodel.deal.loans.currency import Exchange
from finmodel.deal.loans.terms import Facility
from finmodel.deal.market.macro import Macro
from finmodel.deal.tax.withholding import Withheld
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, hi
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import PER_YEAR


def rate(loan: Section, facility: Facility, withheld: Withheld | None = None) -> Line:
    """Declare the rate of interest after hedging; returns what the borrower pays, grossed up for tax if it is."""
    own = loan.line("rate", f"{facility.label}: Interest rate", _rate(loan, facility), PER_YEAR)
    return own if withheld is None or not facility.gross_up else withheld.grossed(loan, own)


def _rate(loan: Section, facility: Facility) -> Expr:
    if facility.rate is not None:
        return facility.rate
    base: Expr = loan.model.find(f"curve.{facility.curve}.rate")
    if facility.swap_rate is not None:
        base = base * (1 - facility.hedged) + facility.swap_rate * facility.hedged
    return base if facility.margin is None else base + facility.margin


def settlement(loan: Section, facility: Facility, opening: Line, years: Line) -> None:
    """Declare what the swap settles: received when positive. It is part of interest, and noted beside it."""
    if facility.swap_rate is not None:
        swapped = (loan.model.find(f"curve.{facility.curve}.rate") - facility.swap_rate) * facility.hedged
        label = f"{facility.label}: Settlement of the swap, received in interest"
        loan.line("net_swap_settlement", label, opening * swapped * years)


def fees(loan: Section, facility: Facility, amounts: tuple[Line, Expr], years: Line, clock: Clock) -> Line:
    """Upfront fee at financial close and commitment fee on what is not yet drawn, both before completion.

    The fee of a facility that refinances others is defined with its draw.
    """
    if facility.drawn_on is not None:
        return loan.ahead("fees", f"{facility.label}: Fees of refinancing")
    commitment, before = amounts
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


def agency(loan: Section, facility: Facility, outstanding: Account, clock: Clock, macro: Macro) -> Line:
    """Agency fee while anything is outstanding, and during construction."""
    label = f"{facility.label}: Agency fee"
    if facility.agency_fee is None:
        return loan.line("agency_fee", label, Const(0))
    owed = hi(0, outstanding.opening) > macro.cent
    open_ = owed if facility.drawn_on is not None else clock.construction | owed
    return loan.line("agency_fee", label, macro.convert(facility.agency_fee) * clock.years * open_)


def overdue(
    loan: Section, facility: Facility, exchange: Exchange, late: Line, accrual: Expr, years: Line
) -> tuple[Account | None, Line | None]:
    """Overdue interest and what overdue amounts cost; junior debt has neither."""
    if facility.rank != "senior":
        return None, None
    account = exchange.account(loan, "overdue", f"{facility.label}: Interest overdue")
    margin = facility.default_margin * years
    penalty = late * margin + account.opening * (accrual + margin)
    return account, loan.line("default_interest", f"{facility.label}: Default interest", penalty)


def due_interest(loan: Section, falls_due: Expr, overdue: Account | None, penalty: Line | None, clock: Clock) -> Line:
    """Interest due after completion, overdue included."""
    due = falls_due
    if overdue is not None and penalty is not None:
        due = overdue.opening + penalty + falls_due
    return loan.line("interest_due", f"{loan.title}: Interest due, overdue included", due * clock.completed)
