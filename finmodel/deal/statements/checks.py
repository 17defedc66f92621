"""Checks: claims about the deal, each a line that is zero when true.

Sign:    a check shows the size of its fault, relative to the largest total assets where it is money.
Kinds:   an "error" is a fault of the model or its inputs; an "alert" is news about the deal (a lock-up, arrears).
Source:  decisions on what sizing fixes (F8), the tail (F11), the end (F32) and repayment (F33).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.deal.context import Context
from finmodel.deal.loans.public_lenders import JBIC_STANDARD, counted, is_jbic
from finmodel.deal.parts import Deal
from finmodel.deal.sales.oversold import primary, served
from finmodel.deal.schema import CaseTables
from finmodel.deal.statements.statements import Books
from finmodel.deal.time.calendar import MONTHS_PER_YEAR, ONE_MONTH, RATIO_ROUNDING
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.folds import highest, lowest, total
from finmodel.kernel.model import Line
from finmodel.kernel.units import MONTH, RATIO, YEAR

_OWED_AT_THE_END = (
    "loans", "interest_accrued", "interest_overdue", "interest_deferred", "operating_arrears", "letter_of_credit"
)  # fmt: skip
"""What may stay unpaid for good: the loss of lenders and suppliers."""


class Checks:
    """Declares checks under the section `checks`."""

    def __init__(self, context: Context, assets: Line) -> None:
        self.model, self.clock, self.macro = context.model, context.clock, context.money
        self.section = self.model.section("checks", RATIO, "Checks")
        scale = self.model.section("scale", self.macro.money, "Scale of the checks")
        self.scale = scale.line("assets", "Largest total assets", highest(assets))

    def money(self, name: str, label: str, fault: Expr, kind: str = "error") -> None:
        """A check of money, relative to the deal's size.

        Args:
            name: Name of the check.
            label: What is claimed.
            fault: Money that is 0 when the claim holds.
            kind: "error" or "alert".
        """
        self.model.check(self.section.line(name, label, ratio(fault, self.scale)), kind)

    def number(self, name: str, label: str, fault: Expr, kind: str = "error") -> None:
        """A check of a pure number or a flag.

        Args:
            name: Name of the check.
            label: What is claimed.
            fault: What is 0 when the claim holds.
            kind: "error" or "alert".
        """
        self.model.check(self.section.line(name, label, fault), kind)

    def lowest(self, name: str, label: str, lines: Sequence[Line]) -> None:
        """A check that money is never below 0.

        Args:
            name: Name of the check.
            label: What is claimed.
            lines: Balances that are never below 0.
        """
        self.money(name, label, lo(0, *lines))


def build(context: Context, case: CaseTables, deal: Deal, books: Books, companies: Mapping[str, Line]) -> None:
    """Declare every check of the deal.

    Args:
        context: The deal's model, time and money.
        case: The tables of the case.
        deal: What the clauses offer.
        books: The books of the group.
        companies: Assets less liabilities less equity of each company that has books of its own.
    """
    checks = Checks(context, books.assets)
    _cash(checks, deal, books)
    _debt(checks, case, deal)
    _completion(checks, case)
    _goods(checks, deal)
    if any(offtake.quantity is not None for offtake in case.offtake.values()):
        label = "No deficiency is paid on tonnes sold on without a credit"
        checks.money("resale_credited", label, deal.works.sales.paid_twice, "alert")
        _capacity(checks, case, deal)
    if case.repo:
        calls = add([*deal.short.margin_calls])
        checks.money("no_margin_call", "No margin call on inventory finance", calls, "alert")
    _support(checks, case, deal)
    _owners(checks, case, deal)
    for name, difference in companies.items():
        label = f"{case.entity[name].label}: Balance sheet balances"
        checks.money(f"company.{name}", label, difference)
    for claim in deal.works.own.checks:
        check = checks.number if claim.fault.unit == RATIO else checks.money
        check(claim.name, claim.label, claim.fault * 1, claim.kind)


def _cash(checks: Checks, deal: Deal, books: Books) -> None:
    """Money is conserved, and no account is overdrawn or left full."""
    fund, paid = deal.funding, deal.paid
    sources = add(list(fund.draws.values())) + fund.equity + fund.grants + fund.income - fund.surplus
    uses = add([fund.uses, *fund.taken_out.values()])
    checks.money("sources_equal_uses", "Sources equal uses", sources - uses)
    checks.money("balance_sheet", "Balance sheet balances", books.difference)
    checks.money("cash_conserved", "Cash is conserved", _gap(checks))
    reserves = add([entity.reserve.closing - entity.liability for entity in deal.tax])
    checks.money("tax_reserve", "Tax reserve equals tax payable", reserves)
    held = [paid.cash, paid.locked, paid.reserve, *(part.account for part in deal.saved)]
    checks.lowest("cash_not_negative", "Cash is never negative", [account.closing for account in held])
    owed = [value for item, value in checks.model.register.read("liabilities").items() if item not in _OWED_AT_THE_END]
    checks.money("accounts_end_at_zero", "Accounts end at zero", add([books.assets, *owed]) * checks.clock.last)
    checks.money("operating_costs_paid", "Operating costs are paid when due", paid.arrears.closing, "alert")
    if paid.closure_unpaid is not None:
        unpaid = paid.closure_unpaid * checks.clock.last
        checks.money("closure_funded", "Fund, cash and owners pay for the closure", unpaid, "alert")


def _gap(checks: Checks) -> Expr:
    """The move of every bank account less all that came in and went out."""
    register = checks.model.register
    moved = add([bank.closing - bank.opening for bank in register.banks.values()])
    came, went = register.read("received"), register.read("paid")
    return moved - add(list(came.values())) + add(list(went.values()))


def _debt(checks: Checks, case: CaseTables, deal: Deal) -> None:
    """Debt is repaid by its schedule; what goes wrong on the way is an alert."""
    if not deal.loans:
        return
    last, paid = checks.clock.last, deal.paid
    for name, label, loans in (
        ("debt_repaid", "Debt is repaid", [loan for loan in deal.loans if loan.terms.rank != "shareholder"]),
        ("owner_loans_repaid", "Shareholder loans are repaid", deal.of_owners),
    ):
        if loans:
            checks.money(name, label, add([loan.outstanding.closing for loan in loans]) * last, "alert")
    for loan in deal.senior:
        name, label = f"schedule.{loan.id}", f"{loan.label}: Schedule repays the debt"
        checks.number(
            f"{name}.whole", f"{label} whole", (total(loan.schedule) - 1) * (loan.commitment > checks.macro.cent)
        )
        checks.number(f"{name}.positive", f"{label}, never negative", lo(0, lowest(loan.schedule)))
    for rank, label in (("senior", "Senior debt is paid when due"), ("junior", "Mezzanine is paid when due")):
        late = paid.arrears_of.get(rank, paid.groups[rank].shortfall)
        checks.money(f"{rank}_paid", label, late, "alert")
    checks.number("distributions_open", "No lock-up of distributions", paid.lock_up, "alert")
    jbic = [loan.terms.share for loan in deal.senior if is_jbic(loan.id, loan.terms) and loan.terms.share is not None]
    if jbic:
        share: Expr = add([*jbic])
        if case.sizing.jbic_beside:
            whole = [case.facility[name].share for name in counted(case.sizing.jbic_beside, case.facility)]
            share = ratio(share, add([part for part in whole if part is not None]))
        over = hi(0, share - JBIC_STANDARD - RATIO_ROUNDING)
        checks.number("jbic_share", "JBIC lends no more than its standard share of senior debt", over, "alert")
    if deal.senior:
        checks.number("no_default", "No default", paid.default, "alert")
    if deal.paid.arrears_default is not None:
        checks.number("no_old_arrears", "No default on senior arrears", deal.paid.arrears_default, "alert")
    if case.sizing.tail is not None and deal.senior:
        _tail(checks, case, deal)


def _tail(checks: Checks, case: CaseTables, deal: Deal) -> None:
    """Contracts (operations, when there are none) outlive senior debt by the agreed tail."""
    assert case.sizing.tail is not None
    assert deal.plan is not None and deal.covers is not None
    clock, section, contracts = checks.clock, deal.covers.section, deal.works.sales.contracts
    active = [contracts[name].active for name, terms in case.offtake.items() if terms.quantity is not None]
    covered = section.flag(
        "revenue_contracted", "Revenue is contracted", hi(0, *active) if active else clock.operations
    )
    left = section.ahead("debt_left", "Senior debt is still to be repaid", RATIO)
    left.define(hi(deal.plan.dates.repaying, left.next))
    tail = section.line(
        "tail_years", "Contracted after the last repayment", clock.years * (covered & ~left & clock.operations), YEAR
    )
    reached = section.line("tail", "Tail", total(tail), YEAR)
    short = ratio(hi(0, case.sizing.tail - reached * MONTHS_PER_YEAR), case.sizing.tail)
    missing = section.line("tail_missing", "Tail missing, share of the tail agreed", short, RATIO)
    checks.number("tail", "Contracts outlive senior debt by the tail", missing, "alert")


def _completion(checks: Checks, case: CaseTables) -> None:
    """Completion beyond the long-stop date is a default, told as an alert."""
    terms = case.completion
    if terms is not None and terms.long_stop is not None:
        clock = checks.clock
        past = hi(0, clock.completion - clock.planned - terms.long_stop)
        beyond = clock.section.line("beyond_long_stop", "Completion beyond its long-stop date", past, MONTH)
        late = lo(1, beyond / ONE_MONTH)
        checks.number("completion_by_long_stop", "Completion is no later than its long-stop date", late, "alert")


def _goods(checks: Checks, deal: Deal) -> None:
    """No stock below zero; every tonne made is taken, delivered or in stock."""
    goods, sales = deal.works.chain.goods, deal.works.sales
    if not goods:
        return
    least = [
        ratio(lo(0, product.stock.closing), product.produced + product.stock.opening) for product in goods.values()
    ]
    checks.number("stock_not_negative", "Stock is never negative", add(list(least)))
    faults = []
    for name, product in goods.items():
        gone = add([*sales.gone[name], product.taken])
        kept = [stock.closing - stock.opening for stock in sales.held.get(name, [])]
        balance = product.stock.opening + product.produced - gone - product.stock.closing - add(kept)
        faults.append(abs(ratio(balance, product.stock.opening + product.produced)))
    checks.number("tonnes_accounted_for", "Every tonne is taken, delivered or in stock", add(list(faults)))


def _capacity(checks: Checks, case: CaseTables, deal: Deal) -> None:
    """No contract is for more than the plants of its products make at capacity."""
    over: list[Expr] = []
    for name, offtake in case.offtake.items():
        if served(offtake):
            goods = [deal.works.chain.goods[product] for product in primary(case, offtake.products)]
            most = add([one.capacity * one.contained for one in goods]) * checks.clock.years
            quantity = deal.works.sales.contracts[name].quantity
            assert quantity is not None  # of who is served
            over.append(hi(0, ratio(quantity, most) - 1))
    if over:
        label = "No contract is for more than the plants make"
        checks.number("within_capacity", label, add(over), "alert")


def _support(checks: Checks, case: CaseTables, deal: Deal) -> None:
    """No programme grants more than its ceiling of the year or its envelope."""
    for name, programme in case.programme.items():
        budget = deal.works.support.budgets[name]
        over = hi(0, budget.to_date - budget.ceiling, budget.ever - programme.envelope)
        label = f"{programme.label}: Support within budget and envelope"
        checks.money(f"budget.{name}", label, checks.macro.convert(over))


def _owners(checks: Checks, case: CaseTables, deal: Deal) -> None:
    """Owners receive what is distributed, by shares that are whole, and pay no more than they promised."""
    received = [owner.received for owner in deal.owners]
    missing: Expr = add(list(received)) - deal.paid.distributions
    outside = [owner.outside for owner in deal.owners if owner.outside is not None]
    if outside:
        missing = missing + add([*outside]) - (add([owner.paid_in for owner in deal.owners]) - deal.paid_in)
    checks.money("owners_receive", "Owners receive what is distributed", missing)
    checks.lowest("owners_not_negative", "No owner receives less than nothing", received)
    checks.number(
        "shares_of_equity", "Shares of equity sum to 1", add([owner.terms.share for owner in deal.owners]) - 1
    )
    standby = case.funding.standby_equity
    promised: Expr = deal.solved.equity
    if standby is not None:
        both = promised + checks.macro.convert(standby)
        promised = deal.funding.section.line("equity_promised", "Equity committed, with standby equity", both)
    over = hi(0, deal.funding.equity_total - promised)
    checks.money("funding_shortfall", "Equity is within its commitment and standby", over)
    checks.lowest("equity_not_negative", "No owner is paid from funding", [deal.funding.equity])
