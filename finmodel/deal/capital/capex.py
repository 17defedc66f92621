"""Capital cost, sustaining capital, and the book value that they leave, net of the grants that lower it.

Sign:    every line is the positive amount that its label names.
Timing:  a profile gives the share spent in each period of construction.
Source:  books write off from completion: straight line over what is left of the life, or by output, cost to date over
         the output of a whole life at nameplate. The rest is written off when operations end.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.capital import grant
from finmodel.deal.capital.grant import GrantLines
from finmodel.deal.capital.terms import Capex
from finmodel.deal.market.macro import Macro
from finmodel.deal.plant.chain import Chain
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.running import to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, hi, lo, month_of, ratio, where
from finmodel.kernel.model import Account, Line, Model, Section
from finmodel.kernel.units import TONNE, YEAR


@dataclass(frozen=True, eq=False, repr=False)
class CapexLines:
    """All capital cost [reporting currency]; `basis_added` by entity is net of grants and never negative."""

    spent: Line
    sustaining: Line
    depreciation: Line
    book_value: Line
    grants: dict[str, GrantLines]
    grants_received: Expr
    grants_receivable: Expr
    basis_added: dict[str, Line]


def build(model: Model, case: CaseTables, chain: Chain, frame: tuple[Clock, Macro]) -> CapexLines:
    """Declare every capital cost and grant, and their book value."""
    clock, macro = frame
    capex = case.capex
    total = model.section("capex", macro.money, "Capital cost")
    spent = {name: _spent(model, name, terms, frame) for name, terms in capex.items()}
    given = {
        name: grant.build(model, name, terms, (capex[terms.capex], spent[terms.capex]), frame)
        for name, terms in case.grant.items()
    }
    later = {
        name: _sustaining(model, name, terms, frame) for name, terms in capex.items() if terms.sustaining is not None
    }
    written, book = [], []
    basis: dict[str, list[Expr]] = {entity: [] for entity in case.entity}
    for name, terms in capex.items():
        granted = add([lines.earned for lines in given.values() if lines.terms.capex == name and lines.lowers_basis])
        net = model.sections[f"capex.{name}"].line(
            "basis",
            f"{terms.label}: Cost less grants",
            hi(0, spent[name] - granted + add([later[name]] if name in later else [])),
        )
        basis[terms.entity].append(net)
        made = _made(case, chain, terms)
        account, depreciation = _book(model.sections[f"capex.{name}"], terms, net, made, clock)
        written.append(depreciation)
        book.append(account.closing)
    every = total.line("spent", "Capital cost of construction", add(list(spent.values())))
    sustaining = total.line("sustaining", "Sustaining capital", add(list(later.values())))
    model.register.pays(every, "construction")
    model.register.pays(sustaining, "construction")
    value = total.line("book_value", "Plant, book value", add(book))
    model.register.owns("plant", value)
    tax = model.section("tax_basis", macro.money, "Tax basis")
    return CapexLines(
        spent=every,
        sustaining=sustaining,
        depreciation=total.line("depreciation", "Depreciation, plant", add(written)),
        book_value=value,
        grants=given,
        grants_received=add([lines.received for lines in given.values()]),
        grants_receivable=add([lines.receivable.closing for lines in given.values()]),
        basis_added={
            entity: tax.line(entity, f"Depreciable cost, {entity}", add(parts)) for entity, parts in basis.items()
        },
    )


def _spent(model: Model, name: str, terms: Capex, frame: tuple[Clock, Macro]) -> Line:
    clock, macro = frame
    section = model.section(f"capex.{name}", macro.money, terms.label)
    share: Expr = terms.profile if terms.profile.series else terms.profile * clock.first
    return section.line("spent", f"{terms.label}: Spent", macro.convert(terms.amount) * share)


def _sustaining(model: Model, name: str, terms: Capex, frame: tuple[Clock, Macro]) -> Line:
    clock, macro = frame
    assert terms.sustaining is not None
    started = month_of(terms.sustaining.start) < clock.end_month
    amount = (
        macro.convert(terms.amount) * terms.sustaining.share * clock.years * macro.index(terms.sustaining.inflation)
    )
    return model.sections[f"capex.{name}"].line(
        "sustaining", f"{terms.label}: Sustaining capital", amount * (started & clock.operations)
    )


def _made(case: CaseTables, chain: Chain, terms: Capex) -> tuple[Line, Expr] | None:
    """Output of the node of a cost that is written off by output, and that of a whole life at nameplate [t]."""
    if terms.books != "output" or terms.node is None:
        return None
    return chain.main[terms.node].produced, case.node[terms.node].nameplate * terms.life


def _book(
    section: Section, terms: Capex, added: Line, made: tuple[Line, Expr] | None, clock: Clock
) -> tuple[Account, Line]:
    title = section.title
    book = section.account("book", f"{title}: Book value")
    if made is not None:
        return book, _by_output(section, book, added, made, clock)
    elapsed = clock.operation_years - clock.years
    left = section.line(
        "life_left", f"{title}: Life left in the books, opening", hi(clock.years, terms.life - elapsed), YEAR
    )
    share = hi(lo(1, ratio(clock.years, left)) * clock.operations, clock.last_operation)
    early = section.line("depreciable", f"{title}: To be written off", book.opening + added * clock.last_operation)
    depreciation = section.line("depreciation", f"{title}: Depreciation", early * share)
    book.close(add=[added], less=[depreciation])
    return book, depreciation


def _by_output(section: Section, book: Account, added: Line, made: tuple[Line, Expr], clock: Clock) -> Line:
    """Cost to date by the share of a life's output that a period makes; no more than is left, and all of it at last."""
    title, (produced, whole) = section.title, made
    life = section.line("life_output", f"{title}: Output of a life at nameplate", whole, TONNE)
    cost = to_date(section, "cost_to_date", f"{title}: Cost to date", added)
    worn = lo(book.opening, cost.prev * ratio(produced, life))
    all_left = book.opening + added
    depreciation = section.line("depreciation", f"{title}: Depreciation", where(clock.last_operation, all_left, worn))
    book.close(add=[added], less=[depreciation])
    return depreciation
