"""The paying desk: the accounts of the waterfall, who is to be paid at each rank, and what has been paid so far.

Sign:    every amount is the positive money paid.
Timing:  each rank is paid on its own payment dates after completion; owners on those of senior debt.
Source:  decisions on sources before a shortfall (F2) and on payment dates (F5). Within a rank, interest is paid before
         principal, overdue amounts first, each facility in proportion to what it is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from finmodel.deal.capital.closure import ClosureLines
from finmodel.deal.context import Context
from finmodel.deal.loans.facility import Loan
from finmodel.deal.market.prices import Market
from finmodel.deal.reserves.debt_service import ServiceReserve
from finmodel.deal.waterfall.ratios import Ratio
from finmodel.deal.waterfall.terms import WaterfallTerms
from finmodel.kernel.expr import Const, Expr, add, hi, lo, ratio
from finmodel.kernel.model import Line, Section
from finmodel.kernel.register import Register

TITLES = {"senior": "Senior", "junior": "Junior", "shareholder": "Shareholder"}
RANKS = {"senior": "senior", "mezzanine": "junior", "shareholder": "shareholder"}
"""Rank of a facility → rank of payment; a bridge loan is paid from funding."""


@dataclass(frozen=True, eq=False, repr=False)
class Inflows:
    """What comes in and what must be kept, per period in the reporting currency. CFADS may be negative.

    `earned` is interest on reserves; `other` is money that is neither CFADS nor debt, such as a late grant. `market`
    has the prices that a sweep may follow. `closure` is what the closure costs, of which owners pay what cash lacks;
    None without one.
    """

    cfads: Line
    other: Expr
    reserve: ServiceReserve
    earned: Expr
    market: Market
    closure: ClosureLines | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Tests:
    """Flags of the tests between cash and junior payments, beside the waterfall's own (no arrears, reserve full).

    `missed` is 1 where a cover is below lock-up, `untested` where the test of twelve months back is not possible yet,
    `open` once distributions may begin. `default` is on debt service cover: then nothing junior is paid, and a sweep
    takes all. `uncovered` stops mezzanine; `long_stop` is 1 while completion is beyond its long-stop date. `historic`
    is cover of twelve months back, None without senior debt; `cure` is what owners pay in to cure a default. `events`
    is where covenant events stand, None where the waterfall opens it.
    """

    missed: Expr
    untested: Expr
    open: Expr
    default: Expr
    uncovered: Expr
    long_stop: Expr | None = None
    historic: Ratio | None = None
    cure: Line | None = None
    events: Section | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Group:
    """Payments of the facilities of one rank."""

    interest: dict[str, Line]
    principal: dict[str, Line]
    paid: Line
    unpaid: Expr
    shortfall: Line


@dataclass(frozen=True, eq=False, repr=False)
class Purse:
    """What a step finds: cash in hand, cash that is locked, and whether the gates so far are open (1 or 0)."""

    cash: Expr
    locked: Expr
    open: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Distributable:
    """What limits distributions by profit, before the period; the balance sheet defines both."""

    profit: Line
    capital: Line


@dataclass
class Ledger:
    """What the steps have done so far, for the steps that follow.

    `from_locked`, `locking` move the locked account; `beyond` is what was paid out beyond the distribution gate;
    `after_debt` is all cash, locked or not, that stood before that gate; `closed` what owners pay for the closure,
    `closure_unpaid` what nobody has paid of it so far.
    `default` and `lock_up` are flags of events, `arrears` what is in arrears above a cent, by rank.
    `added` is contingent equity of the period, `added_to_date` of all so far; `owed` is senior debt after its payment.
    """

    groups: dict[str, Group] = field(default_factory=dict)
    from_locked: list[Expr] = field(default_factory=list)
    locking: list[Expr] = field(default_factory=list)
    from_reserve: Expr = field(default_factory=lambda: Const(0))
    prepaid: list[Line] = field(default_factory=list)
    arrears_default: Line | None = None
    default: Line | None = None
    lock_up: Line | None = None
    arrears: dict[str, Line] = field(default_factory=dict)
    added: Line | None = None
    added_to_date: Line | None = None
    owed: Line | None = None
    distributed: Line | None = None
    distributable: Distributable | None = None
    closed: Line | None = None
    closure_unpaid: Line | None = None
    gate: Line | None = None
    waiting: Expr = field(default_factory=lambda: Const(0))
    left: Expr = field(default_factory=lambda: Const(0))
    after_debt: Expr = field(default_factory=lambda: Const(0))
    beyond: list[Expr] = field(default_factory=list)


class Desk:
    """Accounts, facilities by rank and dates of one deal; the steps write into its ledger."""

    def __init__(self, context: Context, terms: WaterfallTerms, inflows: Inflows, tests: Tests) -> None:
        self.clock, self.money, self.register = context.clock, context.money, context.register
        self.model, self.terms, self.inflows, self.tests = context.model, terms, inflows, tests
        self.section = context.model.section("waterfall", self.money.money, "Waterfall")
        self.cent = self.money.cent
        self._events = tests.events
        self.loans: dict[str, list[Loan]] = {rank: [] for rank in TITLES}
        self.dates: dict[str, Line] = {}
        self.ledger = Ledger()

    def open(self, loans: Sequence[Loan], refinanced: Mapping[str, Expr]) -> None:
        """Sort the facilities by rank, find the dates of each, and open the accounts.

        Args:
            loans: All facilities.
            refinanced: Facility → what another one repays of it.
        """
        self.refinanced = refinanced
        for loan in loans:
            if loan.terms.rank in RANKS:
                self.loans[RANKS[loan.terms.rank]].append(loan)
        first = self.loans["senior"] or self.loans["junior"] or self.loans["shareholder"]
        self.serves = self._dates("serves", "Payment date of the waterfall", first)
        self.dates["senior"] = self.serves
        self.dates["junior"] = self._dates("serves_junior", "Payment date of mezzanine", self.loans["junior"] or first)
        if self.loans["shareholder"]:
            label = "Payment date of shareholder loans"
            self.dates["shareholder"] = self._dates("serves_shareholder", label, self.loans["shareholder"])
        account = self.inflows.reserve.section
        self.cash = account.account("cash", "Operating account")
        self.locked = account.account("locked", "Locked cash")
        self.reserve = self.inflows.reserve.account
        self.arrears = account.account("arrears", "Operating arrears")
        self._note(self.register)
        kept = self.terms.minimum_cash
        self.least: Expr = Const(0) if kept is None else self.money.convert(kept) * ~self.clock.last

    def _note(self, register: Register) -> None:
        """Accounts keep what is paid into them; what operations owe late is money of suppliers."""
        banks = {"cash": self.cash, "locked_cash": self.locked, "debt_service_reserve": self.reserve}
        for name, account in banks.items():
            register.banks_with(name, account.opening, account.closing)
            register.owns(name, account.closing)
        register.receives(self.arrears.closing - self.arrears.opening, "suppliers")
        register.owes("operating_arrears", self.arrears.closing)

    def _dates(self, name: str, label: str, loans: Sequence[Loan]) -> Line:
        """Dates on which any of these facilities pays; every period when there are none."""
        pays: Expr = Const(0) if loans else Const(1)
        for loan in loans:
            pays = pays | loan.pays
        return self.section.flag(name, label, pays & self.clock.completed | self.clock.last)

    @property
    def events(self) -> Section:
        """Where covenant events stand."""
        if self._events is None:
            self._events = self.model.section("covenant", self.money.money, "Covenant events")
        return self._events

    @property
    def sound(self) -> Expr:
        """No default, neither of cover nor of old arrears; at the end of the deal there is no more to protect."""
        late = self.ledger.arrears_default
        default = self.tests.default if late is None else self.tests.default | late
        return ~default | self.clock.last

    @property
    def senior_paid_up(self) -> Expr:
        """Senior debt has no arrears after this payment."""
        return self.ledger.groups["senior"].unpaid <= self.cent

    @property
    def reserve_missing(self) -> Expr:
        """What the reserve lacks of its target after this payment, or what is drawn of the letter in its place."""
        held = self.inflows.reserve
        return held.target - held.account.closing if held.letter is None else held.letter.owed.closing

    @property
    def reserve_full(self) -> Expr:
        """The reserve holds its target, or nothing is drawn of the letter in its place."""
        held = self.inflows.reserve
        if held.letter is not None:
            return held.letter.owed.closing <= self.cent
        return held.account.closing >= held.target - self.cent

    def senior_left(self) -> Expr:
        """Senior debt outstanding after the scheduled payments and prepayments so far of the period."""
        if self.ledger.owed is None:
            paid = self.ledger.groups["senior"].principal
            owed = [loan.outstanding.opening - paid[loan.id] for loan in self.loans["senior"]]
            self.ledger.owed = self.section.line("senior_left", "Senior debt after this payment", add(owed))
        left: Expr = self.ledger.owed
        for prepaid in self.ledger.prepaid:
            left = left - prepaid
        return left

    def prepayable(self) -> Expr:
        """Senior debt that cash can prepay: what is left, less what another facility repays."""
        gone = [self.refinanced[loan.id] for loan in self.loans["senior"] if loan.id in self.refinanced]
        return hi(0, self.senior_left() - add(gone)) if gone else self.senior_left()

    def pay(self, rank: str, means: Expr) -> Group:
        """Pay interest, then principal, of the facilities of a rank in proportion to what is due.

        Args:
            rank: Rank, such as "senior".
            means: Money that may be used.

        Returns:
            What was paid.
        """
        line, title, loans = self.section.line, TITLES[rank], self.loans[rank]
        if not loans:
            self.ledger.groups[rank] = self._nobody(rank, title)
            return self.ledger.groups[rank]
        due_interest = line(f"{rank}_interest_due", f"{title} interest due", add([loan.due_interest for loan in loans]))
        due_principal = line(
            f"{rank}_principal_due", f"{title} principal due", add([loan.due_principal for loan in loans])
        )
        available = line(f"{rank}_means", f"Cash available to {rank} debt", hi(0, means))
        interest = line(f"{rank}_interest_paid", f"{title} interest paid", lo(due_interest, available))
        principal = line(f"{rank}_principal_paid", f"{title} principal paid", lo(due_principal, available - interest))
        paid = line(f"{rank}_service", f"{title} debt service paid", interest + principal)
        unpaid = due_interest + due_principal - paid
        late = line(f"{rank}_shortfall", f"{title} debt service unpaid at its date", unpaid * self.dates[rank])
        group = Group({}, {}, paid, unpaid, late)
        for loan in loans:
            own = loan.section.line
            group.interest[loan.id] = own(
                "interest_paid", f"{loan.label}: Interest paid", interest * ratio(loan.due_interest, due_interest)
            )
            group.principal[loan.id] = own(
                "repayment", f"{loan.label}: Principal repaid", principal * ratio(loan.due_principal, due_principal)
            )
        self.ledger.groups[rank] = group
        return group

    def _nobody(self, rank: str, title: str) -> Group:
        """Rows of nothing, so that who reads a deal finds a value a period."""
        ahead = self.section.ahead
        paid = ahead(f"{rank}_service", f"{title} debt service paid").define(0)
        late = ahead(f"{rank}_shortfall", f"{title} debt service unpaid at its date").define(0)
        return Group({}, {}, paid, Const(0), late)
