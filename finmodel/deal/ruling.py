"""What rules between keys share: how a name, a share, a date or a list stands in a message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from finmodel.case.describe import find, nearest
from finmodel.case.expand import Fault, year_end
from finmodel.case.quantity import clip
from finmodel.case.table import Table
from finmodel.case.wording import an, quoted, words
from finmodel.deal.schema import CaseTables, TimelineTerms
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import MONTH_NAMES, Timeline, from_serial, month_number, month_start

Rule = Callable[[CaseTables], Iterator[Fault]]
TOLERANCE = 1e-9
"""Shares that differ by less are the same."""


def values(given: Given) -> tuple[float, ...]:
    """The numbers of a quantity, whether typed as one, by date or as a list.

    Args:
        given: A key's value.
    """
    points = getattr(given, "points", None)
    if points is not None:
        return tuple(value for _, value in points)
    return given.value if isinstance(given.value, tuple) else (given.value,)


def day(given: Given) -> date:
    """The date of a leaf that holds one.

    Args:
        given: A key's value, a date.
    """
    return from_serial(given.number)


def end_of_operations(terms: TimelineTerms) -> date:
    """The last day of operations."""
    return later(day(terms.financial_close), terms.construction.number + terms.operations.number) - timedelta(days=1)


def later(start: date, months: float) -> date:
    """The first day of a month, some whole months later; the last month of the calendar for what lies beyond it.

    Args:
        start: A day of the first month.
        months: How many months later.
    """
    return month_start(min(month_number(start) + round(months), month_number(date.max)))


def calendar_of(terms: TimelineTerms) -> Timeline:
    """One period of the case's calendar: enough to ask where periods start and end."""
    return Timeline(date(2000, year_end(terms) % 12 + 1, 1), terms.frequency, 1, year_end(terms))


def ends_in(terms: TimelineTerms) -> list[str]:
    """The months in which periods end, in the order of the year."""
    calendar = calendar_of(terms)
    return [name for number, name in enumerate(MONTH_NAMES, 1) if (number - calendar.year_end) % calendar.months == 0]


def percent(share: float) -> str:
    """A share as people type it: 75 %.

    Args:
        share: A share [ratio].
    """
    return f"{share * 100:.10g} %"


def months_text(months: float) -> str:
    """A length in months as people type it: 12 months.

    Args:
        months: A length [month].
    """
    return f"{months:.10g} month{'' if months == 1 else 's'}"


def unknown(
    key: str, name: str, known: Mapping[str, Any], table: str, noun: str, listed: Collection[str] = ()
) -> Fault:
    """A name that no table of the case has: the nearest one, or all; but for those that its list has already.

    Args:
        key: Where it stands.
        name: The name as typed.
        known: The table it should be in.
        table: What that table is called.
        noun: What such a name is.
        listed: Names that are told elsewhere.
    """
    known = {other: found for other, found in known.items() if other not in listed} or known
    near = nearest(name, known)
    add = f"add {clip(name)} to [{table}]" if table == "curve" else f"add a table [{table}.{clip(name)}]"
    if near:
        remedy = f'Did you mean "{near}"?'
    elif known:
        remedy = f"Write {quoted(list(known))}, or {add}."
    else:
        remedy = f"The case has none: {add}."
    return key, f'"{clip(name)}" is not {an(noun)} of this case.', remedy


def sum_fault(key: str, shares: Mapping[str, Given], what: str) -> Iterator[Fault]:
    """Shares of several that are not the whole: each with its place where these lie in different files.

    Args:
        key: Where it stands.
        shares: Name → share [ratio].
        what: What is shared.
    """
    numbers = [share.number for share in shares.values()]
    total = sum(numbers)
    if abs(total - 1) <= TOLERANCE:
        return
    apart = len({share.where.rsplit(":", 1)[0] for share in shares.values()}) > 1
    parts = [f"{name} {percent(s.number)}{f' at {s.where}' if apart else ''}" for name, s in list(shares.items())[:12]]
    more = f" + {len(shares) - 12} more" if len(shares) > 12 else ""
    fitting, last = numbers[-1] + 1 - total, list(shares)[-1]
    remedy = f'Write share = "{percent(fitting)}" for {last}, or change the others.' if 0 < fitting <= 1 else ""
    wrong = f"{what} sum to {percent(total)} ({' + '.join(parts)}{more}): they must sum to 100 %."
    yield key, wrong, remedy or "Change the shares."


def one_of(key: str, table: Table, names: Sequence[str], noun: str) -> Iterator[Fault]:
    """Exactly one of some keys must be given.

    Args:
        key: The table.
        names: The keys of which one is given.
        noun: What has such a key.
    """
    given = [name for name in names if getattr(table, name) is not None]
    if len(given) > 1:
        told = words([_told(name, getattr(table, name)) for name in given])
        yield f"{key}.{given[-1]}", f"{noun} has only one of {words(names)}: got {told}.", "Remove all but one."
    elif not given:
        examples = [f"{name} = {_example(key, name)}" for name in names]
        yield key, f"{noun} has one of {words(names)}: none is given.", f"Write {words(examples, 'or')}."


def _told(name: str, value: object) -> str:
    return f"{name} ({value.where})" if isinstance(value, Given) else f'{name} = "{value}"'


def _example(key: str, name: str) -> str:
    found = find(CaseTables, (*key.split("."), name))
    return '"…"' if found is None else found.slot.example


def whole_periods(key: str, months: float, size: int, of: str, or_none: bool = False) -> Iterator[Fault]:
    """A time that is no whole number of periods, and the nearest that are.

    Args:
        key: Where it stands.
        months: The time as typed [month].
        size: Months of a period.
        of: A period in words.
        or_none: Whether nothing is a time too.
    """
    if months % size:
        below = months // size * size
        fitting = [f'"{months_text(time)}"' for time in (below, below + size) if time or or_none]
        wrong = f"{months_text(months)} are not whole periods of {of}."
        yield key, wrong, f"Write {key.rpartition('.')[2]} = {' or '.join(fitting)}."


def sums(key: str, shares: Mapping[str, float], what: str, word: str) -> Iterator[Fault]:
    """Shares that are not the whole, and what the last of them would have to be.

    Args:
        key: Where it stands.
        shares: Name → share [ratio].
        what: What is shared.
        word: What one share is called.
    """
    total = sum(shares.values())
    if abs(total - 1) <= TOLERANCE:
        return
    parts = " + ".join(f"{name} {percent(share)}" for name, share in list(shares.items())[:12]) or "none"
    fitting, last = shares[list(shares)[-1]] + 1 - total if shares else -1.0, list(shares)[-1] if shares else ""
    named = f"{word}{chr(34)}{percent(fitting)}{chr(34)} for {last}" if word else f'{last} = "{percent(fitting)}"'
    remedy = f"Write {named}, or change the others." if 0 <= fitting <= 1 else "Change the probabilities."
    yield key, f"{what} sum to {percent(total)} ({parts}): they must sum to 100 %.", remedy
