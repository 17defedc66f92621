"""What an own clause sees of a deal, and what it may add to it.

Reads:   time, money, prices, tonnes, revenue, and any line that stands by then, by its id.
Adds:    lines, stocks, cash that a company pays or receives, checks, and results by name.
Timing:  cash is billed in its period and moves after its days, as every other cost and sale.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from finmodel.case.describe import nearest
from finmodel.deal.context import Context
from finmodel.deal.costs.costs import Income
from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.market.macro import Macro
from finmodel.deal.market.prices import Market
from finmodel.deal.own.declared import Declared
from finmodel.deal.plant.goods import Chain, Goods
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.deal.time.timing import Clock
from finmodel.kernel.errors import ModelError, UnitError
from finmodel.kernel.expr import Expr, Given, Number, as_expr
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import DAY, RATIO, Unit, unit

T = TypeVar("T")
AT_ONCE = Given("own.paid_at_once", 0.0, DAY, "Days until an own clause's cash moves")
OPERATING = ("suppliers", "customers", "royalties")
"""Parties of operations that any clause may name."""


@dataclass(frozen=True, eq=False, repr=False)
class OwnCheck:
    """A claim of an own clause: what is zero when it holds [money or ratio]."""

    name: str
    label: str
    fault: Line
    kind: str


@dataclass(frozen=True, eq=False, repr=False)
class Added:
    """What own clauses add to a deal, in the order in which they say it."""

    spends: list[Spend] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    checks: list[OwnCheck] = field(default_factory=list)
    metrics: dict[str, Line] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Seen:
    """What stands when own clauses are declared."""

    case: CaseTables
    chain: Chain
    income: Income
    market: Market
    context: Context


class DealFace:
    """A deal as an own clause sees it. Amounts are in the reporting currency, one a period.

    Args:
        clause: Whose face it is.
        id: Of the table [name.<id>]; empty for a clause that stands once.
        section: Where its lines are declared.
    """

    def __init__(self, clause: Declared, id: str, section: Section, seen: Seen, added: Added) -> None:
        self.clause, self.id, self._section, self._seen, self._added = clause, id, section, seen, added

    @property
    def clock(self) -> Clock:
        """Rows of time: `years`, `days`, and the flags `construction`, `operations`, `first`, `last` …"""
        return self._seen.context.clock

    @property
    def money(self) -> Macro:
        """The reporting currency as a unit (`money.money`), inflation indices, exchange rates and `convert`."""
        return self._seen.context.money

    @property
    def currency(self) -> Unit:
        """The reporting currency."""
        return self.money.money

    def price(self, index: str) -> Line:
        """The market price of an index [reporting currency per kg]."""
        return _named(self._seen.market.index, index, "price index")

    def product(self, name: str) -> Goods:
        """A product: `produced` and `sold` [t], `stock`, `contained` first product per kg."""
        return _named(self._seen.chain.goods, name, "product")

    def produced(self, node: str) -> Line:
        """What a node makes of its main product [t per period]."""
        return _named(self._seen.chain.main, node, "node").produced

    def revenue(self, node: str) -> Expr:
        """What a node's products bill, with the price support granted on them [reporting currency per period]."""
        _named(self._seen.chain.main, node, "node")
        return self._seen.income.of(node)

    def sales(self, node: str) -> Expr:
        """What a node's products bill, without support [reporting currency per period]."""
        return _named(self._seen.income.sales.by_node, node, "node")

    def kg(self, tonnes: Expr) -> Expr:
        """Tonnes in kg."""
        return tonnes * KG_PER_T

    def convert(self, amount: Expr) -> Expr:
        """An amount in any one currency, in the reporting currency at the rate of the period."""
        return self.money.convert(amount)

    def find(self, id: str) -> Line:
        """A line that stands by now: of time, prices, plants, sales, support, costs, stock and capital cost.

        Raises:
            ModelError: There is none; names the nearest.
        """
        try:
            return self._section.model.find(id)
        except ModelError as error:
            late = "" if "did you mean" in str(error) else " yet: own clauses are declared before tax, debt and owners"
            raise ModelError(f"{error}{late}") from None

    def decides(self, given: Given) -> float:
        """The number of an input that decides which lines there are: no scenario, driver or cell may move it then."""
        return self._section.model.decides(given)

    def line(self, name: str, label: str, formula: Expr | Number, unit: str = "") -> Line:
        """Declare a line.

        Args:
            unit: Such as "t", "ratio" or "USD/t"; the reporting currency without.

        Raises:
            UnitError: The formula is in another unit, or there is no such unit.
        """
        return self._placed(self._section.line(name, label, formula, self._unit(unit)))

    def flag(self, name: str, label: str, formula: Expr | Number) -> Line:
        """Declare a line of zeros and ones."""
        return self.line(name, label, formula, "ratio")

    def ahead(self, name: str, label: str, unit: str = "") -> Line:
        """Declare a line that others read before its formula is known; `define` it later."""
        return self._placed(self._section.ahead(name, label, self._unit(unit)))

    def stock(self, name: str, label: str, unit: str = "") -> Account:
        """Declare a stock that is empty at the start; `close` it with what goes in and out."""
        account = self._section.account(name, label, self._unit(unit))
        self._placed(account.opening)
        self._placed(account.closing)
        return account

    def cost(
        self,
        name: str,
        label: str,
        amount: Expr | Number,
        *,
        party: str = "suppliers",
        company: str = "",
        days: Given = AT_ONCE,
    ) -> Line:
        """Declare a cost of operations that a company pays; it is deductible, unless `not_deductible` takes it.

        Args:
            amount: Billed in each period [reporting currency], not negative.
            party: Who is paid: suppliers, customers, royalties, or a party of the clause.
            company: Which company of the case bears it; the borrower if none is named.
            days: Until it is paid, of each bill.
        """
        billed = self._billed(name, label, amount)
        self._added.spends.append(
            Spend(billed.id, label, self._company(company), billed, days, party=self._party(party))
        )
        return billed

    def income(
        self,
        name: str,
        label: str,
        amount: Expr | Number,
        *,
        party: str = "customers",
        company: str = "",
        days: Given = AT_ONCE,
    ) -> Line:
        """Declare revenue that a company receives, taxable as sales are; arguments as for `cost`."""
        billed = self._billed(name, label, amount)
        self._added.sales.append(Sale(billed.id, label, self._company(company), billed, days, party=self._party(party)))
        return billed

    def not_deductible(self, billed: Line, company: str = "") -> None:
        """Add a cost of the clause back to the taxable income of a company."""
        self._section.model.register.taxes(billed, self._company(company))

    def check(self, name: str, label: str, fault: Expr | Number, *, alert: bool = False) -> None:
        """Declare a claim by what is zero when it holds [reporting currency, or a pure number].

        Args:
            alert: Whether it is news about the deal, rather than a fault of the model.

        Raises:
            UnitError: It is in another unit.
        """
        found = as_expr(fault).unit
        if found not in (None, RATIO, self.currency):
            raise UnitError(f"the check {name} is in {found}: a check is in {self.currency}, or a pure number")
        line = self.line(f"fault.{name}", f"{label}: what is missing", fault, "" if found == self.currency else "ratio")
        self._added.checks.append(OwnCheck(f"{self._section.name}.{name}", label, line, "alert" if alert else "error"))

    def result(self, name: str, label: str, value: Expr | Number, unit: str = "") -> Line:
        """Declare a single number, such as `total(line)`, as a result by name: `<clause>.<name>`.

        Raises:
            ModelError: It has a value in each period, or the name is taken.
        """
        line = self.line(name, label, value, unit)
        metric = f"{self._section.name.removeprefix('own.')}.{name}"
        if line.series:
            raise ModelError(f"{line.id} has a value in each period: a result is one number, such as total({name})")
        self._added.metrics[metric] = line
        return line

    def _billed(self, name: str, label: str, amount: Expr | Number) -> Line:
        billed = self.line(name, label, amount)
        if not billed.series:
            raise ModelError(f"{billed.id} is a single number: multiply it by a flag, such as deal.clock.operations")
        return billed

    def _unit(self, text: str) -> Unit:
        return unit(text) if text else self.currency

    def _company(self, name: str) -> str:
        """The company of this name, or the borrower."""
        entities = self._seen.case.entity
        if not name:
            return next(id for id, entity in entities.items() if entity.borrower)
        _named(entities, name, "company")
        return name

    def _party(self, name: str) -> str:
        """How the register knows a party."""
        if name in OPERATING:
            return name
        known = {**dict.fromkeys(OPERATING), **self.clause.parties}
        _named(known, name, "party")
        return f"own.{name}"

    def _placed(self, line: Line) -> Line:
        """A line whose place is the module's."""
        line.where = place_in(self.clause) or line.where
        return line


def place_in(clause: Declared) -> str:
    """The "file:line" of the module's code that is running; empty when none is."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == clause.origin.path:
            return f"{clause.origin.file}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _named(known: Mapping[str, T], name: str, noun: str) -> T:
    """What has this name.

    Raises:
        ModelError: Nothing; names the nearest, or all.
    """
    if name in known:
        return known[name]
    near = nearest(name, known)
    hint = f'Did you mean "{near}"?' if near else f"Known are: {', '.join(known)}."
    raise ModelError(f'"{name}" is not a {noun} of this deal. {hint}')
