"""Rules of money: every foreign currency has its exchange rate, quoted as its name says."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault, leaves
from finmodel.case.quantity import clip
from finmodel.case.regimes import shipped
from finmodel.deal.ruling import Rule
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given
from finmodel.kernel.units import CURRENCIES


def exchange_rates_are_quoted_as_named(case: CaseTables) -> Iterator[Fault]:
    """jpy_per_usd in a case in USD is JPY for one USD, and is in JPY/USD."""
    own = case.currency.lower()
    foreign = [code.lower() for code in CURRENCIES if code != case.currency]
    for name, rate in case.fx.items():
        code, _, below = name.partition("_per_")
        right = f"{code.upper()}/{case.currency}"
        if below != own or code not in foreign:
            known = next((part for part in (code, below) if part in foreign), "")
            example = f"{known or foreign[0]}_per_{own}"
            wrong = f'"{clip(name)}" is not a rate of this case: rates are in foreign currency for one {case.currency}.'
            unit = f"{example.split('_')[0].upper()}/{case.currency}"
            yield f"fx.{name}", wrong, f'Write {example} = "… {unit}" in its place.'
        elif str(rate.unit) != right:
            wrong = f"the rate is in {rate.unit}, its name says {right}."
            yield f"fx.{name}", wrong, f'Write {name} = "… {right}".'


def every_currency_has_a_rate(case: CaseTables) -> Iterator[Fault]:
    """A currency that is not the case's own needs an exchange rate; told once, where it is used first."""
    needed: dict[str, str] = {}
    refused = {f"entity.{name}.interest_minimum" for name, _ in _minimums_in_another_currency(case)}
    for keys, given, _ in leaves(case, None):
        if keys[0] != "fx" and ".".join(keys) not in refused:
            for code in _currencies(given):
                needed.setdefault(code, ".".join(keys))
    for name, entity in case.entity.items():
        needed.setdefault(entity.currency, f"entity.{name}.currency")
    for name, offtake in case.offtake.items():
        needed.setdefault(offtake.currency or case.currency, f"offtake.{name}.currency")
    for name, facility in case.facility.items():
        if facility.currency is not None:
            needed.setdefault(facility.currency, f"facility.{name}.currency")
    for code, key in needed.items():
        name = f"{code.lower()}_per_{case.currency.lower()}"
        if code != case.currency and name not in case.fx:
            wrong = f"this is in {code}, and the case has no exchange rate for {code}."
            yield key, wrong, f'Write {name} = "… {code}/{case.currency}" in [fx].'


def _currencies(given: Given) -> list[str]:
    return [atom for atom, _ in given.unit.powers if atom in CURRENCIES]


def interest_keys_belong_to_a_limit(case: CaseTables) -> Iterator[Fault]:
    """What limits interest, and what is carried or free of it, stand together."""
    for name, entity in case.entity.items():
        for key in ("interest_years", "interest_minimum"):
            if entity.interest_limit is None and getattr(entity, key) is not None:
                wrong = f"{key} is given, but interest is not limited."
                yield f"entity.{name}.{key}", wrong, 'Write interest_limit = "30 %" beside it, or remove it.'


def interest_is_limited_in_the_currency_of_tax(case: CaseTables) -> Iterator[Fault]:
    """What is free of the limit is compared with interest in the money in which the company is taxed."""
    for name, code in _minimums_in_another_currency(case):
        entity = case.entity[name]
        if entity.interest_minimum is not None and shipped(entity.interest_minimum.where):
            wrong = f"the regime gives interest_minimum in {code}, and this company is taxed in {entity.currency}."
            remedy = f'Write interest_minimum = "… {entity.currency}/year" beside it, or currency = "{code}".'
            yield f"entity.{name}.currency", wrong, remedy
        else:
            wrong = f"interest_minimum is in {code}, and this company is taxed in {entity.currency}."
            yield f"entity.{name}.interest_minimum", wrong, f'Write interest_minimum = "… {entity.currency}/year".'


def _minimums_in_another_currency(case: CaseTables) -> Iterator[tuple[str, str]]:
    """Companies whose interest_minimum is read and is not in their tax currency, each with its currency."""
    for name, entity in case.entity.items():
        if entity.interest_minimum is not None and entity.interest_limit is not None:
            for code in _currencies(entity.interest_minimum):
                if code != entity.currency and entity.interest_test == "fixed_ratio":
                    yield name, code


RULES: list[Rule] = [
    interest_keys_belong_to_a_limit,
    interest_is_limited_in_the_currency_of_tax,
    exchange_rates_are_quoted_as_named,
    every_currency_has_a_rate,
]
