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
from finmodel.deal.context import Context
from finmodel.deal.plant.goods import Chain, PlantLines
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.running import to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, hi, lo, month_of, ratio, where
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import TONNE, YEAR


@dataclass(frozen=True, eq=False, repr=False)
class Asset:
    """One capital cost [reporting currency per period]: spent in construction and in operations, and written off.

    `sustaining` is None where nothing is spent later; `basis` is net of grants and never negative.
    """

    entity: str
    spent: Line
    sustaining: Line | None
    basis: Line
    book: Account
    depreciation: Line


@dataclass(frozen=True, eq=False, repr=False)
class CapexLines:
    """All capital cost [reporting currency]; `basis_added` by entity is net of grants and never negative."""

    section: Section
    assets: dict[str, Asset]
    spent: Line
    sustaining: Line
    depreciation: Line
    book_value: Line
    grants: dict[str, GrantLines]
    grants_received: Expr
    grants_receivable: Expr
    basis_added: dict[str, Line]


def build(context: Context, case: CaseTables, chain: Chain) -> CapexLines:
    """Declare every capital cost and grant, and their book value.

    Args:
        chain: The plants, by whose output a cost may be written off.
    """
    capex, money = case.capex, context.money.money
    total = context.model.section("capex", money, "Capital cost")
    sections = {name: context.model.section(f"capex.{name}", money, terms.label) for name, terms in capex.items()}
    spent = {name: _spent(context, sections[name], terms) for name, terms in capex.items()}
    given = {
        name: grant.build(context, name, terms, capex[terms.capex].entity, spent[terms.capex])
        for name, terms in case.grant.items()
    }
    later = {name: _sustaining(context, sections[name], terms) for name, terms in capex.items()}
    assets = {}
    for name, terms in capex.items():
        granted = add([lines.earned for lines in given.values() if lines.terms.capex == name and lines.lowers_basis])
        basis = _basis(sections[name], spent[name], granted, later[name])
        book = sections[name].account("book", f"{terms.label}: Book value")
        plant = None if terms.books != "output" or terms.node is None else chain.plants[terms.node]
        written = _written_off(context.clock, sections[name], terms, book, basis, plant)
        assets[name] = Asset(terms.entity, spent[name], later[name], basis, book, written)
    return _whole(context, total, list(case.entity), assets, given)


def _whole(
    context: Context, total: Section, entities: list[str], assets: dict[str, Asset], grants: dict[str, GrantLines]
) -> CapexLines:
    """All capital costs together, and what each company may write off for tax."""
    register = context.register
    spent = total.line("spent", "Capital cost of construction", add([one.spent for one in assets.values()]))
    later = [one.sustaining for one in assets.values() if one.sustaining is not None]
    sustaining = total.line("sustaining", "Sustaining capital", add(list(later)))
    register.pays(spent, "construction")
    register.pays(sustaining, "construction")
    value = total.line("book_value", "Plant, book value", add([one.book.closing for one in assets.values()]))
    register.owns("plant", value)
    tax = context.model.section("tax_basis", context.money.money, "Tax basis")
    written = total.line("depreciation", "Depreciation, plant", add([one.depreciation for one in assets.values()]))
    basis = {entity: add([one.basis for one in assets.values() if one.entity == entity]) for entity in entities}
    return CapexLines(
        section=total,
        assets=assets,
        spent=spent,
        sustaining=sustaining,
        depreciation=written,
        book_value=value,
        grants=grants,
        grants_received=add([lines.received for lines in grants.values()]),
        grants_receivable=add([lines.receivable.closing for lines in grants.values()]),
        basis_added={name: tax.line(name, f"Depreciable cost, {name}", cost) for name, cost in basis.items()},
    )


def _spent(context: Context, section: Section, terms: Capex) -> Line:
    share: Expr = terms.profile if terms.profile.series else terms.profile * context.clock.first
    return section.line("spent", f"{terms.label}: Spent", context.money.convert(terms.amount) * share)


def _sustaining(context: Context, section: Section, terms: Capex) -> Line | None:
    if terms.sustaining is None:
        return None
    clock, macro = context.clock, context.money
    started = month_of(terms.sustaining.start) < clock.end_month
    amount = (
        macro.convert(terms.amount) * terms.sustaining.share * clock.years * macro.index(terms.sustaining.inflation)
    )
    return section.line("sustaining", f"{terms.label}: Sustaining capital", amount * (started & clock.operations))


def _basis(section: Section, spent: Line, granted: Expr, later: Line | None) -> Line:
    cost = hi(0, spent - granted + add([] if later is None else [later]))
    return section.line("basis", f"{section.title}: Cost less grants", cost)


def _written_off(
    clock: Clock, section: Section, terms: Capex, book: Account, added: Line, plant: PlantLines | None
) -> Line:
    """Close the book value: straight line over what is left of the life, or by the output of a plant."""
    title = section.title
    if plant is not None:
        depreciation = _by_output(clock, section, terms, book, added, plant)
    else:
        elapsed = clock.operation_years - clock.years
        left = section.line(
            "life_left", f"{title}: Life left in the books, opening", hi(clock.years, terms.life - elapsed), YEAR
        )
        share = hi(lo(1, ratio(clock.years, left)) * clock.operations, clock.last_operation)
        early = section.line("depreciable", f"{title}: To be written off", book.opening + added * clock.last_operation)
        depreciation = section.line("depreciation", f"{title}: Depreciation", early * share)
    book.close(add=[added], less=[depreciation])
    return depreciation


def _by_output(clock: Clock, section: Section, terms: Capex, book: Account, added: Line, plant: PlantLines) -> Line:
    """Cost to date by the share of a life's output that a period makes; no more than is left, and all of it at last."""
    title, whole = section.title, plant.terms.nameplate * terms.life
    life = section.line("life_output", f"{title}: Output of a life at nameplate", whole, TONNE)
    cost = to_date(section, "cost_to_date", f"{title}: Cost to date", added)
    worn = lo(book.opening, cost.prev * ratio(plant.produced, life))
    all_left = book.opening + added
    return section.line("depreciation", f"{title}: Depreciation", where(clock.last_operation, all_left, worn))
