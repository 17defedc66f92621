"""Statements: income, cash and balance of the group, from the same lines; the balance sheet is a check.

Sign:    revenue and cost are positive; net_… lines may be negative.
Timing:  accrual: sales when delivered, deferred revenue when used or expired, support when granted, tax as accrued.
Source:  group books after elimination of transfers; interest and fees before completion are capitalised and written
         off with the plant; stock of the main product at weighted-average cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.deal.waterfall.desk import Distributable
from finmodel.kernel.expr import Expr, add, lo, ratio
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Operating:
    """Accrued operating lines of the group [reporting currency per period]."""

    revenue: Expr
    support: Expr
    incentive: Expr
    cost: Expr
    stock_increase: Expr
    financing_cost: Expr
    depreciation: Line
    tax: Expr
    interest_earned: Line


@dataclass(frozen=True, eq=False, repr=False)
class Capital:
    """What owners pay in and are paid [reporting currency per period]; `repaid` is the capital in it.

    `distributable` are the rows by which profit limits distributions, None where it does not.
    """

    paid_in: Line
    distributed: Line
    repaid: Line | None = None
    distributable: Distributable | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Books:
    """Profit of a period, and the balance sheet at its end [reporting currency]; `difference` is zero when true."""

    profit: Line
    assets: Line
    liabilities: Line
    equity: Line
    difference: Line


def depreciation(context: Context, plant: Line, cost: Line) -> Line:
    """Declare what is written off in all: the plant, and financing cost, evenly over operations.

    Args:
        context: The deal's model, time and money.
        plant: Depreciation of the plant [reporting currency per period].
        cost: Financing cost of construction, capitalised [reporting currency per period].
    """
    clock = context.clock
    section = context.model.section("finance_asset", context.money.money, "Capitalised financing cost")
    book = section.account("book", "Capitalised financing cost")
    left = section.ahead("years_left", "Years of operation left", clock.years.unit)
    left.define(left.next + clock.years * clock.operations)
    share = lo(1, ratio(clock.years * clock.operations, left))
    written = section.line("depreciation", "Capitalised financing cost written off", book.opening * share)
    book.close(add=[cost], less=[written])
    context.register.owns("financing_cost", book.closing)
    return section.line("all_depreciation", "Depreciation, all", plant + written)


def income(context: Context, flows: Operating, loans: Sequence[Loan]) -> Line:
    """Declare the income statement; returns the net profit [reporting currency per period].

    Args:
        loans: All facilities.
    """
    clock = context.clock
    section = context.model.section("income", context.money.money, "Income statement")
    revenue = section.line("revenue", "Revenue", flows.revenue)
    support = section.line("net_support", "Price support less given back", flows.support)
    incentive = section.line("incentive", "Production incentive", flows.incentive)
    cost = section.line("operating_cost", "Operating cost, stock change included", flows.cost - flows.stock_increase)
    finance = section.line("financing_cost", "Premium and agency fees in operation", flows.financing_cost)
    ebitda = section.line("net_ebitda", "EBITDA", revenue + support + incentive - cost - finance)
    interest = section.line(
        "interest", "Interest expense", add([_expensed(loan, clock) for loan in loans]) if loans else 0
    )
    before_tax = section.line(
        "net_before_tax",
        "Profit before tax",
        add([ebitda - flows.depreciation - interest + flows.interest_earned, *_other(section)]),
    )
    tax = section.line("net_tax", "Income tax", flows.tax)
    return section.line("net_profit", "Net profit", before_tax - tax)


def _other(section: Section) -> list[Expr]:
    """Income beside revenue, cost and interest: a row each."""
    items = section.model.register.read("other_income")
    return [section.line(f"net_{item}", f"{_title(item)}, in income", value) for item, value in items.items()]


def _title(item: str) -> str:
    return item.replace("_", " ").capitalize()


def _expensed(loan: Loan, clock: Clock) -> Expr:
    expensed = loan.interest * clock.completed
    return expensed if loan.default_interest is None else expensed + loan.default_interest


def balance(context: Context, profit: Line, capital: Capital) -> Books:
    """Declare the balance sheet of what every clause noted in the register.

    Args:
        context: The deal's model, time and money.
        profit: Net profit [reporting currency per period].
        capital: What owners paid in and received.
    """
    register = context.register
    section = context.model.section("balance", context.money.money, "Balance sheet")
    assets = _side(section, "assets", "Total assets", register.read("assets"))
    liabilities = _side(section, "liabilities", "Total liabilities", register.read("liabilities"))
    contributed = section.account("contributed", "Equity paid in")
    retained = section.account("net_retained", "Profit retained")
    if capital.repaid is None:
        contributed.close(add=[capital.paid_in])
        retained.close(add=[profit], less=[capital.distributed])
    else:
        contributed.close(add=[capital.paid_in], less=[capital.repaid])
        retained.close(add=[profit], less=[capital.distributed - capital.repaid])
    if capital.distributable is not None:
        capital.distributable.profit.define(retained.opening)
        capital.distributable.capital.define(contributed.opening)
    equity = section.line("net_equity", "Total equity", contributed.closing + retained.closing)
    difference = section.line("net_difference", "Assets less liabilities less equity", assets - liabilities - equity)
    return Books(profit, assets, liabilities, equity, difference)


def _side(section: Section, name: str, label: str, items: dict[str, Expr]) -> Line:
    rows = [section.line(f"{name}.{key}", f"Balance sheet: {_title(key)}", value) for key, value in items.items()]
    return section.line(name, label, add(rows))
