"""Facilities in another currency than the deal's: balances are kept in it, and shown at the rate of each period.

Sign:    the loss on exchange is positive when the facility's currency has become dearer while something was owed.
Timing:  a balance opens at the period's rate; what this moves is the period's exchange difference. Flows of the period
         are at the same rate, so that the balance in the facility's own currency moves by flows alone.
Source:  money items are shown at the closing rate, and the difference is in profit when it arises (F23). For tax, what
         falls due by the schedule is compared with what it brought when drawn; interest and overdue amounts count as
         they arise.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.loans.schedule import Course
from finmodel.deal.loans.terms import Facility
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, ratio, where
from finmodel.kernel.folds import total
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import RATIO, unit


@dataclass(frozen=True, eq=False, repr=False)
class Exchange:
    """The currency of a facility; `rate` is its price in the reporting currency, None where they are the same."""

    currency: str
    rate: Expr | None
    growth: Line | None

    def of(self, amount: Expr) -> Expr:
        """An amount agreed at close, in the reporting currency of each period.

        Args:
            amount: Money of the loan, at the rate of close.
        """
        return amount if self.growth is None else amount * self.growth

    def account(self, loan: Section, name: str, label: str) -> Account:
        """A balance in the reporting currency; in another one it opens at the period's rate.

        Args:
            name: Its name within the section.
            label: What it holds.
        """
        if self.rate is None:
            return loan.account(name, label)
        closing = loan.ahead(f"{name}.closing", f"{label}, closing")
        kept = loan.line(f"{name}.own", f"{label}, in {self.currency}", ratio(closing, self.rate), unit(self.currency))
        opening = loan.line(f"{name}.opening", f"{label}, opening, at the rate of the period", kept.prev * self.rate)
        return Account(opening, closing)


def exchange(context: Context, loan: Section, facility: Facility) -> Exchange:
    """Declare what a facility's currency is worth against that at close; nothing in the reporting currency."""
    money = context.money
    if facility.currency in (None, money.currency):
        return Exchange(money.currency, None, None)
    code = str(facility.currency)
    rate = money.rate(code)
    at_close = loan.ahead("rate_at_close", f"{loan.title}: {money.currency} for one {code} at close", rate.unit)
    at_close.define(where(context.clock.first, rate, at_close.prev))
    label = f"{loan.title}: Value of its currency, against that at close"
    return Exchange(code, rate, loan.line("currency_growth", label, ratio(rate, at_close), RATIO))


def at_close(loan: Section, amount: Line, clock: Clock) -> Expr:
    """The commitment at close as one number, whatever its currency is worth later.

    Args:
        amount: The commitment in each period.
    """
    if not amount.series:
        return amount
    first = loan.line("committed_at_close", f"{loan.title}: Commitment at close", amount * clock.first)
    return total(first)


def drawn_before(loan: Section, to_date: Line, exchange: Exchange) -> Expr:
    """What was drawn before the period, at the period's rate.

    Args:
        to_date: What was drawn up to each period.
    """
    if exchange.rate is None:
        return to_date.prev
    label = f"{loan.title}: Drawn to date, in {exchange.currency}"
    kept = loan.line("drawn_to_date.own", label, ratio(to_date, exchange.rate), unit(exchange.currency))
    label = f"{loan.title}: Drawn before, at the rate of the period"
    return loan.line("drawn_before", label, kept.prev * exchange.rate)


@dataclass(frozen=True, eq=False, repr=False)
class Owed:
    """Balances of a facility: principal, what its schedule repays, overdue principal, and interest owed."""

    outstanding: Account
    base: Account
    late: Line
    interest: list[Account]


def differences(
    loan: Section, facility: Facility, exchange: Exchange, owed: Owed, course: Course, borrower: str
) -> None:
    """Declare the loss on exchange; it is in profit as it arises, and in tax as the case says.

    Nothing in the reporting currency.

    Args:
        loan: The facility's section.
        facility: Its terms.
        exchange: Its currency.
        owed: Its balances, in the reporting currency.
        course: The share repaid at each date and the share still to repay.
        borrower: The entity whose tax counts the loss.
    """
    if exchange.rate is None:
        return
    register = loan.model.register
    principal = _moved(owed.outstanding)
    interest = add([_moved(account) for account in owed.interest])
    loss = loan.line("net_exchange_loss", f"{loan.title}: Loss on exchange", principal + interest)
    register.earns("exchange_difference_on_loans", -loss)
    if facility.exchange_tax == "accrued":
        register.taxes(-loss, borrower)
    if facility.exchange_tax == "realised":
        late = principal * ratio(owed.late, owed.outstanding.opening)
        register.taxes(-_realised(loan, owed.base, course, late + interest), borrower)


def _moved(account: Account) -> Expr:
    return account.opening - account.closing.prev


def _realised(loan: Section, base: Account, course: Course, arising: Expr) -> Line:
    """The loss on what falls due, against what it brought; on interest and overdue principal as it arises."""
    title, due = loan.title, course.schedule
    cost = loan.account("historic", f"{title}: Still to fall due, at the rates at which it was drawn")
    share = ratio(due, course.planned.lag(1, 1))
    gone = loan.line("historic_due", f"{title}: Falling due, at the rates at which it was drawn", cost.opening * share)
    cost.close(add=[base.closing - base.opening], less=[gone])
    label = f"{title}: Loss on exchange, realised"
    return loan.line("net_exchange_realised", label, base.opening * due - gone + arising)
