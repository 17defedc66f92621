"""Books of each company: income statement, balance sheet, and the account between each company and the borrower.

Cash:    one pool, held by the borrower. What a company pays and receives runs through its account with the borrower,
         at a stated rate; the account bears no interest before completion (assumed).
Transfer: sales within the group are revenue of one company and cost of another, settled through their accounts at once.
         They, the accounts and their interest fall away in the group's books.
Stock:   stands at what it cost the company where it lies, transfer price included. The group takes the margin within
         it out of stock and of profit; the borrower's books, the group less the others, take it back in.
Rest:    the borrower has what no other company has: financing, extra lines, and whatever a clause gives to nobody.
Sign:    income, balances and differences may be negative and are net_… lines.
Timing:  as in the group's statements.
Source:  one waterfall, taxes apart, movements within the group on an account at a stated rate (F24).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.costs.working import Working
from finmodel.deal.operations import Operations
from finmodel.deal.schema import CaseTables
from finmodel.deal.statements.statements import Books
from finmodel.deal.support.subsidy import SubsidyLines
from finmodel.deal.tax.entity import TaxLines
from finmodel.deal.tax.incentive import IncentiveLines
from finmodel.deal.tax.investment_credit import Refund
from finmodel.kernel.expr import Const, Expr, add
from finmodel.kernel.model import Account, Line, Section

_NOTHING = Const(0)


@dataclass(frozen=True, eq=False, repr=False)
class Within:
    """A company's account with the borrower: what it owes, and the interest on it [reporting currency]."""

    section: Section
    owed: Account
    interest: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Part:
    """What one item brings a company: income, cash, and what it owns or owes at period end."""

    item: str
    earned: Expr = _NOTHING
    came: Expr = _NOTHING
    owns: Expr = _NOTHING
    owes: Expr = _NOTHING


def begin(context: Context, case: CaseTables) -> dict[str, Within]:
    """Declare the account of each company but the borrower, by name, and its interest; none without a stated rate."""
    if case.intercompany is None:
        return {}
    clock, money = context.clock, context.money.money
    accounts = {}
    for name, entity in case.entity.items():
        if not entity.borrower:
            section = context.model.section(f"company.{name}", money, f"{entity.label}, books")
            owed = section.account("net_owed", f"{section.title}: Owed to the borrower")
            accrued = owed.opening * case.intercompany.rate * clock.years * clock.completed
            interest = section.line("net_interest", f"{section.title}: Interest within the group", accrued)
            accounts[name] = Within(section, owed, interest)
    return accounts


def close(
    accounts: Mapping[str, Within], case: CaseTables, works: Operations, taxes: Sequence[TaxLines], group: Books
) -> dict[str, Line]:
    """Declare the books of every company, once those of the group are declared.

    Args:
        accounts: What `begin` declared.
        case: The tables of the case.
        works: Operations, of which each company has its own part.
        taxes: Tax of each company.
        group: The books of the group.

    Returns:
        Assets less liabilities less equity of each company by name [reporting currency], zero when true; none without
        companies that have books of their own.
    """
    if not accounts:
        return {}
    by_name = {tax.name.split(".", 1)[1]: tax for tax in taxes}
    books = {name: _book(account, list(_parts(case, works, by_name[name], name))) for name, account in accounts.items()}
    borrower = next(name for name, entity in case.entity.items() if entity.borrower)
    section = next(iter(accounts.values())).section
    rest = section.model.section(f"company.{borrower}", section.unit, f"{case.entity[borrower].label}, books")
    lent = [account.owed.closing for account in accounts.values()]
    differences = {name: own.difference for name, own in books.items()}
    differences[borrower] = _rest(rest, group, list(books.values()), lent, works.inventory.margin)
    return {name: differences[name] for name in case.entity if name in differences}


def _book(account: Within, parts: list[_Part]) -> Books:
    """The statements of a company that the pool pays for."""
    section = account.section
    earned = _rows(section, "net_income", "in income", parts, "earned")
    profit = section.line("net_profit", f"{section.title}: Profit", add(earned) - account.interest)
    came = section.line("net_cash", f"{section.title}: Cash of the company", add([part.came for part in parts]))
    account.owed.close(add=[account.interest], less=[came])
    assets = section.line("assets", f"{section.title}: Assets", add(_rows(section, "assets", "asset", parts, "owns")))
    owes = add(_rows(section, "liabilities", "liability", parts, "owes")) + account.owed.closing
    liabilities = section.line("net_liabilities", f"{section.title}: Liabilities", owes)
    retained = section.account("net_retained", f"{section.title}: Profit retained")
    equity = retained.close(add=[profit])
    label = f"{section.title}: Assets less liabilities less equity"
    return Books(
        profit, assets, liabilities, equity, section.line("net_difference", label, assets - liabilities - equity)
    )


def _rest(section: Section, group: Books, others: Sequence[Books], lent: Sequence[Line], margin: Line | None) -> Line:
    """The borrower: the group less the others, with its claims on them and the margin that the group leaves out."""
    title = section.title
    profit = _with(group.profit, None if margin is None else margin - margin.prev)
    section.line("net_profit", f"{title}: Profit", profit - add([other.profit for other in others]))
    claims = section.line("net_lent", f"{title}: Lent to other companies", add(list(lent)))
    assets = _with(group.assets, margin) - add([other.assets for other in others]) + claims
    own = section.line("net_assets", f"{title}: Assets", assets)
    owed = group.liabilities - add([other.liabilities for other in others]) + claims
    owes = section.line("net_liabilities", f"{title}: Liabilities", owed)
    equity = _with(group.equity, margin) - add([other.equity for other in others])
    kept = section.line("net_equity", f"{title}: Equity", equity)
    return section.line("net_difference", f"{title}: Assets less liabilities less equity", own - owes - kept)


def _with(whole: Line, margin: Expr | None) -> Expr:
    """A sum of the group with the margin in stock that it leaves out, if there is any."""
    return whole * 1 if margin is None else whole + margin


def _rows(section: Section, kind: str, words: str, parts: list[_Part], field: str) -> list[Expr]:
    """A row for each item that has anything."""
    items: dict[str, list[Expr]] = {}
    for part in parts:
        value: Expr = getattr(part, field)
        if value is not _NOTHING:
            items.setdefault(part.item, []).append(value)
    title = section.title
    return [
        section.line(f"{kind}.{item}", f"{title}: {item.replace('_', ' ').capitalize()}, {words}", add(values))
        for item, values in items.items()
    ]


def _parts(case: CaseTables, works: Operations, tax: TaxLines, name: str) -> Iterator[_Part]:
    """Everything that belongs to one company, whether income, cash or balance."""
    yield from (_sold(works.working, sale) for sale in works.sales.sales if sale.entity == name)
    yield from (
        _bought(works.working, spend) for spend in [*works.costs.spends, *works.sales.spends] if spend.entity == name
    )
    for contract in works.sales.contracts.values():
        held = contract.deferred.get(name)
        if held is not None:
            yield _Part("deferred_revenue", earned=held.prev - held, owes=held * 1)
    for seller in works.support.by_seller:
        if seller.entity == name:
            earned, came = seller.granted - seller.give_back_due, seller.paid - seller.given_back
            yield _Part("support", earned, came, seller.receivable.closing, seller.payable.closing)
    for move in works.chain.transfers:
        if name in (move.seller, move.buyer):
            amount = move.amount * 1 if move.seller == name else -move.amount
            yield _Part("sales_within_the_group", earned=amount, came=amount)
    yield from _stock(works, name)
    yield from _plant(works, name)
    yield from _public(case, works, name)
    reserve = tax.reserve.closing
    yield _Part("income_tax", -(tax.accrued + tax.fx), -tax.transfer, reserve, tax.liability * 1)


def _sold(working: Working, sale: Sale) -> _Part:
    open_, lost = working.receivable.items.get(sale.name), working.receivable.lost.get(sale.name)
    earned: Expr = sale.billed * 1 if lost is None else sale.billed - lost
    if open_ is None:
        return _Part("sales", earned=earned, came=earned)
    return _Part("sales", earned=earned, came=earned + open_.prev - open_, owns=open_)


def _bought(working: Working, spend: Spend) -> _Part:
    open_ = working.payable.items.get(spend.name)
    if open_ is None:
        return _Part("costs", earned=-spend.billed, came=-spend.billed)
    return _Part("costs", earned=-spend.billed, came=open_ - open_.prev - spend.billed, owes=open_)


def _stock(works: Operations, name: str) -> Iterator[_Part]:
    """Stock of the company's nodes, and its move."""
    for node, goods in works.chain.main.items():
        if goods.entity == name:
            value = works.inventory.own.get(node, works.inventory.values[node])
            yield _Part("stock", earned=value - value.prev, owns=value)


def _plant(works: Operations, name: str) -> Iterator[_Part]:
    """Capital cost of the company and the grants for it."""
    for asset in works.capex.assets.values():
        if asset.entity == name:
            paid = add([row for row in (asset.spent, asset.sustaining) if row is not None])
            yield _Part("plant", earned=-asset.depreciation, came=-paid, owns=asset.book.closing)
    for grant in works.capex.grants.values():
        if grant.entity == name:
            income: Expr = _NOTHING if grant.final is None else grant.final.income
            owed: Expr = _NOTHING if grant.final is None else grant.final.deferred.closing
            yield _Part("grants", income, grant.received, grant.receivable.closing, owed)


def _public(case: CaseTables, works: Operations, name: str) -> Iterator[_Part]:
    """Subsidies, the production incentive and a refunded credit of the company."""
    public, nodes = works.public, works.chain.main
    money: list[IncentiveLines | Refund | SubsidyLines] = []
    money += [lines for id, lines in public.incentives.items() if id == name]
    money += [lines for id, lines in public.refunds.items() if id == name]
    money += [lines for id, lines in public.subsidies.items() if nodes[case.subsidy[id].node].entity == name]
    for lines in money:
        yield _Part("public_money", lines.earned, lines.received, lines.receivable.closing)
