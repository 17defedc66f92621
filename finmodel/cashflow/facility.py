"""Facilities: loans of any rank, all by the same code; opened before funding and closed after the waterfall.

Sign:    every line is the positive amount that its label names.
Timing:  interest accrues each period on the opening balance and falls due on payment dates; draws fall at period
         end, so interest on them starts a period later. Accrued interest bears no interest before its due date.
Source:  FAST Standard 2.02-05 (corkscrew); term sheet of each facility; schedule in % of the amount drawn, so that a
         smaller drawing is repaid in the same proportions. Overdue amounts bear a default margin until paid.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.base.errors import ModelError
from finmodel.base.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.base.model import Account, Line, Model, Section
from finmodel.base.units import PER_YEAR, RATIO
from finmodel.case.schema_debt import Facility
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Loan:
    """What other modules may use of a facility. Money in the reporting currency, one value a period.

    `due_interest` and `due_principal` include what is overdue; `scheduled` is the principal of this date alone.
    """

    id: str
    terms: Facility
    section: Section
    commitment: Line
    outstanding: Account
    accrued: Account
    overdue: Account | None
    base: Account
    pays: Line
    repaying: Line
    window_rate: Line
    planned: Line
    interest: Line
    default_interest: Line | None
    falls_due: Line
    schedule: Line
    scheduled: Line
    due_interest: Line
    due_principal: Line
    idc: Line
    fees: Line
    agency: Line
    drawn: Line
    to_date: Line

    @property
    def label(self) -> str:
        """The facility's name in words."""
        return self.terms.label


@dataclass(frozen=True)
class Terms:
    """What a facility reads of the deal: its commitment and, when sculpted, the solved schedule."""

    commitment: Expr
    schedule: Given | None


def open_loan(model: Model, name: str, facility: Facility, terms: Terms, clock: Clock, macro: Macro) -> Loan:
    """Declare a facility's balances, interest, fees and dues; draws and payments follow in `close_loan`."""
    title = facility.label
    loan = model.section(f"facility.{name}", macro.money, title)
    commitment = loan.line("commitment", f"{title}: Commitment", terms.commitment)
    outstanding = loan.account("outstanding", f"{title}: Outstanding")
    accrued = loan.account("accrued", f"{title}: Interest accrued, not due")
    base = loan.account("base", f"{title}: Amount that the schedule repays")
    drawn = loan.ahead("drawn", f"{title}: Drawn")
    to_date = loan.ahead("drawn_to_date", f"{title}: Drawn to date")
    to_date.define(to_date.prev + drawn)
    pays = loan.flag("payment_date", f"{title}: Payment date", clock.month_flag(facility.payment_months))
    repaying = _repayment_dates(loan, facility, pays, clock)
    rate = loan.line("rate", f"{title}: Interest rate", _rate(model, facility), PER_YEAR)
    years = clock.years_by(facility.day_count)
    window_rate = loan.ahead("window_rate", f"{title}: Interest since the last payment date, per unit", RATIO)
    window_rate.define(window_rate.prev * ~pays.prev + rate * years)
    schedule = _schedule(loan, facility, repaying, window_rate, terms.schedule)
    planned = loan.ahead("planned", f"{title}: Planned share still to repay", RATIO)
    planned.define(planned.lag(1, 1) - schedule)
    interest = loan.line("interest", f"{title}: Interest on the opening balance", outstanding.opening * rate * years)
    late = loan.line(
        "principal_overdue",
        f"{title}: Principal overdue, opening",
        hi(0, outstanding.opening - base.opening * planned.lag(1, 1)) * clock.completed,
    )
    falls_due = loan.line(
        "interest_due_now", f"{title}: Interest falling due", (accrued.opening + interest) * (pays | clock.last)
    )
    overdue, default_interest = _overdue(loan, facility, late, rate * years, years)
    scheduled = loan.line("scheduled", f"{title}: Principal falling due", base.opening * schedule)
    return Loan(
        id=name,
        terms=facility,
        section=loan,
        commitment=commitment,
        outstanding=outstanding,
        accrued=accrued,
        overdue=overdue,
        base=base,
        pays=pays,
        repaying=repaying,
        window_rate=window_rate,
        planned=planned,
        interest=interest,
        default_interest=default_interest,
        falls_due=falls_due,
        schedule=schedule,
        scheduled=scheduled,
        due_interest=_due_interest(loan, falls_due, overdue, default_interest, clock),
        due_principal=loan.line(
            "principal_due", f"{title}: Principal due, overdue included", lo(outstanding.opening, late + scheduled)
        ),
        idc=loan.line("idc", f"{title}: Interest during construction", falls_due * clock.construction),
        fees=_fees(loan, facility, (commitment, to_date), years, clock),
        agency=_agency(loan, facility, outstanding, clock, macro),
        drawn=drawn,
        to_date=to_date,
    )


def close_loan(loan: Loan, drawn: Expr, paid_interest: Line, paid_principal: Line, clock: Clock) -> None:
    """Say what was drawn and paid; interest that is capitalised joins the balance.

    Construction interest is capitalised by `capitalise`, else paid from funding. In operation, unpaid senior
    interest becomes overdue; unpaid junior interest is capitalised and is no default.
    """
    section, title = loan.section, loan.label
    loan.drawn.define(drawn)
    unpaid = loan.due_interest - paid_interest
    joins: list[Expr] = [loan.idc] if loan.terms.capitalise else []
    joins += [unpaid] if loan.overdue is None else []
    capitalised = [section.line("capitalised", f"{title}: Interest capitalised", add(joins))] if joins else []
    loan.base.close(add=[loan.drawn, *(line * clock.construction for line in capitalised)])
    loan.outstanding.close(add=[loan.drawn, *capitalised], less=[paid_principal])
    loan.accrued.close(add=[loan.interest], less=[loan.falls_due])
    if loan.overdue is not None:
        loan.overdue.closing.define(unpaid)
    _note(loan, paid_interest, paid_principal)


def _note(loan: Loan, paid_interest: Line, paid_principal: Line) -> None:
    """What the lender brings and takes, and what is owed to it."""
    register, lender = loan.section.model.register, f"facility.{loan.id}"
    register.receives(loan.drawn, lender)
    for amount in (paid_interest, paid_principal, loan.fees, loan.agency):
        register.pays(amount, lender)
    if not loan.terms.capitalise:
        register.pays(loan.idc, lender)
    register.owes("loans", loan.outstanding.closing)
    register.owes("interest_accrued", loan.accrued.closing)
    if loan.overdue is not None:
        register.owes("interest_overdue", loan.overdue.closing)


def _overdue(
    loan: Section, facility: Facility, late: Line, accrual: Expr, years: Line
) -> tuple[Account | None, Line | None]:
    """Overdue interest and what overdue amounts cost; junior debt has neither."""
    if facility.rank != "senior":
        return None, None
    overdue = loan.account("overdue", f"{facility.label}: Interest overdue")
    margin = facility.default_margin * years
    penalty = late * margin + overdue.opening * (accrual + margin)
    return overdue, loan.line("default_interest", f"{facility.label}: Default interest", penalty)


def _due_interest(loan: Section, falls_due: Line, overdue: Account | None, penalty: Line | None, clock: Clock) -> Line:
    due: Expr = falls_due
    if overdue is not None and penalty is not None:
        due = overdue.opening + penalty + falls_due
    return loan.line("interest_due", f"{loan.title}: Interest due, overdue included", due * clock.completed)


def plan_service(loan: Loan, clock: Clock) -> Expr:
    """Scheduled interest and principal of each payment date after completion, on the full commitment."""
    interest = loan.window_rate * loan.planned.lag(1, 1) * loan.pays * clock.completed
    return loan.commitment * (loan.schedule + interest)


def weighted_rate(section: Section, name: str, label: str, loans: list[Loan], shares: list[Expr]) -> Line:
    """The window rate of several facilities, weighted by fixed shares."""
    return section.line(
        name, label, add([loan.window_rate * share for loan, share in zip(loans, shares, strict=True)]), RATIO
    )


def _rate(model: Model, facility: Facility) -> Expr:
    if facility.rate is not None:
        return facility.rate
    base = model.find(f"curve.{facility.curve}.rate")
    return base if facility.margin is None else base + facility.margin


def _repayment_dates(loan: Section, facility: Facility, pays: Line, clock: Clock) -> Line:
    """Flag the first `instalments` payment dates that lie at least `grace` after completion."""
    title = facility.label
    eligible = loan.flag(
        "grace_over",
        f"{title}: Grace period over",
        pays & clock.completed & (clock.completion + facility.grace <= clock.end_month),
    )
    number = loan.ahead("instalment", f"{title}: Instalment number", RATIO)
    number.define(number.prev + eligible)
    return loan.flag("repayment_date", f"{title}: Repayment date", eligible & (number <= facility.instalments))


def _schedule(loan: Section, facility: Facility, repaying: Line, window_rate: Line, solved: Given | None) -> Line:
    """The share of the amount drawn that falls due at each date."""
    label = f"{facility.label}: Principal falling due, share of the amount drawn"
    if facility.profile == "sculpted":
        if solved is None:
            raise ModelError(f"facility {facility.label} is sculpted, but only senior debt is sized by its cash flow")
        return loan.line("schedule", label, repaying * solved, RATIO)
    if facility.profile == "equal":
        return loan.line("schedule", label, repaying / facility.instalments, RATIO)
    if facility.profile == "bullet":
        last = loan.model.find(f"{loan.name}.instalment").eq(facility.instalments)
        return loan.line("schedule", label, repaying & last, RATIO)
    return _annuity(loan, label, repaying, window_rate)


def _annuity(loan: Section, label: str, repaying: Line, window_rate: Line) -> Line:
    """Level service: at each date the balance is the value of the payments still to come."""
    value = loan.ahead("annuity_value", f"{loan.title}: Value of one a date, remaining", RATIO)
    discount = loan.line(
        "annuity_step",
        f"{loan.title}: Value at the date of one a date",
        repaying * ratio(1 + value, 1 + window_rate),
        RATIO,
    )
    value.define(discount.next + ~repaying.next * value.next)
    planned = loan.ahead("annuity_balance", f"{loan.title}: Level service, balance", RATIO)
    due = loan.line("schedule", label, repaying * planned.lag(1, 1) * (ratio(1, value.prev) - window_rate), RATIO)
    planned.define(planned.lag(1, 1) - due)
    return due


def _fees(loan: Section, facility: Facility, amounts: tuple[Line, Line], years: Line, clock: Clock) -> Line:
    """Upfront fee at financial close and commitment fee on what is not yet drawn, both before completion."""
    commitment, to_date = amounts
    upfront = loan.line(
        "upfront_fee", f"{facility.label}: Upfront fee", commitment * facility.upfront_fee * clock.first
    )
    undrawn = hi(0, commitment - to_date.prev)
    commitment_fee = loan.line(
        "commitment_fee",
        f"{facility.label}: Commitment fee",
        undrawn * facility.commitment_fee * years * clock.construction,
    )
    return loan.line("fees", f"{facility.label}: Fees in construction", upfront + commitment_fee)


def _agency(loan: Section, facility: Facility, outstanding: Account, clock: Clock, macro: Macro) -> Line:
    """Agency fee while anything is outstanding, and during construction."""
    label = f"{facility.label}: Agency fee"
    if facility.agency_fee is None:
        return loan.line("agency_fee", label, Const(0))
    open_ = clock.construction | (hi(0, outstanding.opening) > macro.cent)
    return loan.line("agency_fee", label, macro.convert(facility.agency_fee) * clock.years * open_)
