"""The way back: numbers become text as a case file holds it, so that reading it gives the same numbers again."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from finmodel.case.expand import Clock
from finmodel.case.leaf import Count, Leaf, Points, Quantity
from finmodel.case.plain import DateQuantity
from finmodel.case.quantity import BadValue, BadValues, quantity_text, spell
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import from_serial, serial
from finmodel.kernel.units import DATE, Unit


class NotWritten(ValueError):
    """A value that no case file can hold; says why."""


def written(given: Given, leaf: Leaf, values: Sequence[float], clock: Clock) -> str | dict[str, str]:
    """The value of a key as TOML, from one number or one a period; a table by date as day → text.

    Args:
        given: The key as the case has it: its unit, and its rule when it is a table or a list.
        leaf: What the schema says of it.
        values: One number, or one for each period.

    Raises:
        NotWritten: No case file can hold it.
    """
    try:
        if len(values) == 1 or (len(set(values)) == 1 and not _listed(given, leaf)):
            return _one(values[0], given.unit, leaf)
        return _row(given, leaf, values, clock)
    except (BadValue, BadValues) as error:
        raise NotWritten(str(error)) from None


def toml_text(text: str) -> str:
    """A text in quotes, as TOML writes it.

    Args:
        text: The text as typed.
    """
    return json.dumps("".join(letter for letter in text if letter.isprintable()), ensure_ascii=False)


def shown(unit: Unit, leaf: Leaf, value: float) -> str:
    """A number of an input in words, for people.

    Args:
        leaf: The input.
        value: A number in the unit of the input.
    """
    if unit == DATE:
        return from_serial(value).isoformat()
    if not isinstance(leaf, Quantity):
        return f"{value:,.10g}"
    spelled = spell(str(unit), percent=leaf.spelled.startswith("%"))
    return quantity_text(f"{value * (100 if spelled.startswith('%') else 1):,.10g}", spelled)


def number_text(value: float, unit: Unit, leaf: Quantity) -> str:
    """A quantity as people type it; reading it gives the same number.

    Args:
        value: A number in the unit of the input.

    Raises:
        NotWritten: There is no such text.
        BadValue: The number is out of the key's range.
    """
    percent = leaf.spelled.startswith("%")
    spelled = spell(str(unit), percent=percent)
    scale = 100 if spelled.startswith("%") else 1
    exact = Decimal(repr(value)) * scale
    shown = f"{exact.normalize():f}" if exact else "0"
    text = quantity_text(shown, spelled)
    back = leaf.scalar(text)
    if back.number != value or back.unit != unit:
        raise NotWritten(f"cannot be typed in {spelled}: got {value!r} {unit}.")
    return text


def _one(value: float, unit: Unit, leaf: Leaf) -> str:
    if isinstance(leaf, Quantity):
        return toml_text(number_text(value, unit, leaf))
    if not value.is_integer():
        raise NotWritten(f"is a {'date' if isinstance(leaf, DateQuantity) else 'whole number'}: got {value:g}.")
    if isinstance(leaf, Count):
        return str(int(leaf.check(int(value)).number))
    day = from_serial(value)
    leaf.check(day)
    return day.isoformat()


def _listed(given: Given, leaf: Leaf) -> bool:
    """Whether one number cannot stand for the whole row: a list, or values on single dates."""
    on = isinstance(leaf, Quantity) and leaf.dated == "on"
    return on or (isinstance(given, Points) and given.rule in ("period", "operating_year"))


def _row(given: Given, leaf: Leaf, values: Sequence[float], clock: Clock) -> str | dict[str, str]:
    if not isinstance(leaf, Quantity) or not (leaf.dated or leaf.listed):
        raise NotWritten("is one number, not one for each period.")
    usual = leaf.dated if isinstance(leaf.dated, str) else "step"
    rule = given.rule if isinstance(given, Points) else usual
    if rule in ("period", "operating_year"):
        rows = _by_period(values, clock) if rule == "period" else _by_year(values, clock)
        return f"[{', '.join(toml_text(number_text(value, given.unit, leaf)) for value in rows)}]"
    if not leaf.dated:
        raise NotWritten("is one number, or a list; not one for each period.")
    days = {"step": _steps, "linear": _knots, "on": _on}[rule](values, clock)
    return {
        from_serial(day).isoformat(): toml_text(number_text(value, given.unit, leaf)) for day, value in days.items()
    }


def _steps(values: Sequence[float], clock: Clock) -> dict[float, float]:
    """The first day of each period in which the value is another than before."""
    found: dict[float, float] = {}
    last = math.nan
    for period, value in zip(clock.timeline.periods, values, strict=True):
        if value != last:
            found[serial(period.start)] = last = value
    return found


def _knots(values: Sequence[float], clock: Clock) -> dict[float, float]:
    """Days around the middle of each period, so that a straight line through them has the value in the middle."""
    found: dict[float, float] = {}
    for period, value in zip(clock.timeline.periods, values, strict=True):
        middle = (serial(period.start) + serial(period.end)) / 2
        found[math.floor(middle)] = found[math.ceil(middle)] = value
    return found


def _on(values: Sequence[float], clock: Clock) -> dict[float, float]:
    """The last day of each period with a value; of the first one if none has."""
    ends = [serial(period.last_day) for period in clock.timeline.periods]
    return {day: value for day, value in zip(ends, values, strict=True) if value} or {ends[0]: 0.0}


def _by_period(values: Sequence[float], clock: Clock) -> list[float]:
    if any(values[clock.built :]):
        raise NotWritten("is a list over construction: it has values after completion.")
    return list(values[: clock.built])


def _by_year(values: Sequence[float], clock: Clock) -> list[float]:
    years = [list(group) for _, group in groupby(range(clock.built, len(values)), lambda at: _year(at, clock))]
    if any(values[: clock.built]) or any(len({values[at] for at in year}) > 1 for year in years):
        raise NotWritten("is a list by year of operation: it has other values within a year, or before operation.")
    rows = [values[year[0]] for year in years]
    while len(rows) > 1 and rows[-1] == rows[-2]:
        rows.pop()
    return rows


def _year(at: int, clock: Clock) -> int:
    return (at - clock.built) // clock.timeline.per_year
