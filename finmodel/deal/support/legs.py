"""Legs of price support: what a contract's terms entitle to, and what they ask back, before any budget.

Sign:    gaps and excesses are positive; `net_short` and `net_over` are negative where nothing is due.
Timing:  a leg settles over its window. Over a window longer than a period, floor and reference are summed on the tonnes
         of the window (or averaged over its time), so that a high month offsets a low one; what is due stands at the
         window's end. With advances a period is paid what the window to date is short of, and the end trues it up.
Sellers: each settles on its own tonnes. Revenue, EBITDA and payments for capacity are the contract's, and each seller
         has the share of its tonnes of the basis.
Caps:    per calendar year, whatever year the budget has.
Source:  decisions on windows (F16), on two-way contracts (F20) and on where a floor lives (F19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.support.footing import Due, Measures, Part, Terms, Window, escalated, open_window, year_capped
from finmodel.deal.support.footing import shares as shares_of
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.deal.time.running import year_to_date
from finmodel.kernel.expr import Const, Expr, Given, hi, ratio, where
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class GiveBack:
    """What each seller is asked to give back; `since` is 1 from the period in which it is, None where it always is."""

    asked: list[Line]
    since: Line | None


def top_up(terms: Terms, on: Measures, parts: Sequence[Part]) -> list[Due]:
    """Declare what is due to each seller.

    Args:
        on: Price, revenue and EBITDA, of which the terms name one.
        parts: The sellers.

    Returns:
        What is due to each seller, in their order.
    """
    support = terms.support
    word = "Top-up"
    if support.premium is not None or support.capacity_payment is not None:
        word, flows = "Payment", _payments(terms, parts)
    elif support.window == "period":
        flows = _period_gaps(terms, on, parts)
    else:
        return _windowed_top_up(terms, on, parts)
    return _dues(terms, parts, flows, word)


def give_back(terms: Terms, on: Measures, parts: Sequence[Part], dues: Sequence[Due]) -> GiveBack:
    """Declare what the terms ask back: a share of the excess, and advances that were too high.

    Args:
        parts: What each seller has of the contract.
        dues: What is due to each seller, in the order of the parts.

    Returns:
        What each seller gives back, in their order.
    """
    support, returned = terms.support, [due.returned for due in dues]
    label = "Give-back asked for"
    if all(level is None for level in (support.strike, support.revenue_cap, support.ebitda_cap)):
        alone = [
            part.section.ahead("give_back_asked", f"{part.title}: {label}").define(0 if back is None else back)
            for part, back in zip(parts, returned, strict=True)
        ]
        return GiveBack(alone, None)
    since = None if support.share_start is None else _since(terms, support.share_start)
    full = _excess(terms, on, parts, Const(1) if since is None else since)
    if support.share_cap is not None:
        cap = terms.context.money.convert(support.share_cap)
        full = year_capped(terms, ("give_back_to_date", "Give-back, calendar year to date"), parts, full, cap)
    asked = [
        part.section.line("give_back_asked", f"{part.title}: {label}", (over if back is None else over + back) * 1)
        for part, over, back in zip(parts, full, returned, strict=True)
    ]
    return GiveBack(asked, since)


def _dues(terms: Terms, parts: Sequence[Part], flows: Sequence[Expr], word: str = "Top-up") -> list[Due]:
    return [
        Due(part.section.line("due", f"{part.title}: {word} due", flow))
        for part, flow in zip(parts, _capped_due(terms, parts, flows), strict=True)
    ]


def _payments(terms: Terms, parts: Sequence[Part]) -> list[Expr]:
    support = terms.support
    if support.premium is not None:
        premium = escalated(terms, support.premium)
        return [part.supported * KG_PER_T * premium for part in parts]
    assert support.capacity_payment is not None
    whole = escalated(terms, support.capacity_payment) * terms.context.clock.years * terms.active
    return _split(terms, parts, whole)


def _split(terms: Terms, parts: Sequence[Part], whole: Expr, window: Window | None = None) -> list[Expr]:
    """An amount of the contract as a whole, by seller; one seller has all of it."""
    if len(parts) == 1:
        return [whole]
    return [whole * share for share in shares_of(terms, parts, window)]


def _period_gaps(terms: Terms, on: Measures, parts: Sequence[Part]) -> list[Expr]:
    support, section = terms.support, terms.section
    if support.floor is not None:
        below = hi(0, escalated(terms, support.floor) - on.price)
        gap = section.line("gap", f"{terms.title}: Floor less reference price", below, on.price.unit)
        dues: list[Expr] = [part.supported * KG_PER_T * gap for part in parts]
    else:
        dues = _split(terms, parts, hi(0, _money_short(terms, on)))
    return [due * support.top_up_share for due in dues]


def _money_short(terms: Terms, on: Measures) -> Expr:
    """A floor of revenue or EBITDA for the period, less what there is."""
    support = terms.support
    floor = support.revenue_floor if support.revenue_floor is not None else support.ebitda_floor
    assert floor is not None
    label = f"{terms.title}: Floor less {'revenue' if support.revenue_floor is not None else 'EBITDA'}"
    short = escalated(terms, floor) * terms.context.clock.years - _money(on, support.revenue_floor is not None)
    return terms.section.line("net_short", label, short * terms.active)


def _money(on: Measures, revenue: bool) -> Expr:
    if revenue:
        return on.revenue
    assert on.ebitda is not None
    return on.ebitda


def _windowed_top_up(terms: Terms, on: Measures, parts: Sequence[Part]) -> list[Due]:
    support, section, title = terms.support, terms.section, terms.title
    window = open_window(terms, support.window, "window")
    if support.floor is not None:
        difference = escalated(terms, support.floor) - on.price
        short: Sequence[Expr] = _price_sums(terms, ("short", "Floor less reference price"), parts, difference, window)
    else:
        label = f"{title}: Floor less measure, window to date"
        whole = year_to_date(section, "net_short_to_date", label, _money_short(terms, on), window.starts)
        short = _split(terms, parts, whole, window)
    owed = [hi(0, own) * support.top_up_share for own in short]
    if not support.advances:
        return _dues(terms, parts, [own * window.ends for own in owed])
    return _advanced(terms, parts, owed, window)


def _advanced(terms: Terms, parts: Sequence[Part], owed: Sequence[Expr], window: Window) -> list[Due]:
    """What the window to date is short of is paid each period; its end trues up what was too much."""
    earned, advanced, flows = [], [], []
    for part, own in zip(parts, owed, strict=True):
        label = f"{part.title}: Top-up earned, window to date"
        earned.append(part.section.line("earned_to_date", label, own))
        advanced.append(part.section.ahead("advanced_to_date", f"{part.title}: Advances paid, window to date"))
        flows.append(hi(0, earned[-1] - where(window.starts, 0, advanced[-1].prev)))
    dues = _dues(terms, parts, flows)
    found = []
    for part, due, paid, own in zip(parts, dues, advanced, earned, strict=True):
        before = where(window.starts, 0, paid.prev)
        paid.define(before + due.amount)
        label = f"{part.title}: Advances returned at the window's end"
        back = hi(0, before + due.amount - own) * window.ends
        found.append(Due(due.amount, part.section.line("returned", label, back)))
    return found


def _price_sums(
    terms: Terms, named: tuple[str, str], parts: Sequence[Part], difference: Expr, window: Window
) -> list[Line]:
    """A price difference summed over the window to date on each seller's tonnes, or averaged over its time."""
    section, (name, label) = terms.section, named
    kilos = [part.supported * KG_PER_T for part in parts]
    if terms.support.averaging == "volume":
        return [
            year_to_date(
                part.section,
                f"net_{name}_to_date",
                f"{part.title}: {label}, on tonnes, to date",
                own * difference,
                window.starts,
            )
            for part, own in zip(parts, kilos, strict=True)
        ]
    years, title = terms.context.clock.years * terms.active, f"{terms.title}: {label}"
    weighted = year_to_date(section, f"net_{name}_time", f"{title} × time, to date", difference * years, window.starts)
    time = year_to_date(section, f"{name}_time", f"{title}: Time, to date", years, window.starts)
    found = []
    for part, own in zip(parts, kilos, strict=True):
        words = f"{part.title}: {label}"
        weight = year_to_date(part.section, f"{name}_weight", f"{words}: Kilograms, to date", own, window.starts)
        found.append(
            part.section.line(
                f"net_{name}_to_date", f"{words}, on the average, to date", weight * ratio(weighted, time)
            )
        )
    return found


def _excess(terms: Terms, on: Measures, parts: Sequence[Part], open_: Expr) -> list[Expr]:
    """Each seller's share of the excess over strike or cap, at the end of its window."""
    support, section, title = terms.support, terms.section, terms.title
    if support.share_window == "period":
        over = [excess * open_ for excess in _period_excess(terms, on, parts)]
    else:
        window = open_window(terms, support.share_window, "share_window")
        if support.strike is not None:
            difference = (on.price - escalated(terms, support.strike)) * open_
            whole: Sequence[Expr] = _price_sums(
                terms, ("over", "Reference price less strike"), parts, difference, window
            )
        else:
            label = f"{title}: Measure less cap, window to date"
            measured = year_to_date(section, "net_over_to_date", label, _money_over(terms, on) * open_, window.starts)
            whole = _split(terms, parts, measured, window)
        over = [hi(0, own) * support.share * window.ends for own in whole]
    return [
        part.section.line("excess_share", f"{part.title}: Share of the excess", own)
        for part, own in zip(parts, over, strict=True)
    ]


def _period_excess(terms: Terms, on: Measures, parts: Sequence[Part]) -> list[Expr]:
    support = terms.support
    if support.strike is not None:
        excess = hi(0, on.price - escalated(terms, support.strike))
        return [part.supported * KG_PER_T * excess * support.share for part in parts]
    return _split(terms, parts, hi(0, _money_over(terms, on)) * support.share)


def _money_over(terms: Terms, on: Measures) -> Expr:
    support = terms.support
    cap = support.revenue_cap if support.revenue_cap is not None else support.ebitda_cap
    assert cap is not None
    over = _money(on, support.revenue_cap is not None) - escalated(terms, cap) * terms.context.clock.years
    return terms.section.line("net_over", f"{terms.title}: Measure less cap", over * terms.active)


def _capped_due(terms: Terms, parts: Sequence[Part], dues: Sequence[Expr]) -> Sequence[Expr]:
    cap = terms.support.top_up_cap
    if cap is None:
        return dues
    most = terms.context.money.convert(cap)
    return year_capped(terms, ("due_to_date", "Top-up, calendar year to date"), parts, dues, most)


def _since(terms: Terms, start: Given) -> Line:
    """1 from the period that starts on this day."""
    flag = terms.context.clock.between(start, terms.support.end)
    return terms.section.flag("shares", f"{terms.title}: A share is given back", flag)
