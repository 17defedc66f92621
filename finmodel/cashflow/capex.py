"""Capital cost, sustaining capital, grants, and the book value that they leave.

Sign:    every line is the positive amount that its label names.
Timing:  a profile gives the share spent in each period of construction. A grant is earned with the spending it pays
         for, at the rate of that day, and received a lag later.
Source:  grants take at most half of eligible cost, up to a ceiling, and reduce book and tax basis (F22). Books:
         straight line over what is left of the life, from completion; the rest is written off when operations end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.base.expr import Expr, add, hi, lo, month_of, ratio
from finmodel.base.model import Account, Line, Model, Section
from finmodel.base.units import YEAR
from finmodel.case.schema_capital import Capex, Grant
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.running import settled
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class GrantLines:
    """One grant [reporting currency per period]."""

    terms: Grant
    earned: Line
    received: Line
    receivable: Account


@dataclass(frozen=True)
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


def build(
    model: Model,
    capex: Mapping[str, Capex],
    grants: Mapping[str, Grant],
    entities: list[str],
    frame: tuple[Clock, Macro],
) -> CapexLines:
    """Declare every capital cost and grant, and their book value."""
    clock, macro = frame
    total = model.section("capex", macro.money, "Capital cost")
    spent = {name: _spent(model, name, terms, frame) for name, terms in capex.items()}
    given = {
        name: _grant(model, name, terms, (capex[terms.capex], spent[terms.capex]), frame)
        for name, terms in grants.items()
    }
    later = {
        name: _sustaining(model, name, terms, frame) for name, terms in capex.items() if terms.sustaining is not None
    }
    written, book = [], []
    basis: dict[str, list[Expr]] = {entity: [] for entity in entities}
    for name, terms in capex.items():
        granted = add([lines.earned for lines in given.values() if lines.terms.capex == name])
        net = model.sections[f"capex.{name}"].line(
            "basis",
            f"{terms.label}: Cost less grants",
            hi(0, spent[name] - granted + add([later[name]] if name in later else [])),
        )
        basis[terms.entity].append(net)
        account, depreciation = _book(model.sections[f"capex.{name}"], terms, net, clock)
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


def _grant(model: Model, name: str, terms: Grant, cost: tuple[Capex, Line], frame: tuple[Clock, Macro]) -> GrantLines:
    clock, macro = frame
    section = model.section(f"grant.{name}", macro.money, terms.label)
    granted = section.ahead("earned_to_date", f"{terms.label}: Earned to date, in its currency", terms.ceiling.unit)
    wanted = macro.to(cost[1], terms.ceiling) * terms.eligible * terms.share
    own = section.line(
        "earned_own",
        f"{terms.label}: Earned, in its currency",
        lo(wanted, hi(0, terms.ceiling - granted.prev)),
        terms.ceiling.unit,
    )
    granted.define(granted.prev + own)
    earned = section.line("earned", f"{terms.label}: Earned", macro.convert(own))
    receivable = section.account("receivable", f"{terms.label}: Receivable")
    later = settled(earned, receivable, terms.lag, clock)
    received = section.line("received", f"{terms.label}: Received", later)
    receivable.close(add=[earned], less=[received])
    model.register.receives(received, f"grant.{name}")
    model.register.owns("grant_receivable", receivable.closing)
    return GrantLines(terms, earned, received, receivable)


def _book(section: Section, terms: Capex, added: Line, clock: Clock) -> tuple[Account, Line]:
    title = section.title
    book = section.account("book", f"{title}: Book value")
    elapsed = clock.operation_years - clock.years
    left = section.line(
        "life_left", f"{title}: Life left in the books, opening", hi(clock.years, terms.life - elapsed), YEAR
    )
    share = hi(lo(1, ratio(clock.years, left)) * clock.operations, clock.last_operation)
    early = section.line("depreciable", f"{title}: To be written off", book.opening + added * clock.last_operation)
    depreciation = section.line("depreciation", f"{title}: Depreciation", early * share)
    book.close(add=[added], less=[depreciation])
    return book, depreciation
