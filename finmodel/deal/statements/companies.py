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

from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.market.macro import Macro
from finmodel.deal.operations import Operations
from finmodel.deal.schema import CaseTables
from finmodel.deal.tax.entity import TaxLines
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, add
from finmodel.kernel.model import Account, Line, Model, Section

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


def begin(model: Model, case: CaseTables, frame: tuple[Clock, Macro]) -> dict[str, Within]:
    """Declare the account of each company but the borrower, and its interest; none without a stated rate."""
    if case.intercompany is None:
        return {}
    clock, macro = frame
    accounts = {}
    for name, entity in case.entity.items():
        if not entity.borrower:
            section = model.section(f"company.{name}", macro.money, f"{entity.label}, books")
            owed = section.account("net_owed", f"{section.title}: Owed to the borrower")
            accrued = owed.opening * case.intercompany.rate * clock.years * clock.completed
            interest = section.line("net_interest", f"{section.title}: Interest within the group", accrued)
            accounts[name] = Within(section, owed, interest)
    return accounts


def close(
    model: Model, accounts: Mapping[str, Within], case: CaseTables, works: Operations, taxes: Sequence[TaxLines]
) -> None:
    """Declare the books of every company, once those of the group are declared."""
    if not accounts:
        return
    by_name = {tax.name.split(".", 1)[1]: tax for tax in taxes}
    for name, account in accounts.items():
        _book(account, list(_parts(model, case, works, (name, by_name[name]))))
    borrower = next(name for name, entity in case.entity.items() if entity.borrower)
    _rest(model, (borrower, case.entity[borrower].label), works, [account.section for account in accounts.values()])


def _book(account: Within, parts: list[_Part]) -> None:
    """The statements of a company that the pool pays for."""
    section = account.section
    earned = _rows(section, "net_income", "in income", parts, "earned")
    profit = section.line("net_profit", f"{section.title}: Profit", add(earned) - account.interest)
    came = section.line("net_cash", f"{section.title}: Cash of the company", add([part.came for part in parts]))
    account.owed.close(add=[account.interest], less=[came])
    assets = section.line("assets", f"{section.title}: Assets", add(_rows(section, "assets", "asset", parts, "owns")))
    owes = add(_rows(section, "liabilities", "liability", parts, "owes")) + account.owed.closing
    _balance(section, (assets, section.line("net_liabilities", f"{section.title}: Liabilities", owes)), profit)


def _balance(section: Section, sides: tuple[Line, Line], profit: Line) -> None:
    """What is left for the owner, and the difference that must be nothing."""
    assets, liabilities = sides
    retained = section.account("net_retained", f"{section.title}: Profit retained")
    retained.close(add=[profit])
    label = f"{section.title}: Assets less liabilities less equity"
    section.line("net_difference", label, assets - liabilities - retained.closing)


def _rest(model: Model, named: tuple[str, str], works: Operations, others: Sequence[Section]) -> None:
    """The borrower: the group less the others, with its claims on them and the margin that the group leaves out."""
    (name, label), margin = named, works.inventory.margin
    section = model.section(f"company.{name}", others[0].unit, f"{label}, books")

    def every(part: str) -> Expr:
        return add([model.find(f"{other.name}.{part}") for other in others])

    profit = _with(model.find("income.net_profit"), None if margin is None else margin - margin.prev)
    section.line("net_profit", f"{section.title}: Profit", profit - every("net_profit"))
    lent = section.line("net_lent", f"{section.title}: Lent to other companies", every("net_owed.closing"))
    assets = _with(model.find("balance.assets"), margin) - every("assets") + lent
    own = section.line("net_assets", f"{section.title}: Assets", assets)
    owed = model.find("balance.liabilities") - every("net_liabilities") + lent
    owes = section.line("net_liabilities", f"{section.title}: Liabilities", owed)
    equity = _with(model.find("balance.net_equity"), margin) - every("net_retained.closing")
    kept = section.line("net_equity", f"{section.title}: Equity", equity)
    section.line("net_difference", f"{section.title}: Assets less liabilities less equity", own - owes - kept)


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


def _parts(model: Model, case: CaseTables, works: Operations, company: tuple[str, TaxLines]) -> Iterator[_Part]:
    """Everything that belongs to one company, whether income, cash or balance."""
    name, tax = company
    yield from (_sold(model, sale) for sale in works.sales.sales if sale.entity == name)
    yield from (_bought(model, spend) for spend in [*works.costs.spends, *works.sales.spends] if spend.entity == name)
    for contract in works.sales.contracts.values():
        held = contract.deferred.get(name)
        if held is not None:
            yield _Part("deferred_revenue", earned=held.prev - held, owes=held * 1)
    for _, seller in works.support.by_seller:
        if seller.entity == name:
            earned, came = seller.granted - seller.give_back_due, seller.paid - seller.given_back
            yield _Part("support", earned, came, seller.receivable.closing, seller.payable.closing)
    for move in works.chain.transfers:
        if name in (move.seller, move.buyer):
            amount = move.amount * 1 if move.seller == name else -move.amount
            yield _Part("sales_within_the_group", earned=amount, came=amount)
    yield from _stock(model, works, name)
    yield from _plant(model, case, works, name)
    yield from _public(model, case, works, name)
    reserve = tax.reserve.closing
    yield _Part("income_tax", -(tax.accrued + tax.fx), -tax.transfer, reserve, tax.liability * 1)


def _sold(model: Model, sale: Sale) -> _Part:
    open_, lost = (model.lines.get(f"working.{kind}.{sale.name}") for kind in ("receivable", "written_off"))
    earned: Expr = sale.billed * 1 if lost is None else sale.billed - lost
    if open_ is None:
        return _Part("sales", earned=earned, came=earned)
    return _Part("sales", earned=earned, came=earned + open_.prev - open_, owns=open_)


def _bought(model: Model, spend: Spend) -> _Part:
    open_ = model.lines.get(f"working.payable.{spend.name}")
    if open_ is None:
        return _Part("costs", earned=-spend.billed, came=-spend.billed)
    return _Part("costs", earned=-spend.billed, came=open_ - open_.prev - spend.billed, owes=open_)


def _stock(model: Model, works: Operations, name: str) -> Iterator[_Part]:
    """Stock of the company's nodes, and its move."""
    for node, goods in works.chain.main.items():
        if goods.entity == name:
            own = works.inventory.own
            value = own[node] if node in own else model.find(f"inventory.{node}.value.closing")
            yield _Part("stock", earned=value - value.prev, owns=value)


def _plant(model: Model, case: CaseTables, works: Operations, name: str) -> Iterator[_Part]:
    """Capital cost of the company and the grants for it."""
    for id, terms in case.capex.items():
        if terms.entity == name:
            line = model.sections[f"capex.{id}"].name
            spent = [model.find(f"{line}.spent"), model.lines.get(f"{line}.sustaining")]
            paid = add([row for row in spent if row is not None])
            book, written = model.find(f"{line}.book.closing"), model.find(f"{line}.depreciation")
            yield _Part("plant", earned=-written, came=-paid, owns=book)
    for id, grant in works.capex.grants.items():
        if grant.entity == name:
            final, deferred = (model.lines.get(f"grant.{id}.{part}") for part in ("income", "deferred.closing"))
            income: Expr = _NOTHING if final is None else final
            owed: Expr = _NOTHING if deferred is None else deferred
            yield _Part("grants", income, grant.received, grant.receivable.closing, owed)


def _public(model: Model, case: CaseTables, works: Operations, name: str) -> Iterator[_Part]:
    """Subsidies, the production incentive and a refunded credit of the company."""
    lines = [f"incentive.{name}", f"investment_credit.{name}"]
    lines += [f"subsidy.{id}" for id, terms in case.subsidy.items() if works.chain.main[terms.node].entity == name]
    for line in lines:
        owed = model.lines.get(f"{line}.receivable.closing")
        if owed is not None:
            kind = "granted" if line.startswith("investment_credit") else "earned"
            yield _Part("public_money", model.find(f"{line}.{kind}"), model.find(f"{line}.received"), owed)
