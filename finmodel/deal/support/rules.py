"""Rules of price support, and of floor, ceiling and upside share of a contract.

A floor and a share live in one place, no tonne is supported twice, strike and share go together.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted, words
from finmodel.deal.ruling import Rule, calendar_of, day, ends_in, later, values
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.schema import CaseTables
from finmodel.deal.support import scheme_rules
from finmodel.deal.support.terms import Support
from finmodel.deal.time.calendar import missing_month
from finmodel.kernel.expr import Given

_DAY = timedelta(days=1)


def a_floor_lives_in_one_place(case: CaseTables) -> Iterator[Fault]:
    """No support on a contract whose buyer pays a floor of its own."""
    for name, support in case.support.items():
        contract = case.offtake.get(support.contract)
        if contract is not None and contract.floor is not None and support.settlement == "index":
            price = f"{contract.floor.number:g} {contract.floor.unit}"
            wrong = f'"{support.contract}" has a floor of its own, {price}: a floor lives in one place.'
            remedy = f'Remove offtake.{support.contract}.floor, or write settlement = "achieved": the price received.'
            yield f"support.{name}.contract", wrong, remedy


def no_tonne_is_supported_twice(case: CaseTables) -> Iterator[Fault]:
    """Two supports of one contract that count the same products do not overlap in time."""
    for (name, one), (other_name, other) in combinations(case.support.items(), 2):
        if not _on_tonnes(one) or not _on_tonnes(other) or not _same_tonnes(case, one, other):
            continue
        start, end = max(day(one.start), day(other.start)), min(day(one.end), day(other.end))
        if start <= end:
            index = f' on the same index "{one.price}",' if one.price == other.price else ""
            wrong = (
                f'the tonnes of "{other.contract}" are supported by support.{name} too,{index} '
                f"from {start} to {end}: no tonne is supported twice."
            )
            remedy = f"Let it start after {day(one.end)}, or remove support.{name} or support.{other_name}."
            yield f"support.{other_name}.start", wrong, remedy


def support_knows_its_tonnes(case: CaseTables) -> Iterator[Fault]:
    """Support counts the products sold on its index; on an index of its own, those of a contract with one index."""
    for name, support in case.support.items():
        indices = list(dict.fromkeys(_sold(case, support).values()))
        if support.products is not None:
            continue
        if support.price in case.price and support.price not in indices and len(indices) > 1:
            sold = f'no product of "{support.contract}" is sold on "{support.price}", but on {quoted(indices, "and")}'
            remedy = f"Write price = {quoted(indices)}, or give the supported products a contract of their own."
            yield f"support.{name}.price", f"{sold}: it is open which of them are supported.", remedy


def support_ends_after_it_starts(case: CaseTables) -> Iterator[Fault]:
    """An end before the start; the same for the window of an incentive."""
    windows = {f"support.{name}": (support.start, support.end) for name, support in case.support.items()}
    for name, entity in case.entity.items():
        if entity.incentive is not None:
            windows[f"entity.{name}.incentive"] = (entity.incentive.start, entity.incentive.end)
    for key, (start, end) in windows.items():
        if end.number <= start.number:
            wrong = f"the end, {day(end)}, is not after the start, {day(start)}."
            yield f"{key}.end", wrong, "Write the last day on which it holds."


def support_lies_within_its_contract(case: CaseTables) -> Iterator[Fault]:
    """Support runs while its contract does (one whose own dates are off the calendar is told of these first)."""
    calendar = calendar_of(case.timeline)
    for name, support in case.support.items():
        contract = case.offtake.get(support.contract)
        if contract is None or support.end.number <= support.start.number:
            continue
        first, last = _days(contract)
        if not calendar.is_boundary(first) or not calendar.is_boundary(last + _DAY):
            continue
        for key, on in (("start", day(support.start)), ("end", day(support.end))):
            if not first <= on <= last:
                wrong = f'{on} is outside the contract "{support.contract}", which runs from {first} to {last}.'
                edge = f"{first} or later" if key == "start" else f"{last} or earlier"
                yield f"support.{name}.{key}", wrong, f"Write {key} = {edge}."


def the_strike_is_not_below_the_floor(case: CaseTables) -> Iterator[Fault]:
    """Money is not given back at prices at which it is paid."""
    for name, support in case.support.items():
        if support.strike is None:
            continue
        level = support.floor if support.floor is not None else support.premium
        if level is None:
            continue
        strike, floor = min(values(support.strike)), max(values(level)) if support.floor is not None else 0.0
        key, unit = f"support.{name}.strike", level.unit
        if support.strike.unit != unit:
            wrong = f"the strike is in {support.strike.unit}, the floor in {unit}: they are compared."
            yield key, wrong, f"Write both in {unit}."
        elif strike < floor:
            wrong = f"the strike, {strike:g} {unit}, is below the floor, {floor:g} {unit}."
            yield key, wrong, f'Write strike = "{floor:g} {unit}" or more.'


def share_and_strike_go_together(case: CaseTables) -> Iterator[Fault]:
    """A share of the excess over a strike needs both, and a cap on it needs them too."""
    for name, support in case.support.items():
        key = f"support.{name}"
        levels = [word for word in ("strike", "revenue_cap", "ebitda_cap") if getattr(support, word) is not None]
        if not levels:
            for word in ("share", "share_cap"):
                if _counts(support, word):
                    unit = f"{case.currency}/kg" if support.floor is None else support.floor.unit
                    wrong = f"{word} is given without a strike: money is given back above one."
                    yield f"{key}.{word}", wrong, f'Write strike = "150 {unit}", or remove {word}.'
        elif not typed(support.share):
            wrong = f"the {levels[0]} is given without a share: nothing would be given back."
            yield f"{key}.{levels[0]}", wrong, f'Write share = "30 %", or remove {levels[0]}.'


def share_of_a_contract_is_whole(case: CaseTables) -> Iterator[Fault]:
    """A buyer's upside share has a strike and a share; a cap needs both; imputed support needs a floor."""
    for name, offtake in case.offtake.items():
        key = f"offtake.{name}"
        unit = f"{case.currency}/kg"
        for word in ("upside_share", "upside_cap"):
            if offtake.share_strike is None and getattr(offtake, word) is not None:
                wrong = f"{word} is given without share_strike: the buyer has a share above one."
                yield f"{key}.{word}", wrong, f'Write share_strike = "150 {unit}", or remove {word}.'
        if offtake.share_strike is not None and offtake.upside_share is None:
            wrong = "share_strike is given without upside_share: nothing would be shared."
            yield f"{key}.share_strike", wrong, 'Write upside_share = "30 %", or remove share_strike.'
        if offtake.impute_support and offtake.floor is None:
            wrong = "support is imputed to a floor, and this contract has none."
            yield f"{key}.impute_support", wrong, f'Write floor = "110 {unit}", or remove impute_support.'


def prices_of_a_contract_rise_from_floor_to_strike_to_ceiling(case: CaseTables) -> Iterator[Fault]:
    """A floor is not above the strike or the ceiling, and a strike lies below the ceiling; all in one unit."""
    pairs = (("floor", "ceiling"), ("floor", "share_strike"), ("share_strike", "ceiling"))
    for name, offtake in case.offtake.items():
        for low, high in pairs:
            below, above = getattr(offtake, low), getattr(offtake, high)
            if below is None or above is None:
                continue
            key = f"offtake.{name}.{high}"
            if below.unit != above.unit:
                wrong = f"{high} is in {above.unit}, {low} in {below.unit}: they are compared."
                yield key, wrong, f"Write both in {below.unit}."
            elif above.number < below.number:
                wrong = f"{high}, {above.number:g} {above.unit}, is below {low}, {below.number:g} {below.unit}."
                yield key, wrong, f'Write {high} = "{below.number:g} {below.unit}" or more.'
            elif (low, high) == ("share_strike", "ceiling") and above.number == below.number:
                wrong = f"ceiling and share_strike are both {above.number:g} {above.unit}: nothing would be shared."
                yield key, wrong, "Write a ceiling above the strike, or remove it."


def upside_is_measured_on_one_index_and_whole_calendar_years(case: CaseTables) -> Iterator[Fault]:
    """The achieved price is that of one index, averaged over years that end in December; its cap is in its currency."""
    for name, offtake in case.offtake.items():
        strike, cap, key = offtake.share_strike, offtake.upside_cap, f"offtake.{name}"
        if strike is None:
            continue
        indices = list(dict.fromkeys(case.product[id].price for id in offtake.products if id in case.product))
        if len(indices) > 1:
            wrong = f"the contract sells on {quoted(indices, 'and')}: it is open which of them the strike is for."
            yield f"{key}.share_strike", wrong, "Give the products of each index a contract of their own."
        if missing_month(calendar_of(case.timeline), "December"):
            wrong = (
                "the share settles for a calendar year, and no period ends in December: "
                f"they end in {words(ends_in(case.timeline))}."
            )
            remedy = 'Write year_ends = "December" in [timeline], or remove share_strike and upside_share.'
            yield f"{key}.share_strike", wrong, remedy
        currency = _currency(strike)
        if cap is not None and _currency(cap) != currency:
            wrong = f"upside_cap is in {_currency(cap)}, share_strike in {currency}: the share is kept in one currency."
            yield f"{key}.upside_cap", wrong, f"Write it in {currency}/year."


def an_upside_is_shared_in_one_place(case: CaseTables) -> Iterator[Fault]:
    """No support gives back a share of an excess of which the buyer has a share."""
    for name, support in case.support.items():
        contract = case.offtake.get(support.contract)
        if support.strike is not None and contract is not None and contract.share_strike is not None:
            wrong = f'the buyer of "{support.contract}" has a share of its upside: an upside is shared in one place.'
            yield f"support.{name}.strike", wrong, f"Remove offtake.{support.contract}.share_strike, or this strike."


def _currency(money: Given) -> str:
    return str(money.unit).partition("/")[0]


def _on_tonnes(support: Support) -> bool:
    """Whether a support is paid on tonnes, rather than on money of a period."""
    return support.floor is not None or support.premium is not None


def _same_tonnes(case: CaseTables, one: Support, other: Support) -> bool:
    """Whether two supports may count the same tonnes: of one contract, or of one product that one of them counts made.

    What a support counts when it is made may be sold under any contract.
    """
    made = bool({one.basis, other.basis} & {"produced", "designated"})
    return bool(_counted(case, one) & _counted(case, other)) and (made or one.contract == other.contract)


def _sold(case: CaseTables, support: Support) -> dict[str, str]:
    """The products of a support's contract, and the index on which each is sold."""
    contract = case.offtake.get(support.contract)
    names = [] if contract is None else contract.products
    return {name: case.product[name].price for name in names if name in case.product}


def _counted(case: CaseTables, support: Support) -> set[str]:
    """The products whose tonnes a support counts: those named, those sold on its index, or all where none is."""
    sold = _sold(case, support)
    if support.products is not None:
        return set(support.products)
    return {name for name, price in sold.items() if price == support.price} or set(sold)


def _counts(support: Support, word: str) -> bool:
    return support.share_cap is not None if word == "share_cap" else support.share.number > 0


def _days(contract: Offtake) -> tuple[date, date]:
    """The first and the last day of a contract."""
    start = day(contract.start)
    return start, later(start, contract.term.number) - _DAY


RULES: list[Rule] = [
    a_floor_lives_in_one_place,
    no_tonne_is_supported_twice,
    support_knows_its_tonnes,
    support_ends_after_it_starts,
    support_lies_within_its_contract,
    the_strike_is_not_below_the_floor,
    share_and_strike_go_together,
    share_of_a_contract_is_whole,
    prices_of_a_contract_rise_from_floor_to_strike_to_ceiling,
    upside_is_measured_on_one_index_and_whole_calendar_years,
    an_upside_is_shared_in_one_place,
    *scheme_rules.RULES,
]
