"""The covenant table: on each payment date of senior debt, every cover beside its levels, and what was allowed.

Levels of 0 are no covenants and are left out. A cover that is not tested on a date is not applicable there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from finmodel.present.annual import matching
from finmodel.run.results import Results

Cell = str | float | bool | None
COVERS = (
    ("dscr", "ratios.dscr"),
    ("icr", "ratios.icr"),
    ("dscr_12_months_back", "ratios.dscr_historic"),
    ("dscr_{forecast}_12_months_ahead", "ratios.dscr_forward"),
    ("llcr", "ratios.llcr"),
    ("plcr", "ratios.plcr"),
)
FLAGS = (
    ("distributions_tested", "waterfall.distributions_tested"),
    ("distributions_allowed", "waterfall.distribution_gate"),
    ("lock_up", "covenant.lock_up"),
    ("untested", "covenant.untested"),
    ("in_default", "covenant.default"),
    ("in_default_on_arrears", "waterfall.arrears_default"),
)
AMOUNTS = (
    ("senior_unpaid", "covenant.arrears_senior"),
    ("mezzanine_unpaid", "covenant.arrears_junior"),
    ("mezzanine_interest_deferred", "covenant.deferred"),
    ("reserve_short", "covenant.reserve_short"),
    ("cash_after_debt_service", "covenant.liquidity.value"),
    ("reserve", "account.dsra.closing"),
    ("locked_cash", "account.locked.closing"),
    ("swept", "waterfall.swept"),
    ("prepaid_from_locked_cash", "waterfall.locked_prepaid"),
    ("distributions", "waterfall.distributions"),
)


def covenants(result: Results) -> Iterator[Sequence[Cell]]:
    """A row of headers, then a row for each payment date of senior debt; the headers alone without such debt."""
    terms = result.case.tables.waterfall
    levels = [("lock_up_level", terms.lockup.number), ("default_level", terms.default_cover.number)]
    levels = [(name, level) for name, level in levels if level > 0]
    shown = [[(name, id) for name, id in kind if matching(result, id)] for kind in (COVERS, FLAGS, AMOUNTS)]
    ratios, flags, amounts = shown
    yield "date", "period", *(name.format(forecast=terms.forecast) for name, _ in [*ratios, *levels, *flags, *amounts])
    for at in _dates(result):
        period = result.model.timeline.periods[at]
        values = result.values
        yield (
            str(period.last_day),
            period.label,
            *(float(values[id][at]) for _, id in ratios),
            *(level for _, level in levels),
            *(bool(values[id][at]) for _, id in flags),
            *(float(values[id][at]) for _, id in amounts),
        )


def _dates(result: Results) -> list[int]:
    """Payment dates on which senior debt is owed, or a cover is tested."""
    if not matching(result, "ratios.senior_owed"):
        return []
    owed, serves = result.values["ratios.senior_owed"], result.values["waterfall.serves"]
    return [t for t, pays in enumerate(serves) if pays and (owed[t] > 0 or _tested(result, t))]


def _tested(result: Results, at: int) -> bool:
    return any(not math.isnan(result.values[id][at]) for _, id in COVERS if matching(result, id))
