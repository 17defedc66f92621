"""Rules of short-term finance: one price, one lender for each stock, one line of credit, and what backs it."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.deal.ruling import Rule, one_of
from finmodel.deal.schema import CaseTables
from finmodel.deal.short_term.terms import CreditLine, Repo


def short_debt_has_one_price(case: CaseTables) -> Iterator[Fault]:
    """A fixed rate, or a curve with or without a margin."""
    tables: dict[str, Repo | CreditLine] = {f"repo.{name}": terms for name, terms in case.repo.items()}
    tables |= {f"credit_line.{name}": terms for name, terms in case.credit_line.items()}
    for key, terms in tables.items():
        yield from one_of(key, terms, ("rate", "curve"), "a loan")
        if terms.margin is not None and terms.curve is None:
            wrong = "a margin is added to a curve, and none is named here."
            yield f"{key}.margin", wrong, 'Write curve = "…", or add the margin to the fixed rate.'


def stock_is_lent_against_once(case: CaseTables) -> Iterator[Fault]:
    """No product backs two loans; at cost, only products that bear cost back one."""
    lenders: dict[str, str] = {}
    main = {node.product for node in case.node.values()}
    for name, terms in case.repo.items():
        for number, product in enumerate(terms.products):
            key = f"repo.{name}.products.{number}"
            if lenders.get(product, name) != name:
                wrong = f'"{product}" backs repo.{lenders[product]} already: stock is lent against once.'
                yield key, wrong, "Remove it from one of the two."
            lenders.setdefault(product, name)
            if terms.basis == "cost" and product in case.product and product not in main:
                wrong = f'"{product}" is a by-product, which bears no cost: at cost, nothing would be lent on it.'
                yield key, wrong, 'Write basis = "market", or remove it from the list.'


def guarantees_have_a_fee_and_a_guarantor(case: CaseTables) -> Iterator[Fault]:
    """Who backs a repo, and what for."""
    for name, terms in case.repo.items():
        if terms.guarantor and terms.guarantee_fee is None:
            wrong = f'"{terms.guarantor}" backs this for no fee: none is given.'
            yield f"repo.{name}.guarantor", wrong, 'Write guarantee_fee = "1 % p.a.", or remove guarantor.'
        if terms.guarantee_fee is not None and not terms.guarantor:
            wrong = "a fee is given, and nobody to pay it to."
            yield f"repo.{name}.guarantee_fee", wrong, 'Write guarantor = "…", or remove guarantee_fee.'


def a_deal_has_one_line_of_credit(case: CaseTables) -> Iterator[Fault]:
    """Two lines would each be the last source before suppliers go unpaid."""
    first, *more = list(case.credit_line) or [""]
    for name in more:
        wrong = f"credit_line.{first} is there already: a deal has one line of credit."
        yield f"credit_line.{name}", wrong, "Add its limit to the other, and remove this table."


def a_line_of_credit_says_what_draws_it(case: CaseTables) -> Iterator[Fault]:
    """A line that follows its base has one; cash to keep is of a line drawn when cash is short."""
    for name, terms in case.credit_line.items():
        key = f"credit_line.{name}"
        if terms.base == "none":
            if terms.draws == "base":
                wrong = "it is drawn up to its base, and it has none."
                yield f"{key}.draws", wrong, 'Write base = "receivable", "stock" or "both", or remove draws.'
            if typed(terms.advance):
                wrong = "advance is the share of a base that is lent, and this line has none."
                yield f"{key}.advance", wrong, 'Write base = "receivable", "stock" or "both", or remove advance.'
        if terms.draws == "base" and typed(terms.keep):
            wrong = "keep is the cash below which a line is drawn, and this one is drawn up to its base."
            yield f"{key}.keep", wrong, 'Write draws = "shortfall", or remove keep.'


RULES: list[Rule] = [
    short_debt_has_one_price,
    stock_is_lent_against_once,
    guarantees_have_a_fee_and_a_guarantor,
    a_deal_has_one_line_of_credit,
    a_line_of_credit_says_what_draws_it,
]
