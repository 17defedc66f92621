"""Rules of finance: who borrows, who owns, and what cover costs."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted, words
from finmodel.deal.cover.oecd import BUYER_RISK, has_buyer_risk
from finmodel.deal.cover.terms import OecdPremium
from finmodel.deal.ruling import Rule
from finmodel.deal.schema import CaseTables


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


def a_cover_has_one_price(case: CaseTables) -> Iterator[Fault]:
    """A yearly premium, or an upfront one: typed, or by the OECD formula, which alone tells risks apart."""
    for name, cover in case.cover.items():
        key, annual = f"cover.{name}", cover.mode == "annual"
        if annual and cover.premium is None:
            wrong = '"premium" is missing: cover paid by the year has a yearly premium.'
            yield key, wrong, 'Write premium = "0.25 % p.a.", or mode = "upfront" and upfront = "2 %".'
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
    one_entity_borrows,
    a_cover_has_one_price,
    the_oecd_formula_prices_its_categories,
]
