"""Rules of finance: who borrows, who owns, and what cover costs."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.oecd import BUYER_RISK, has_buyer_risk
from finmodel.case.rules_common import TOLERANCE, Rule, percent, quoted, sum_fault, typed, words
from finmodel.case.schema import CaseTables
from finmodel.case.schema_cover import OecdPremium

_RESERVES = ("dsra",)
_CLASS = 'Add a table [equity.sponsor] with share = "100 %".'


def one_entity_borrows(case: CaseTables) -> Iterator[Fault]:
    """The group has one borrower."""
    borrowers = [name for name, entity in case.entity.items() if entity.borrower]
    if not case.entity:
        yield "entity", "the case has no entity: someone owns the plant and borrows.", "Add a table [entity.borrower]."
    elif not borrowers:
        wrong = f"no entity is the borrower: got {words(list(case.entity))}, none with borrower = true."
        yield f"entity.{next(iter(case.entity))}", wrong, "Write borrower = true in one."
    for name in borrowers[1:]:
        wrong = f"entity.{borrowers[0]} is the borrower already: a case has one."
        yield f"entity.{name}.borrower", wrong, "Write borrower = false, or remove the line."


def a_cap_is_not_below_the_hurdle(case: CaseTables) -> Iterator[Fault]:
    """A class that stops at its cap must be able to reach its hurdle."""
    for name, owner in case.equity.items():
        if owner.cap is not None and owner.cap.number < owner.hurdle.number - TOLERANCE:
            wrong = f"the cap of {percent(owner.cap.number)} is below the hurdle of {percent(owner.hurdle.number)}."
            yield f"equity.{name}.cap", wrong, f'Write at least "{percent(owner.hurdle.number)} p.a.".'


def the_reserve_is_the_debt_service_reserve(case: CaseTables) -> Iterator[Fault]:
    """One reserve account is known."""
    for name in case.reserve:
        if name not in _RESERVES:
            wrong = f'"{name}" is not a reserve that this version keeps: it keeps the debt service reserve alone.'
            yield f"reserve.{name}", wrong, f"Write [reserve.{_RESERVES[0]}]."


def equity_is_whole(case: CaseTables) -> Iterator[Fault]:
    """The shares of equity sum to 100 %; some class comes first, and some class takes what caps leave."""
    shares = {name: owner.share for name, owner in case.equity.items()}
    if not shares:
        yield "equity", "the case has no class of equity: someone owns what debt does not pay for.", _CLASS
        return
    last = list(shares)[-1]
    yield from sum_fault(f"equity.{last}.share", shares, "the shares of equity")
    if all(owner.subordinated for owner in case.equity.values()):
        wrong = "every class is subordinated: one at least comes before the others."
        yield f"equity.{last}.subordinated", wrong, "Write subordinated = false in one of them."
    if all(owner.cap is not None for owner in case.equity.values()):
        wrong = "every class has a cap: nobody would receive what lies above."
        yield f"equity.{last}.cap", wrong, "Remove the cap of one of them."


def a_cover_has_one_price(case: CaseTables) -> Iterator[Fault]:
    """A yearly premium, or an upfront one: typed, or by the OECD formula, which alone tells risks apart."""
    for name, cover in case.cover.items():
        key, annual = f"cover.{name}", cover.mode == "annual"
        if annual and cover.premium is None:
            wrong = '"premium" is missing: cover paid by the year has a yearly premium.'
            yield key, wrong, 'Write premium = "0.25 % p.a.", or mode = "upfront".'
        elif not annual and cover.oecd is None and cover.upfront is None:
            wrong = f'cover in mode "{cover.mode}" has one of upfront and the table oecd: none is given.'
            yield key, wrong, f'Write upfront = "2 %", or add a table [{key}.oecd].'
        elif not annual and cover.oecd is not None and cover.upfront is not None:
            wrong = "the premium is typed, and the table oecd computes it too."
            yield f"{key}.upfront", wrong, "Remove one of the two."
        for word in ("upfront", "oecd") if annual else ("premium",):
            if getattr(cover, word) is not None:
                wrong = f'{word} is not read in mode "{cover.mode}".'
                modes = 'mode = "upfront" or "instalments"' if annual else 'mode = "annual"'
                yield f"{key}.{word}", wrong, f"Remove it, or write {modes}."
        for word in ("political", "commercial"):
            formula = cover.oecd is not None and cover.oecd.benchmark is None
            if getattr(cover, word) is not None and not formula and cover.waiting is None:
                wrong = (
                    f"a share for {word} risk is read by the OECD formula and by claims, and this cover has neither."
                )
                yield f"{key}.{word}", wrong, 'Write waiting = "3 months" for claims, or remove it.'


def the_oecd_formula_prices_its_categories(case: CaseTables) -> Iterator[Fault]:
    """Categories 1 to 7 have a formula; a high-income country has a market benchmark and nothing else."""
    for name, cover in case.cover.items():
        if cover.oecd is not None:
            high = cover.oecd.country_category.number == 0
            yield from (_benchmark if high else _formula)(f"cover.{name}.oecd", cover.oecd)


def _benchmark(key: str, oecd: OecdPremium) -> Iterator[Fault]:
    """Country risk category 0."""
    if oecd.benchmark is None:
        wrong = "the OECD formula does not price high-income countries (category 0): they follow the market."
        yield f"{key}.country_category", wrong, f'Write benchmark = "2 %" in [{key}].'
    unread = {
        "buyer_category": oecd.buyer_category is not None,
        "quality": oecd.quality != "standard",
        "credit_enhancement": typed(oecd.credit_enhancement),
        "local_currency": typed(oecd.local_currency),
        "speculative": oecd.speculative,
    }
    for word in (word for word, given in unread.items() if given):
        yield f"{key}.{word}", f"{word} is not read in country category 0: the benchmark is the premium.", "Remove it."


def _formula(key: str, oecd: OecdPremium) -> Iterator[Fault]:
    """Country risk categories 1 to 7."""
    category = oecd.country_category.number
    if oecd.benchmark is not None:
        wrong = f"a benchmark is for high-income countries: category {category:g} has the formula."
        yield f"{key}.benchmark", wrong, "Remove it, or type the premium as upfront in place of the table oecd."
    if oecd.buyer_category is None:
        yield key, '"buyer_category" is missing: the formula prices the buyer\'s risk.', 'Write buyer_category = "CC2".'
    elif not has_buyer_risk(oecd):
        fitting = [word for word, risks in BUYER_RISK.items() if len(risks) >= category]
        wrong = f'country category {category:g} has no buyer category "{oecd.buyer_category}".'
        yield f"{key}.buyer_category", wrong, f"Write {quoted(fitting)}."


RULES: list[Rule] = [
    a_cap_is_not_below_the_hurdle,
    one_entity_borrows,
    the_reserve_is_the_debt_service_reserve,
    equity_is_whole,
    a_cover_has_one_price,
    the_oecd_formula_prices_its_categories,
]
