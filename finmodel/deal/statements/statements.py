"""Statements: income, cash and balance of the group, from the same lines; the balance sheet is a check.

Sign:    revenue and cost are positive; net_… lines may be negative.
Timing:  accrual: sales when delivered, deferred revenue when used or expired, support when granted, tax as accrued.
Source:  group books after elimination of transfers; interest and fees before completion are capitalised and written
         off with the plant; stock of the main product at weighted-average cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.loans.facility import Loan
from finmodel.deal.market.macro import Macro
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, lo, ratio
from finmodel.kernel.model import Line, Model, Section


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
    """Financing lines of the group [reporting currency per period]; `repaid` is the capital in what is distributed."""

    loans: Sequence[Loan]
    capitalised: Line
    paid_in: Line
    distributed: Line
    repaid: Line | None = None


def finance_asset(model: Model, cost: Line, clock: Clock, macro: Macro) -> Line:
    """Capitalised financing cost, written off evenly over operations; returns the depreciation."""
    section = model.section("finance_asset", macro.money, "Capitalised financing cost")
    book = section.account("book", "Capitalised financing cost")
    left = section.ahead("years_left", "Years of operation left", clock.years.unit)
    left.define(left.next + clock.years * clock.operations)
    share = lo(1, ratio(clock.years * clock.operations, left))
    written = section.line("depreciation", "Capitalised financing cost written off", book.opening * share)
    book.close(add=[cost], less=[written])
    model.register.owns("financing_cost", book.closing)
    return written


def income(model: Model, flows: Operating, capital: Capital, frame: tuple[Clock, Macro]) -> Line:
    """Declare the income statement; returns the net profit."""
    clock, macro = frame
    section = model.section("income", macro.money, "Income statement")
    revenue = section.line("revenue", "Revenue", flows.revenue)
    support = section.line("net_support", "Price support less given back", flows.support)
    incentive = section.line("incentive", "Production incentive", flows.incentive)
    cost = section.line("operating_cost", "Operating cost, stock change included", flows.cost - flows.stock_increase)
    finance = section.line("financing_cost", "Premium and agency fees in operation", flows.financing_cost)
    ebitda = section.line("net_ebitda", "EBITDA", revenue + support + incentive - cost - finance)
    interest = section.line(
        "interest", "Interest expense", add([_expensed(loan, clock) for loan in capital.loans]) if capital.loans else 0
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


def balance(model: Model, profit: Line, capital: Capital, macro: Macro) -> tuple[Line, Line]:
    """Declare the balance sheet; returns total assets and assets less liabilities less equity (zero when true)."""
    section = model.section("balance", macro.money, "Balance sheet")
    assets = _side(section, "assets", "Total assets", model.register.read("assets"))
    liabilities = _side(section, "liabilities", "Total liabilities", model.register.read("liabilities"))
    contributed = section.account("contributed", "Equity paid in")
    retained = section.account("net_retained", "Profit retained")
    if capital.repaid is None:
        contributed.close(add=[capital.paid_in])
        retained.close(add=[profit], less=[capital.distributed])
    else:
        contributed.close(add=[capital.paid_in], less=[capital.repaid])
        retained.close(add=[profit], less=[capital.distributed - capital.repaid])
        model.find("waterfall.net_retained_before").define(retained.opening)
        model.find("waterfall.capital_before").define(contributed.opening)
    equity = section.line("net_equity", "Total equity", contributed.closing + retained.closing)
    return assets, section.line("net_difference", "Assets less liabilities less equity", assets - liabilities - equity)


def _side(section: Section, name: str, label: str, items: dict[str, Expr]) -> Line:
    rows = [section.line(f"{name}.{key}", f"Balance sheet: {_title(key)}", value) for key, value in items.items()]
    return section.line(name, label, add(rows))
