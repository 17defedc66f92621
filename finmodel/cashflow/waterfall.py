"""Waterfall: what each period's cash pays, in order, and where the rest waits.

Order:   operating arrears → senior interest (overdue first) → senior principal (overdue first) → reserve top-up →
         mezzanine interest and principal → distribution tests → distributions.
Sign:    every step is the positive amount paid.
Timing:  each rank is paid on its own payment dates after completion, owners on those of senior debt; cash in between
         waits in the operating account. A shortfall is met from the operating account, then locked cash (mezzanine:
         once senior debt is repaid), then (senior debt) the reserve; what is still unpaid becomes arrears, which rank
         at their step before the current due.
Source:  decisions on sources before a shortfall (F2), order (F3), reserve (F26), lock-up and default (F29).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, add, hi, lo, ratio
from finmodel.base.model import Account, Line, Model
from finmodel.base.register import Register
from finmodel.cashflow.facility import Loan
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Inflows:
    """What comes in and what must be kept, per period in the reporting currency. CFADS may be negative.

    `earned` is interest on the reserve; `other` is money that is neither CFADS nor debt, such as a late grant.
    """

    cfads: Line
    other: Expr
    reserve: Account
    reserve_target: Expr
    reserve_funding: Expr
    earned: Expr
    minimum_cash: Expr


@dataclass(frozen=True)
class Tests:
    """Flags that a distribution must pass, beside the waterfall's own (no arrears, reserve full).

    `sound` is 0 in default: then mezzanine is not paid either.
    """

    cover: Expr
    open: Expr
    sound: Expr


@dataclass(frozen=True)
class Group:
    """Payments of the facilities of one rank."""

    interest: dict[str, Line]
    principal: dict[str, Line]
    paid: Line
    unpaid: Expr
    shortfall: Line


@dataclass(frozen=True)
class Waterfall:
    """Accounts and payments that statements, ratios and owners read."""

    cash: Account
    locked: Account
    reserve: Account
    arrears: Account
    senior: Group
    junior: Group
    distributions: Line


@dataclass(frozen=True)
class _Operations:
    """Cash after operations: `free` in the operating account, `locked` still locked."""

    free: Line
    locked: Expr
    from_locked: Line


@dataclass(frozen=True)
class _Service:
    """Senior service from locked cash, cash left after senior debt and reserve, and what is still locked."""

    locked: Line
    after: Line
    still_locked: Expr


class Steps:
    """The waterfall of one deal: accounts first, then one method a step."""

    def __init__(self, model: Model, inflows: Inflows, clock: Clock, macro: Macro, loans: Sequence[Loan]) -> None:
        self.section = model.section("waterfall", macro.money, "Waterfall")
        account = model.sections["account"]
        self.inflows, self.clock, self.cent = inflows, clock, macro.cent
        self.senior_loans = [loan for loan in loans if loan.terms.rank == "senior"]
        self.junior_loans = [loan for loan in loans if loan.terms.rank in ("mezzanine", "shareholder")]
        first = self.senior_loans or self.junior_loans
        self.serves = self._dates("serves", "Payment date of the waterfall", first)
        self.serves_junior = self._dates("serves_junior", "Payment date of mezzanine", self.junior_loans or first)
        self.cash = account.account("cash", "Operating account")
        self.locked = account.account("locked", "Locked cash")
        self.reserve = inflows.reserve
        self.arrears = account.account("arrears", "Operating arrears")
        self._note(model.register)

    def _note(self, register: Register) -> None:
        """Accounts keep what is paid into them; what operations owe late is money of suppliers."""
        banks = {"cash": self.cash, "locked_cash": self.locked, "debt_service_reserve": self.reserve}
        for name, account in banks.items():
            register.banks_with(name, account.opening, account.closing)
            register.owns(name, account.closing)
        register.receives(self.inflows.earned, "debt_service_reserve")
        register.receives(self.arrears.closing - self.arrears.opening, "suppliers")
        register.owes("operating_arrears", self.arrears.closing)

    def build(self, tests: Tests) -> Waterfall:
        """Declare all steps in order; the caller closes the facilities with the payments returned."""
        operations = self._operations()
        means = operations.free + operations.locked + self.reserve.opening
        senior = self._pay("senior", self.senior_loans, means * self.serves)
        service = self._senior_sources(senior, operations)
        paid_up = (senior.unpaid <= self.cent) & tests.sound
        paid_in_full = self.section.flag("senior_gate", "Senior debt is paid in full, and no default", paid_up)
        unlocked = service.still_locked * (self._senior_left(senior) <= self.cent)
        junior = self._pay("junior", self.junior_loans, (service.after + unlocked) * paid_in_full * self.serves_junior)
        distributions = self._owners(tests, operations, service, (senior, junior))
        return Waterfall(self.cash, self.locked, self.reserve, self.arrears, senior, junior, distributions)

    def _dates(self, name: str, label: str, loans: Sequence[Loan]) -> Line:
        """Dates on which any of these facilities pays; every period when there are none."""
        pays: Expr = Const(0) if loans else Const(1)
        for loan in loans:
            pays = pays | loan.pays
        return self.section.flag(name, label, pays & self.clock.completed | self.clock.last)

    def _senior_left(self, senior: Group) -> Expr:
        """Senior debt outstanding after the payments of the period."""
        owed = [loan.outstanding.opening - senior.principal[loan.id] for loan in self.senior_loans]
        return self.section.line("senior_left", "Senior debt after this payment", add(owed))

    def _operations(self) -> _Operations:
        """Operating arrears first; a shortfall takes locked cash, and what is still unpaid becomes arrears."""
        line = self.section.line
        came = self.inflows.cfads + self.inflows.other + self.inflows.earned
        net = line("net_available", "Cash before payments", self.cash.opening + came)
        from_locked = line(
            "locked_for_operations", "Locked cash used for operations", lo(self.locked.opening, hi(0, -net))
        )
        unpaid = line("arrears_added", "Operating cost unpaid", hi(0, -net - from_locked))
        caught_up = line("arrears_paid", "Operating arrears paid", lo(self.arrears.opening, hi(0, net)))
        self.arrears.close(add=[unpaid], less=[caught_up])
        free = line("free_cash", "Cash after operations", hi(0, net) - caught_up)
        return _Operations(free, self.locked.opening - from_locked, from_locked)

    def _pay(self, rank: str, loans: Sequence[Loan], means: Expr) -> Group:
        """Pay interest, then principal, of the facilities of a rank in proportion to what is due."""
        line, title = self.section.line, rank.capitalize()
        if not loans:
            ahead = self.section.ahead  # rows of nothing, so that who reads a deal finds a value a period
            paid = ahead(f"{rank}_service", f"{title} debt service paid").define(0)
            return Group({}, {}, paid, Const(0), ahead(f"{rank}_shortfall", f"{title} debt service unpaid").define(0))
        due_interest = line(f"{rank}_interest_due", f"{title} interest due", add([loan.due_interest for loan in loans]))
        due_principal = line(
            f"{rank}_principal_due", f"{title} principal due", add([loan.due_principal for loan in loans])
        )
        available = line(f"{rank}_means", f"Cash available to {rank} debt", hi(0, means))
        interest = line(f"{rank}_interest_paid", f"{title} interest paid", lo(due_interest, available))
        principal = line(f"{rank}_principal_paid", f"{title} principal paid", lo(due_principal, available - interest))
        paid = line(f"{rank}_service", f"{title} debt service paid", interest + principal)
        unpaid = due_interest + due_principal - paid
        dates = self.serves if rank == "senior" else self.serves_junior
        shortfall = line(f"{rank}_shortfall", f"{title} debt service unpaid at its date", unpaid * dates)
        group = Group({}, {}, paid, unpaid, shortfall)
        for loan in loans:
            own = loan.section.line
            group.interest[loan.id] = own(
                "interest_paid", f"{loan.label}: Interest paid", interest * ratio(loan.due_interest, due_interest)
            )
            group.principal[loan.id] = own(
                "repayment", f"{loan.label}: Principal repaid", principal * ratio(loan.due_principal, due_principal)
            )
        return group

    def _senior_sources(self, senior: Group, operations: _Operations) -> _Service:
        """Operating account, then locked cash, then the reserve; the reserve is topped up or released after."""
        line, target = self.section.line, self.inflows.reserve_target
        cash = line("senior_from_cash", "Senior service from the operating account", lo(senior.paid, operations.free))
        locked = line(
            "senior_from_locked", "Senior service from locked cash", lo(senior.paid - cash, operations.locked)
        )
        reserve = line("senior_from_reserve", "Senior service from the reserve", senior.paid - cash - locked)
        kept = self.reserve.opening - reserve
        released = line("reserve_released", "Released from the reserve", hi(0, kept - target) * self.serves)
        top_up = line(
            "reserve_top_up", "Paid into the reserve", lo(hi(0, target - kept), operations.free - cash) * self.serves
        )
        self.reserve.close(add=[self.inflows.reserve_funding, top_up], less=[reserve, released])
        after = line("after_senior", "Cash after senior debt and reserve", operations.free - cash - top_up + released)
        return _Service(locked, after, operations.locked - locked)

    def _owners(self, tests: Tests, operations: _Operations, service: _Service, groups: tuple[Group, Group]) -> Line:
        """Distribute what is left if every test is passed; otherwise lock it up."""
        line, (senior, junior) = self.section.line, groups
        to_junior = line("junior_from_locked", "Mezzanine service from locked cash", hi(0, junior.paid - service.after))
        left = line("after_debt", "Cash after all debt", service.after + to_junior - junior.paid)
        paid_up = (self.arrears.closing <= self.cent) & (senior.unpaid + junior.unpaid <= self.cent)
        full = self.reserve.closing >= self.inflows.reserve_target - self.cent
        tested = self.section.flag("distributions_tested", "Distributions are tested", self.serves & tests.open)
        gate = self.section.flag(
            "distribution_gate", "Distributions allowed", tested & tests.cover & tests.sound & paid_up & full
        )
        waiting = service.still_locked - to_junior
        least = self.inflows.minimum_cash * ~self.clock.last
        distributions = line("distributions", "Distributions", gate * hi(0, left + waiting - least))
        locking = line("locked_up", "Cash locked up", self.serves * ~gate * hi(0, left - least))
        freed = line("unlocked", "Locked cash released", gate * lo(waiting, distributions))
        self.locked.close(add=[locking], less=[operations.from_locked, service.locked, to_junior, freed])
        self.cash.closing.define(left + freed - locking - distributions)
        return distributions
