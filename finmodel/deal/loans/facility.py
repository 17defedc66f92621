"""Facilities: loans of any rank, all by the same code; opened before funding, closed in `closing` after the waterfall.

Sign:    every line is the positive amount that its label names.
Timing:  interest accrues each period on the opening balance and falls due on payment dates; draws fall at period
         end, so interest on them starts a period later. Accrued interest bears no interest before its due date.
Source:  FAST Standard 2.02-05 (corkscrew); term sheet of each facility; schedule in % of the amount drawn, so that a
         smaller drawing is repaid in the same proportions. Overdue amounts bear a default margin until paid. What
         accrues between payment dates is due on the next one (F6).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.loans import charges, deferral
from finmodel.deal.loans import currency as currencies
from finmodel.deal.loans import pik as piks
from finmodel.deal.loans import schedule as schedules
from finmodel.deal.loans.charges import Overdue
from finmodel.deal.loans.currency import Exchange, Owed
from finmodel.deal.loans.deferral import Deferral
from finmodel.deal.loans.pik import Pik
from finmodel.deal.loans.schedule import Course
from finmodel.deal.loans.terms import Facility
from finmodel.deal.tax.withholding import Withheld
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, hi, lo
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Loan:
    """What other modules may use of a facility. Money in the reporting currency, one value a period.

    `due_interest` and `due_principal` include what is overdue; `scheduled` is the principal of this date alone.
    `falls_due` is interest falling due, `fallen_due` the same before any is put off.
    `rate` is what the borrower pays, grossed up for tax if it is; `base_rate` is that of its curve, None where it has a
    rate of its own; `late` is principal overdue at the start of the period.
    `before` was drawn before the period; `growth` is what the facility's currency is worth against close, None in the
    reporting currency; `committed` is the commitment at close, one number. `pik` is interest deferred by a gate, None
    where the facility has no rate for it.
    """

    id: str
    terms: Facility
    section: Section
    commitment: Line
    outstanding: Account
    accrued: Account
    overdue: Account | None
    late: Line
    base: Account
    course: Course
    rate: Line
    base_rate: Line | None
    interest: Line
    default_interest: Line | None
    fallen_due: Line
    falls_due: Line
    scheduled: Line
    due_interest: Line
    due_principal: Line
    early: Line | None
    idc: Line
    fees: Line
    agency: Line
    drawn: Line
    to_date: Line
    withheld: Withheld | None
    before: Expr
    growth: Line | None
    committed: Expr
    pik: Pik | None

    @property
    def pays(self) -> Line:
        """Flag of payment dates."""
        return self.course.pays

    @property
    def repaying(self) -> Line:
        """Flag of repayment dates."""
        return self.course.repaying

    @property
    def instalment(self) -> Line:
        """The number of the last repayment; 0 before the first."""
        return self.course.instalment

    @property
    def window_rate(self) -> Line:
        """Interest since the last payment date, per unit outstanding."""
        return self.course.window_rate

    @property
    def schedule(self) -> Line:
        """The share of the amount drawn that falls due."""
        return self.course.schedule

    @property
    def planned(self) -> Line:
        """The share of the amount drawn that is still to repay."""
        return self.course.planned

    @property
    def falls_due_later(self) -> Expr:
        """Principal of this date that operations pay."""
        return self.scheduled if self.early is None else self.scheduled - self.early

    @property
    def label(self) -> str:
        """The facility's name in words."""
        return self.terms.label


@dataclass(frozen=True, eq=False, repr=False)
class Terms:
    """What a facility reads of the deal: its commitment, when sculpted the solved schedule, the rate of its curve, who
    borrows, and tax on its interest.
    """

    commitment: Expr
    schedule: Given | None
    base_rate: Line | None
    borrower: str
    withheld: Withheld | None


def open_loan(context: Context, name: str, facility: Facility, terms: Terms) -> Loan:
    """Declare a facility's balances, interest, fees and dues; draws and payments follow in `close_loan`.

    Args:
        context: The deal's model, time and money.
        name: The facility's name in the case.
        facility: Its terms.
        terms: What it reads of the deal.
    """
    title, clock = facility.label, context.clock
    loan = context.model.section(f"facility.{name}", context.money.money, title)
    exchange = currencies.exchange(context, loan, facility)
    agreed = terms.commitment if facility.share is None else exchange.of(terms.commitment)
    commitment = loan.line("commitment", f"{title}: Commitment", agreed)
    held = _balances(loan, exchange)
    rate = charges.rate(loan, facility, terms.base_rate, terms.withheld)
    years = clock.years_by(facility.day_count)
    course = schedules.course(loan, facility, rate * years, terms.schedule, clock)
    due = _interest(_Draft(loan, facility, exchange, terms, clock), held, course, rate, years)
    scheduled = loan.line("scheduled", f"{title}: Principal falling due", held.base.opening * course.schedule)
    early = _early(loan, facility, scheduled, clock)
    owed = Owed(held.outstanding, held.base, due.late, [held.accrued, *due.accounts])
    currencies.differences(loan, facility, exchange, owed, course, terms.borrower)
    return Loan(
        id=name,
        terms=facility,
        section=loan,
        commitment=commitment,
        outstanding=held.outstanding,
        accrued=held.accrued,
        overdue=None if due.overdue is None else due.overdue.account,
        late=due.late,
        base=held.base,
        course=course,
        rate=rate,
        base_rate=terms.base_rate,
        interest=due.interest,
        default_interest=None if due.overdue is None else due.overdue.default_interest,
        fallen_due=due.fallen_due,
        falls_due=due.put_off.payable,
        scheduled=scheduled,
        due_interest=charges.due_interest(loan, piks.due(due.pik, due.put_off.payable), due.overdue, clock),
        due_principal=_due_principal(loan, held.outstanding, due.late, scheduled, early),
        early=early,
        idc=loan.line("idc", f"{title}: Interest during construction", due.put_off.payable * clock.construction),
        fees=charges.fees(loan, facility, commitment, held.before, years, clock),
        agency=charges.agency(context, loan, facility, held.outstanding),
        drawn=held.drawn,
        to_date=held.to_date,
        withheld=terms.withheld,
        before=held.before,
        growth=exchange.growth,
        committed=currencies.at_close(loan, commitment, clock),
        pik=due.pik,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Balances:
    """Balances of a facility, and what is drawn of it: in the period, to date, and before the period."""

    outstanding: Account
    accrued: Account
    base: Account
    drawn: Line
    to_date: Line
    before: Expr


def _balances(loan: Section, exchange: Exchange) -> _Balances:
    title = loan.title
    outstanding = exchange.account(loan, "outstanding", f"{title}: Outstanding")
    accrued = exchange.account(loan, "accrued", f"{title}: Interest accrued, not due")
    base = exchange.account(loan, "base", f"{title}: Amount that the schedule repays")
    drawn, to_date = loan.ahead("drawn", f"{title}: Drawn"), loan.ahead("drawn_to_date", f"{title}: Drawn to date")
    before = currencies.drawn_before(loan, to_date, exchange)
    to_date.define(before + drawn)
    return _Balances(outstanding, accrued, base, drawn, to_date, before)


@dataclass(frozen=True, eq=False, repr=False)
class _Draft:
    """A facility while it is declared."""

    section: Section
    facility: Facility
    exchange: Exchange
    terms: Terms
    clock: Clock


@dataclass(frozen=True, eq=False, repr=False)
class _Interest:
    """Interest of the period, what falls due of it before any is put off, what is overdue; principal late."""

    interest: Line
    late: Line
    fallen_due: Line
    put_off: Deferral
    overdue: Overdue | None
    pik: Pik | None

    @property
    def accounts(self) -> list[Account]:
        """Balances of interest that is overdue or deferred, in whatever way."""
        overdue = None if self.overdue is None else self.overdue.account
        found = [overdue, self.put_off.account, *piks.accounts(self.pik)]
        return [account for account in found if account is not None]


def _interest(draft: _Draft, held: _Balances, course: Course, rate: Line, years: Line) -> _Interest:
    """Interest accrues on the opening balance, deferred interest included, and falls due on payment dates."""
    loan, facility, exchange, clock = draft.section, draft.facility, draft.exchange, draft.clock
    opening, title = held.outstanding.opening, loan.title
    pik, accrues = piks.begin(loan, facility, exchange, draft.terms.withheld), opening * rate * years
    interest = loan.line("interest", f"{title}: Interest on the opening balance", piks.interest(pik, accrues, years))
    charges.settlement(loan, facility, draft.terms.base_rate, opening, years)
    late = _late(loan, held.outstanding, held.base.opening * course.planned.lag(1, 1), clock)
    now = (held.accrued.opening + interest) * (course.pays | clock.last)
    falls_due = loan.line("interest_due_now", f"{title}: Interest falling due", now)
    put_off = deferral.build(loan, facility, exchange, falls_due, course, draft.terms.borrower)
    overdue = charges.overdue(loan, facility, exchange, late, rate * years, years)
    return _Interest(interest, late, falls_due, put_off, overdue, pik)


def _late(loan: Section, outstanding: Account, to_come: Expr, clock: Clock) -> Line:
    """Principal that should have been repaid before."""
    label = f"{loan.title}: Principal overdue, opening"
    return loan.line("principal_overdue", label, hi(0, outstanding.opening - to_come) * clock.completed)


def _early(loan: Section, facility: Facility, scheduled: Line, clock: Clock) -> Line | None:
    """Principal that falls due while completion is late: it is paid from funding; bridge loans are taken out."""
    if not clock.delays or facility.rank == "bridge":
        return None
    return loan.line("early", f"{loan.title}: Principal due before completion", scheduled * clock.construction)


def _due_principal(loan: Section, outstanding: Account, late: Line, scheduled: Line, early: Line | None) -> Line:
    due = late + scheduled if early is None else late + scheduled - early
    return loan.line("principal_due", f"{loan.title}: Principal due, overdue included", lo(outstanding.opening, due))


def plan_service(loan: Loan, clock: Clock) -> Expr:
    """Scheduled interest and principal of each payment date after planned completion, on the full commitment."""
    interest = loan.window_rate * loan.planned.lag(1, 1) * loan.pays * clock.due
    return loan.commitment * (loan.schedule + interest)
