"""Tax pools: what an entity may still write off for tax, in its tax currency, and what it writes off each period.

Two pools: the plant, complete at the end of construction, and what is added later.
Method:  declining: a rate on the value at the start of the tax year. Straight is declining at 1/life with the switch:
         with the switch, what is left is spread evenly over the life left, once that gives more.
         A share of the plant may be written off at once, in the period after completion; the rest follows the method.
Life:    the plant's tax life runs from completion. The life left of later additions is the rest of operations, so
         that none outlives the plant; they too start at the rate of the method.
Sign:    every line is the positive amount that its label names.
Timing:  cost falls, and the plant is complete, at period end; writing off starts with the period after, by the length
         of the periods held. The last period of operations writes off all that is left.
Source:  value at the start of the tax year by the days held, spread evenly, no switch in Australia (F21); 200 % of
         1/life with the switch in Japan (F22); tax currency at the rate of the day of cost (F23).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.tax.terms import Depreciation
from finmodel.deal.time.calendar import MONTHS_PER_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, lo, ratio, where
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import MONTH, RATIO


@dataclass(frozen=True, eq=False, repr=False)
class PoolLines:
    """Written off in a period, and not yet written off at its end, cost in progress included [tax currency]."""

    depreciation: Line
    closing: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Rules:
    """What both pools follow: the terms and the tax year."""

    terms: Depreciation
    clock: Clock
    year_start: Line

    @property
    def switches(self) -> bool:
        """Whether what is left may be spread evenly over the life left."""
        return self.terms.switch or self.terms.method == "straight"

    @property
    def yearly(self) -> Expr:
        """The share of the value at the start of a tax year that the year writes off."""
        return (1 if self.terms.method == "straight" else self.terms.multiple) / self.terms.life


def build(section: Section, terms: Depreciation, added: Line, year_end: str, clock: Clock) -> PoolLines:
    """Declare the pools of an entity.

    Args:
        section: The entity's tax section, in its tax currency.
        added: Depreciable cost [tax currency] of each period, not negative: a grant lowers the cost it is paid for.
        terms: How the cost is written off.
        year_end: The month in which the tax year ends.
        clock: Rows of time.

    Returns:
        What is written off in a period and what is left at its end [tax currency].
    """
    title = section.title
    progress = section.account("in_progress", f"{title}: Cost in progress")
    spent = section.line("construction_cost", f"{title}: Cost in construction", added * clock.construction)
    all_spent = (progress.opening + spent) * clock.last_construction
    ready = section.line("ready", f"{title}: Cost ready at completion", all_spent)
    progress.close(add=[spent], less=[ready])
    later = section.line("added_later", f"{title}: Cost added after completion", added * clock.completed)
    rules = _Rules(terms, clock, clock.year_start(year_end))
    plant = _pool(section, "plant", ready, clock.completion + terms.life * MONTHS_PER_YEAR, rules)
    additions = _pool(section, "additions", later, clock.end_of_operations, rules)
    depreciation = section.line("depreciation", f"{title}: Depreciation", plant.depreciation + additions.depreciation)
    value = progress.closing + plant.closing + additions.closing
    return PoolLines(depreciation, section.line("tax_value", f"{title}: Tax value not yet written off", value))


def _pool(section: Section, name: str, enters: Line, life_ends: Expr, rules: _Rules) -> PoolLines:
    """One pool: its value, the base of its tax year, and what it writes off."""
    title, clock = f"{section.title}, {name}", rules.clock
    value = section.account(name, f"{title}: Tax value")
    base = section.ahead(f"{name}.base", f"{title}: Value at the start of the tax year, with additions since")
    held: Expr = value.opening
    since = where(rules.year_start, value.opening, base.prev + enters.prev)
    at_once = _at_once(section, name, enters, rules)
    if at_once is not None:
        held, since = held - at_once, since - at_once
    base.define(since)
    written = base * rules.yearly * clock.years
    if rules.switches:
        written = hi(written, held * _even_share(section, name, life_ends, clock))
    if at_once is not None:
        written = written + at_once
    over = clock.last_operation | clock.wind_up
    depreciation = section.line(
        f"{name}.depreciation",
        f"{title}: Depreciation",
        where(over, value.opening + enters, lo(value.opening, written)),
    )
    return PoolLines(depreciation, value.close(add=[enters], less=[depreciation]))


def _at_once(section: Section, name: str, enters: Line, rules: _Rules) -> Line | None:
    """What is written off in the period after completion, beside the method."""
    if rules.terms.immediate is None or name != "plant":
        return None
    label = f"{section.title}, {name}: Written off at once"
    return section.line(f"{name}.at_once", label, enters.prev * rules.terms.immediate)


def _even_share(section: Section, name: str, life_ends: Expr, clock: Clock) -> Line:
    """The period's share of the life left at its start; all of it in the period in which the life ends."""
    title, length = f"{section.title}, {name}", clock.years * MONTHS_PER_YEAR
    months_left = hi(0, life_ends - clock.end_month + length)
    left = section.line(f"{name}.months_left", f"{title}: Life left at the start of the period", months_left, MONTH)
    share = where(left <= length, 1, ratio(length, left))
    return section.line(f"{name}.even_share", f"{title}: Share of the life left", share, RATIO)
