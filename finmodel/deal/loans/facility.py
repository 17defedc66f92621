"""Facilities: loans of any rank, all by the same code; opened before funding and closed after the waterfall.

Sign:    every line is the positive amount that its label names.
Timing:  interest accrues each period on the opening balance and falls due on payment dates; draws fall at period
         end, so interest on them starts a period later. Accrued interest bears no interest before its due date.
Source:  FAST Standard 2.02-05 (corkscrew); term sheet of each facility; schedule in % of the amount drawn, so that a
         smaller drawing is repaid in the same proportions. Overdue amounts bear a default margin until paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.loans import charges as charges
from finmodel.deal.loans import currency as currencies
from finmodel.deal.loans import deferral as deferral
from finmodel.deal.loans import pik as piks
from finmodel.deal.loans import schedule as schedules
from finmodel.deal.loans.currency import Owed
from finmodel.deal.loans.pik import Pik
from finmodel.deal.loans.terms import Facility
from finmodel.deal.market.macro import Macro
from finmodel.deal.tax.withholding import Withheld
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Model, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Loan:
    """What other modules may use of a facility. Money in the reporting currency, one value a period.

    `due_interest` and `due_principal` include what is overdue; `scheduled` is the principal of this date alone.
    `falls_due` is interest falling due, `fallen_due` the same before any is put off.
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
    base: Account
    pays: Line
    repaying: Line
    window_rate: Line
    planned: Line
    interest: Line
    default_interest: Line | None
    fallen_due: Line
    falls_due: Line
    schedule: Line
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
    def falls_due_later(self) -> Expr:
        """Principal of this date that operations pay."""
        return self.scheduled if self.early is None else self.scheduled - self.early

    @property
    def label(self) -> str:
        """The facility's name in words."""
        return self.terms.label


@dataclass(frozen=True, eq=False, repr=False)
class Terms:
    """What a facility reads of the deal: its commitment, when sculpted the solved schedule, who borrows, and tax on its
    interest.
    """

    commitment: Expr
    schedule: Given | None
    borrower: str = ""
    withheld: Withheld | None = None


def open_loan(model: Model, name: str, facility: Facility, terms: Terms, clock: Clock, macro: Macro) -> Loan:
    """Declare a facility's balances, interest, fees and dues; draws and payments follow in `close_loan`."""
    title = facility.label
    loan = model.section(f"facility.{name}", macro.money, title)
    exchange = currencies.exchange(loan, facility, clock, macro)
    agreed = terms.commitment if facility.share is None else exchange.of(terms.commitment)
    commitment = loan.line("commitment", f"{title}: Commitment", agreed)
    outstanding = exchange.account(loan, "outstanding", f"{title}: Outstanding")
    accrued = exchange.account(loan, "accrued", f"{title}: Interest accrued, not due")
    base = exchange.account(loan, "base", f"{title}: Amount that the schedule repays")
    drawn, to_date = loan.ahead("drawn", f"{title}: Drawn"), loan.ahead("drawn_to_date", f"{title}: Drawn to date")
    before = currencies.drawn_before(loan, to_date, exchange)
    to_date.define(before + drawn)
    rate, years = charges.rate(loan, facility, terms.withheld), clock.years_by(facility.day_count)
    course = schedules.course(loan, facility, rate * years, terms.schedule, clock)
    pik, accrues = piks.begin(loan, facility, exchange, terms.withheld), outstanding.opening * rate * years
    interest = loan.line("interest", f"{title}: Interest on the opening balance", piks.interest(pik, accrues, years))
    charges.settlement(loan, facility, outstanding.opening, years)
    late = _late(loan, outstanding, base.opening * course.planned.lag(1, 1), clock)
    now = (accrued.opening + interest) * (course.pays | clock.last)
    falls_due = loan.line("interest_due_now", f"{title}: Interest falling due", now)
    put_off, payable = deferral.build(loan, (facility, exchange), falls_due, course, terms.borrower)
    overdue, default_interest = charges.overdue(loan, facility, exchange, late, rate * years, years)
    scheduled = loan.line("scheduled", f"{title}: Principal falling due", base.opening * course.schedule)
    early = _early(loan, facility, scheduled, clock)
    owed = Owed(outstanding, base, late, [accrued, overdue, put_off, *piks.accounts(pik)])
    currencies.differences(loan, (facility, exchange), owed, (course.schedule, course.planned), terms.borrower)
    return Loan(
        id=name,
        terms=facility,
        section=loan,
        commitment=commitment,
        outstanding=outstanding,
        accrued=accrued,
        overdue=overdue,
        base=base,
        pays=course.pays,
        repaying=course.repaying,
        window_rate=course.window_rate,
        planned=course.planned,
        interest=interest,
        default_interest=default_interest,
        fallen_due=falls_due,
        falls_due=payable,
        schedule=course.schedule,
        scheduled=scheduled,
        due_interest=charges.due_interest(loan, piks.due(pik, payable), overdue, default_interest, clock),
        due_principal=_due_principal(loan, outstanding, late, (scheduled, early)),
        early=early,
        idc=loan.line("idc", f"{title}: Interest during construction", payable * clock.construction),
        fees=charges.fees(loan, facility, (commitment, before), years, clock),
        agency=charges.agency(loan, facility, outstanding, clock, macro),
        drawn=drawn,
        to_date=to_date,
        withheld=terms.withheld,
        before=before,
        growth=exchange.growth,
        committed=currencies.at_close(loan, commitment, clock),
        pik=pik,
    )


def _late(loan: Section, outstanding: Account, to_come: Expr, clock: Clock) -> Line:
    """Principal that should have been repaid before."""
    label = f"{loan.title}: Principal overdue, opening"
    return loan.line("principal_overdue", label, hi(0, outstanding.opening - to_come) * clock.completed)


def close_loan(loan: Loan, drawn: Expr, paid: tuple[Expr, Expr], gone: Sequence[Expr], clock: Clock) -> None:
    """Say what was drawn, what was `paid` of interest and principal, and what else of the balance is gone.

    What another facility repaid, or cash prepaid, scales the schedule. Interest that is capitalised joins the balance.
    Construction interest is capitalised by `capitalise`, else paid from funding. In operation, unpaid senior
    interest becomes overdue; unpaid junior interest is capitalised and is no default, but for what a gate defers.
    """
    section, title = loan.section, loan.label
    paid_interest, paid_principal = paid
    loan.drawn.define(drawn)
    unpaid = loan.due_interest - paid_interest
    joins: list[Expr] = [loan.idc] if loan.terms.capitalise else []
    joins += [unpaid] if loan.overdue is None else []
    capitalised = [section.line("capitalised", f"{title}: Interest capitalised", add(joins))] if joins else []
    scheduled = [ratio(amount, loan.planned) for amount in gone]
    loan.base.close(add=[loan.drawn, *(line * clock.construction for line in capitalised)], less=scheduled)
    loan.outstanding.close(add=[loan.drawn, *capitalised], less=[paid_principal, *_paid_early(loan), *gone])
    loan.accrued.close(add=[loan.interest], less=[loan.fallen_due])
    if loan.overdue is not None:
        loan.overdue.closing.define(unpaid)
    piks.close(loan.pik, loan.section)
    _note(loan, [paid_interest, paid_principal, *gone])


def _note(loan: Loan, paid: list[Expr]) -> None:
    """What the lender brings and takes, and what is owed to it."""
    register, lender = loan.section.model.register, f"facility.{loan.id}"
    register.receives(loan.drawn, lender)
    paid_interest, *others = paid
    interest = paid_interest if loan.terms.capitalise else paid_interest + loan.idc
    title, section = loan.label, loan.section
    principal = section.line("principal_paid", f"{title}: Principal repaid, all", add([*others, *_paid_early(loan)]))
    cost = interest + loan.fees + loan.agency + principal
    section.line("net_borrowed", f"{title}: Drawn less debt service and fees", loan.drawn - cost)
    if loan.withheld is not None:
        interest = interest - loan.withheld.from_interest(loan.section, interest)
    for amount in (interest, *others, loan.fees, loan.agency, *_paid_early(loan)):
        register.pays(amount, lender)
    register.owes("loans", loan.outstanding.closing)
    register.owes("interest_accrued", loan.accrued.closing)
    if loan.overdue is not None:
        register.owes("interest_overdue", loan.overdue.closing)


def _early(loan: Section, facility: Facility, scheduled: Line, clock: Clock) -> Line | None:
    """Principal that falls due while completion is late: it is paid from funding; bridge loans are taken out."""
    if not clock.delays or facility.rank == "bridge":
        return None
    return loan.line("early", f"{loan.title}: Principal due before completion", scheduled * clock.construction)


def _paid_early(loan: Loan) -> list[Line]:
    return [] if loan.early is None else [loan.early]


def _due_principal(loan: Section, outstanding: Account, late: Line, now: tuple[Line, Line | None]) -> Line:
    scheduled, early = now
    due = late + scheduled if early is None else late + scheduled - early
    return loan.line("principal_due", f"{loan.title}: Principal due, overdue included", lo(outstanding.opening, due))


def plan_service(loan: Loan, clock: Clock) -> Expr:
    """Scheduled interest and principal of each payment date after planned completion, on the full commitment."""
    interest = loan.window_rate * loan.planned.lag(1, 1) * loan.pays * clock.due
    return loan.commitment * (loan.schedule + interest)


def drawn_by_room(
    section: Section, loans: Sequence[Loan], wanted: Expr, room: Mapping[str, Expr], free: tuple[str, str]
) -> dict[str, Line]:
    """Declare what facilities draw of an amount, in proportion to the room of each: no order of them counts.

    Args:
        wanted: What all would draw together.
        room: What each may still draw; `free` is the name and label of the sum, a line where there are several.
    """
    drawn: dict[str, Expr] = {loan.id: lo(wanted, room[loan.id]) for loan in loans}
    if len(loans) > 1:
        whole = section.line(*free, add([room[loan.id] for loan in loans]))
        drawn = {loan.id: lo(wanted, whole) * ratio(room[loan.id], whole) for loan in loans}
    return {
        id: section.line(f"draw.{id}", f"Drawing, {loan.label}", drawn[id])
        for id, loan in zip(drawn, loans, strict=True)
    }


def weighted_rate(section: Section, name: str, label: str, loans: list[Loan], shares: list[Expr]) -> Line:
    """The window rate of several facilities, weighted by fixed shares."""
    return section.line(
        name, label, add([loan.window_rate * share for loan, share in zip(loans, shares, strict=True)]), RATIO
    )
