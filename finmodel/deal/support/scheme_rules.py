"""Rules of the scheme of a support contract: one measure, who pays, windows, tonnes, stock; and of programmes.

What a key of a scheme needs of another one, so that no key is given in vain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted, words
from finmodel.deal.ruling import (
    Rule,
    calendar_of,
    day,
    end_of_operations,
    ends_in,
    later,
    months_text,
    one_of,
    unknown,
    values,
)
from finmodel.deal.schema import CaseTables
from finmodel.deal.support.terms import Support
from finmodel.deal.time.calendar import missing_month
from finmodel.kernel.timeline import MONTH_NAMES

PAYMENTS = ("floor", "premium", "revenue_floor", "ebitda_floor", "capacity_payment")
LEVELS = ("strike", "revenue_cap", "ebitda_cap")
QUARTER_ENDS = ("March", "June", "September", "December")
_DAY = timedelta(days=1)


def support_has_one_measure(case: CaseTables) -> Iterator[Fault]:
    """One thing is paid for, and money is given back above one level at most."""
    for name, support in case.support.items():
        key = f"support.{name}"
        yield from one_of(key, support, PAYMENTS, "a support contract")
        levels = [word for word in LEVELS if getattr(support, word) is not None]
        if len(levels) > 1:
            wrong = f"money is given back above one level: got {words(levels)}."
            yield f"{key}.{levels[-1]}", wrong, "Remove all but one."


def support_has_a_payer(case: CaseTables) -> Iterator[Fault]:
    """A programme pays, or the buyer; a programme is named where public money flows, and only there."""
    for name, support in case.support.items():
        key, needed = f"support.{name}", "programme" in (support.payer, support.resale_loss)
        if needed and support.programme is None:
            why = "a programme pays it" if support.payer == "programme" else "a programme bears the loss on resale"
            known = quoted(list(case.programme)) if case.programme else '"…"'
            yield key, f"{why}, and none is named.", f"Write programme = {known}."
        elif not needed and support.programme is not None:
            wrong = f'the buyer pays it and bears the loss on resale: "{support.programme}" would pay nothing.'
            yield f"{key}.programme", wrong, 'Remove programme, or write resale_loss = "programme".'
        if support.payer == "programme" and support.resale_loss == "programme":
            wrong = "the programme pays the seller itself: no buyer has a loss on resale."
            yield f"{key}.resale_loss", wrong, 'Remove resale_loss, or write payer = "offtaker".'


def windows_end_with_periods(case: CaseTables) -> Iterator[Fault]:
    """A settlement window, and the calendar year of a cap, end with a period."""
    calendar, ends = calendar_of(case.timeline), words(ends_in(case.timeline))
    for name, support in case.support.items():
        for word in ("window", "share_window"):
            missing = [
                month for month in _ends(case, support, getattr(support, word)) if missing_month(calendar, month)
            ]
            if missing:
                wrong = f"a {getattr(support, word)} ends in {missing[0]}, and no period does: they end in {ends}."
                yield f"support.{name}.{word}", wrong, f'Write {word} = "period", or a shorter period in [timeline].'
        if support.top_up_cap is not None and missing_month(calendar, "December"):
            wrong = f"the cap holds for a calendar year, and no period ends in December: they end in {ends}."
            yield f"support.{name}.top_up_cap", wrong, 'Write year_ends = "December" in [timeline], or remove it.'


def _ends(case: CaseTables, support: Support, window: str) -> tuple[str, ...]:
    """The months in which windows end, as the lines have them."""
    if window == "quarter":
        return QUARTER_ENDS
    if window == "fiscal_year":
        programme = case.programme.get(support.programme or "")
        return (programme.year_end if programme is not None else case.timeline.year_ends,)
    if window == "contract_year":
        return (MONTH_NAMES[day(support.start).month - 2],)
    return ("December",) if window == "calendar_year" else ()


def advances_need_a_window(case: CaseTables) -> Iterator[Fault]:
    """Advances are paid on a window that is longer than a period, of a floor."""
    for name, support in case.support.items():
        fixed = support.premium is not None or support.capacity_payment is not None
        if support.advances and (support.window == "period" or fixed):
            wrong = "advances are trued up at the end of a window, and this contract settles each period."
            yield f"support.{name}.advances", wrong, 'Write window = "contract_year", or remove advances.'
        if fixed and support.window != "period":
            wrong = "a fixed payment is due each period, whatever the window."
            yield f"support.{name}.window", wrong, "Remove window."


def tonnes_of_support_are_known(case: CaseTables) -> Iterator[Fault]:
    """A basis has what it counts, and keys of designation go with designated tonnes."""
    for name, support in case.support.items():
        key, contract = f"support.{name}", case.offtake.get(support.contract)
        if support.basis == "contract" and contract is not None and contract.quantity is None:
            wrong = f'"{support.contract}" has no quantity: its tonnes are a share of what is available.'
            yield f"{key}.basis", wrong, 'Write basis = "sold".'
        for word in ("designated", "opening_stock"):
            if typed(getattr(support, word)) and support.basis != "designated":
                wrong = f"{word} is given, and the tonnes that count are those {support.basis}."
                yield f"{key}.{word}", wrong, f'Write basis = "designated", or remove {word}.'
        for number, product in enumerate(support.products or []):
            if contract is not None and product not in contract.products:
                wrong = f'"{product}" is not sold under "{support.contract}".'
                yield f"{key}.products.{number}", wrong, f"Write {quoted(contract.products)}."


def a_stockpile_is_whole(case: CaseTables) -> Iterator[Fault]:
    """What is bought at a floor has a place in stock and a price at which it is sold."""
    for name, support in case.support.items():
        key = f"support.{name}"
        if (support.stock_cap is None) != (support.release_above is None):
            given, other = (
                ("stock_cap", "release_above") if support.release_above is None else ("release_above", "stock_cap")
            )
            example = '"150 USD/kg"' if other == "release_above" else '"1,000 t"'
            yield f"{key}.{given}", f"{given} is given without {other}.", f"Write {other} = {example}."
        if support.stock_cap is None:
            continue
        if support.floor is None or support.window != "period" or support.payer != "programme":
            wrong = "a programme buys for its stock at a floor, period by period."
            yield f"{key}.stock_cap", wrong, 'Give a floor, window = "period" and payer = "programme".'
        elif support.release_above is not None and support.release_above.number < max(values(support.floor)):
            low, unit = max(values(support.floor)), support.floor.unit
            wrong = f"the stock would be sold below the floor, {low:g} {unit}, at which it is bought."
            yield f"{key}.release_above", wrong, f'Write release_above = "{low:g} {unit}" or more.'


def repayable_support_has_a_level(case: CaseTables) -> Iterator[Fault]:
    """Support that is repaid is repaid above a level."""
    for name, support in case.support.items():
        if support.repayable and all(getattr(support, word) is None for word in LEVELS):
            wrong = "it is repayable, and nothing says above which price, revenue or EBITDA."
            yield f"support.{name}.repayable", wrong, f"Write {words(LEVELS, 'or')}, with a share."
        if support.share_start is not None and not day(support.start) <= day(support.share_start) <= day(support.end):
            wrong = (
                f"{day(support.share_start)} is outside the support, from {day(support.start)} to {day(support.end)}."
            )
            yield f"support.{name}.share_start", wrong, f"Write share_start = {day(support.start)} or later."


def supply_follows_the_support(case: CaseTables) -> Iterator[Fault]:
    """Operations last until the supply that must follow the support is over."""
    for name, support in case.support.items():
        if support.tail is None:
            continue
        last = later(day(support.end) + _DAY, support.tail.number) - _DAY
        closes = end_of_operations(case.timeline)
        if last > closes:
            supply = f"{months_text(support.tail.number)} of supply after {day(support.end)}"
            wrong = f"{supply} end on {last}, after the end of operations, {closes}."
            yield f"support.{name}.tail", wrong, "Shorten it, end the support earlier, or operate longer."


def programmes_carry_what_they_may(case: CaseTables) -> Iterator[Fault]:
    """Cumulative carry-over needs carry-over; a quarterly share needs periods within a year."""
    for name, programme in case.programme.items():
        if programme.cumulative and not programme.carry_over:
            wrong = "unspent money accumulates only if it is carried over."
            yield f"programme.{name}.cumulative", wrong, "Write carry_over = true, or remove cumulative."
        if programme.quarter_share is not None and case.timeline.frequency == "year":
            wrong = "a period is a year: no quarter of it can be told apart."
            yield f"programme.{name}.quarter_share", wrong, 'Write frequency = "quarter" in [timeline], or remove it.'


def government_knows_its_names(case: CaseTables) -> Iterator[Fault]:
    """Public lenders, owners and insurers, and contracts that count at home, are those of the case."""
    tables: Mapping[str, tuple[str, str]] = {
        "public_lenders": ("facility", "facility"),
        "public_owners": ("equity", "class of equity"),
        "public_insurers": ("cover", "cover"),
        "domestic_contracts": ("offtake", "offtake contract"),
    }
    for word, (table, noun) in tables.items():
        known: Mapping[str, Any] = getattr(case, table)
        for number, name in enumerate(getattr(case.government, word, None) or []):
            if name not in known:
                yield unknown(f"government.{word}.{number}", name, known, table, noun)


RULES: list[Rule] = [
    support_has_one_measure,
    support_has_a_payer,
    windows_end_with_periods,
    advances_need_a_window,
    tonnes_of_support_are_known,
    a_stockpile_is_whole,
    repayable_support_has_a_level,
    supply_follows_the_support,
    programmes_carry_what_they_may,
    government_knows_its_names,
]
