"""Once the timeline is known: values by date become one number a period, and each leaf learns its key and place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol, TypeVar, cast

from finmodel.case.frozen import FrozenDict, FrozenList, frozen
from finmodel.case.leaf import Points
from finmodel.case.positions import Document, Keys, Place
from finmodel.case.table import Table
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import MAX_PERIODS, MONTH_NAMES, MONTHS, NamedBy, Timeline, from_serial, serial

T = TypeVar("T")
Value = float | tuple[float, ...]
Fault = tuple[str, str, str]
"""A dotted key, what is wrong, and what to write instead."""


class Leaf(NamedTuple):
    """A figure of a case, its key, and whether it was typed; else it is a default."""

    keys: Keys
    given: Given
    typed: bool


class Terms(Protocol):
    """The table [timeline] of a case."""

    @property
    def frequency(self) -> str:
        """Length of a period: "month", "quarter", "half" or "year"."""

    @property
    def year_ends(self) -> str:
        """Name of the month in which years and halves end."""

    @property
    def financial_close(self) -> Given:
        """First day of the first period."""

    @property
    def construction(self) -> Given:
        """Length of construction in months."""

    @property
    def operations(self) -> Given:
        """Length of operations in months."""

    @property
    def wind_up(self) -> Given:
        """Length of the tail after operations in months."""


@dataclass(frozen=True)
class Clock:
    """A timeline and where construction ends in it.

    Args:
        timeline: Periods from financial close to the end of the wind-up.
        built: Number of periods of construction; operations start in the next one.
    """

    timeline: Timeline
    built: int


def timeline_faults(terms: Terms) -> Iterator[Fault]:
    """Why the terms make no timeline: a close within a period, a length that is not whole periods."""
    size, total = MONTHS[terms.frequency], 0.0
    for name in ("construction", "operations", "wind_up"):
        months = getattr(terms, name).number
        total += months
        if months % size:
            below = int(months // size)
            wrong = f"{months:g} months are not whole periods of one {_period(terms)}."
            yield f"timeline.{name}", wrong, f'Write {name} = "{below * size} months" or "{(below + 1) * size} months".'
    periods = total / size
    if not 1 <= periods <= MAX_PERIODS:
        yield (
            "timeline",
            f"the timeline has {periods:,.0f} periods; 1 to {MAX_PERIODS:,} are possible.",
            "Choose other lengths or a longer period.",
        )
    close = from_serial(terms.financial_close.number)
    probe = Timeline(date(2000, year_end(terms) % 12 + 1, 1), terms.frequency, 1, year_end(terms))
    if not probe.is_boundary(close):
        before, after = probe.nearest(close)
        wrong = f"{close} is not the first day of a {_period(terms)} when years end in {terms.year_ends}."
        yield "timeline.financial_close", wrong, f"Write financial_close = {before} or {after}."


def _period(terms: Terms) -> str:
    return "half-year" if terms.frequency == "half" else terms.frequency


def timeline_of(terms: Terms, named: tuple[NamedBy, ...]) -> Timeline:
    """The periods from financial close over construction, operations and wind-up.

    Args:
        named: How fiscal years are named, by the month in which they end.

    Raises:
        ModelError: The terms have a fault that `timeline_faults` explains.
    """
    months = terms.construction.number + terms.operations.number + terms.wind_up.number
    start = from_serial(terms.financial_close.number)
    return Timeline(start, terms.frequency, round(months / MONTHS[terms.frequency]), year_end(terms), named)


def year_end(terms: Terms) -> int:
    """Month (1-12) in which years end."""
    return MONTH_NAMES.index(terms.year_ends) + 1


def clock_of(terms: Terms, named: tuple[NamedBy, ...] = ("start",) * 12) -> Clock:
    """The timeline, and the number of periods of construction; names of fiscal years move no number."""
    timeline = timeline_of(terms, named)
    return Clock(timeline, round(terms.construction.number / timeline.months))


def bind(tables: Table, document: Document, clock: Clock, source: Callable[[Keys, Place], str]) -> list[Fault]:
    """Give each leaf its key, place, label and source, and expand the values by date; afterwards nothing changes.

    The leaves were made for these tables a moment ago and nobody else has them yet, so they are filled in place.
    """
    faults: list[Fault] = []
    for keys, given, typed in leaves(tables, document.tree):
        place = document.place(keys) if typed else None
        where = "default" if place is None else str(place)
        bound(given, keys, where, "default" if place is None else source(keys, place))
        if isinstance(given, Points):
            faults += _expand(given, clock)
    _close(tables)
    return faults


def bound(given: Given, keys: Keys, where: str, source: str) -> None:
    """Give a new leaf its key, its place and its source, and a label if it has none.

    Args:
        given: The new leaf.
        keys: A dotted key, in its parts.
        where: File and line.
        source: Where the figure comes from.
    """
    _fill(given, id=".".join(keys), label=given.label or keys[-1].replace("_", " ").capitalize())
    _fill(given, where=where, source=source)


def _fill(given: Given, **values: object) -> None:
    for field, value in values.items():
        object.__setattr__(given, field, value)


def _close(table: Table) -> None:
    """Freeze the tables and lists within a table of a case; the table itself is frozen by its class."""
    for field, value in table.__dict__.items():
        if isinstance(value, Table):
            _close(value)
        elif isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                if isinstance(inner, Table):
                    _close(inner)
            table.__dict__[field] = frozen(value)


def with_values(tables: T, values: Mapping[str, Value]) -> T:
    """New tables with other numbers of some leaves: id → a number, or one a period. The old tables stay as they are."""
    return cast(T, _replaced(tables, values)) if values else tables


def _replaced(value: object, values: Mapping[str, Value]) -> object:
    """The same object where nothing in it changes."""
    if isinstance(value, Given):
        return replace(value, value=values[value.id]) if value.id in values else value
    if isinstance(value, Table):
        inside = {name: _replaced(inner, values) for name, inner in value}
        changed = {name: inner for name, inner in inside.items() if inner is not getattr(value, name)}
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, Mapping):
        rows = {name: _replaced(inner, values) for name, inner in value.items()}
        return FrozenDict(rows) if any(rows[name] is not value[name] for name in rows) else value
    if isinstance(value, list):
        made = [_replaced(inner, values) for inner in value]
        return FrozenList(made) if any(a is not b for a, b in zip(made, value, strict=True)) else value
    return value


def told(value: object) -> object:
    """All that a table says, as plain values that compare: of a leaf its key, number, unit, label, place and source."""
    if isinstance(value, Given):
        return value.id, value.value, str(value.unit), value.label, value.where, value.source
    if isinstance(value, Table):
        return type(value).__name__, [(name, told(inner)) for name, inner in value]
    if isinstance(value, Mapping):
        return [(name, told(inner)) for name, inner in value.items()]
    return [told(inner) for inner in value] if isinstance(value, list) else value


def leaves(value: object, tree: object, above: Keys = ()) -> Iterator[Leaf]:
    """Each leaf with its key and whether it was typed (else it is a default).

    Args:
        value: A value as TOML gives it.
        tree: The tables as typed.
        above: The key of the table around it, in its parts.
    """
    typed = tree is not None
    if isinstance(value, Given):
        yield Leaf(above, value, typed)
    elif isinstance(value, Table):
        for name, inner in value:
            yield from leaves(inner, tree.get(name) if isinstance(tree, Mapping) else None, (*above, name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, tree.get(name) if isinstance(tree, Mapping) else None, (*above, str(name)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from leaves(inner, tree[number] if isinstance(tree, list) else None, (*above, str(number)))


def _expand(given: Points, clock: Clock) -> Iterator[Fault]:
    rule = {"step": _steps, "linear": _straight, "on": _on, "period": _by_period, "operating_year": _by_year}[
        given.rule
    ]
    first = clock.timeline.start
    if given.rule == "step" and given.points[0][0] > serial(first):
        typed = from_serial(given.points[0][0])
        wrong = f"the first date, {typed}, is after the first period, which starts on {first}: nothing holds before."
        yield given.id, wrong, f"Add a row for {first} or earlier."
    elif given.rule == "on" and (astray := _astray(given, clock.timeline)):
        yield from astray
    elif given.rule == "period" and len(given.points) > clock.built:
        wrong = f"the list has {len(given.points)} values, but construction has {clock.built} periods."
        yield given.id, wrong, f"Write {clock.built} values."
    else:
        _fill(given, value=rule(given.points, clock), series=True)


def _steps(points: tuple[tuple[float, float], ...], clock: Clock) -> tuple[float, ...]:
    """The value in force on the first day of each period."""
    days = [day for day, _ in points]
    return tuple(points[bisect_right(days, serial(period.start)) - 1][1] for period in clock.timeline.periods)


def _on(points: tuple[tuple[float, float], ...], clock: Clock) -> tuple[float, ...]:
    """The value of each date in the period that ends on it, 0 elsewhere."""
    values = dict(points)
    return tuple(values.get(serial(period.last_day), 0.0) for period in clock.timeline.periods)


def _astray(given: Points, timeline: Timeline) -> list[Fault]:
    """Dates on which no period ends."""
    ends = [serial(period.last_day) for period in timeline.periods]
    found = []
    for at, _ in given.points:
        if at not in ends:
            typed = from_serial(at)
            after = bisect_right(ends, at)
            near = [str(from_serial(ends[number])) for number in (after - 1, after) if 0 <= number < len(ends)]
            wrong = f"no period of the timeline ends on {typed}."
            found.append((f"{given.id}.{typed}", wrong, f"Write {' or '.join(near)}."))
    return found


def _straight(points: tuple[tuple[float, float], ...], clock: Clock) -> tuple[float, ...]:
    """The value in the middle of each period, on straight lines between the dates and flat beyond them."""
    return tuple(_between(points, (serial(p.start) + serial(p.end)) / 2) for p in clock.timeline.periods)


def _between(points: tuple[tuple[float, float], ...], day: float) -> float:
    after = bisect_right([at for at, _ in points], day)
    if after in (0, len(points)):
        return points[0 if after == 0 else -1][1]
    (start, low), (end, high) = points[after - 1], points[after]
    return low + (high - low) * (day - start) / (end - start)


def _by_period(points: tuple[tuple[float, float], ...], clock: Clock) -> tuple[float, ...]:
    """One value for each period of construction, 0 afterwards."""
    values = [value for _, value in points]
    return tuple(values[i] if i < len(values) else 0.0 for i in range(clock.timeline.count))


def _by_year(points: tuple[tuple[float, float], ...], clock: Clock) -> tuple[float, ...]:
    """One value for each year of operations, the last one beyond; 0 before operations."""
    values, per_year = [value for _, value in points], clock.timeline.per_year
    years = [(i - clock.built) // per_year for i in range(clock.timeline.count)]
    return tuple(values[min(year, len(values) - 1)] if year >= 0 else 0.0 for year in years)
