"""Running totals since the start of the deal or of a year, and flows that are settled a lag later."""

from __future__ import annotations

import math

from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, where
from finmodel.kernel.model import Account, Line, Section


def to_date(section: Section, name: str, label: str, flow: Expr) -> Line:
    """The total of a flow up to and including this period.

    Args:
        name: Name of the line.
        label: What it is.
        flow: A flow of each period.
    """
    line = section.ahead(name, label, flow.unit)
    return line.define(line.prev + flow)


def year_to_date(section: Section, name: str, label: str, flow: Expr, starts: Expr) -> Line:
    """The total of a flow since the last period in which `starts` is 1, that period included.

    Args:
        name: Name of the line.
        label: What it is.
        flow: A flow of each period.
    """
    line = section.ahead(name, label, flow.unit)
    return line.define(where(starts, 0, line.prev) + flow)


def settled(flow: Line, owed: Account, lag: Given, clock: Clock) -> Expr:
    """A flow paid a lag later, at the end of the period in which that falls; the last period of all pays the rest.

    Args:
        flow: What is owed in each period.
        owed: The account of what is owed.
        lag: Time until it is paid [month].
    """
    periods = math.ceil(clock.section.model.decides(lag) / clock.timeline.months)
    return where(clock.last, owed.opening + flow, flow.lag(periods))
