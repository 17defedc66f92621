"""Running totals: since the start of the deal, or since the start of a tax, budget or contract year."""

from __future__ import annotations

from finmodel.base.expr import Expr, where
from finmodel.base.model import Line, Section


def to_date(section: Section, name: str, label: str, flow: Expr) -> Line:
    """The total of a flow up to and including this period."""
    line = section.ahead(name, label, flow.unit)
    return line.define(line.prev + flow)


def year_to_date(section: Section, name: str, label: str, flow: Expr, starts: Expr) -> Line:
    """The total of a flow since the last period in which `starts` is 1, that period included."""
    line = section.ahead(name, label, flow.unit)
    return line.define(where(starts, 0, line.prev) + flow)
