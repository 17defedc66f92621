"""The date of the lowest ratio is the first on which it is lowest, but for rounding."""

from __future__ import annotations

import math
from dataclasses import replace

from finmodel.present.pages.results import _date
from tests.deal.fin import TINY, run


def test_rounding_does_not_name_a_later_date() -> None:
    """1.5, and 1.5 less 2e-13 two dates later: the first of them is the date of the lowest cover."""
    result = run(TINY)
    row = [math.nan] * len(result.values["ratios.dscr"])
    row[3], row[5] = 1.5, 1.5 - 2e-13
    changed = replace(result, values={**result.values, "ratios.dscr": row})

    assert _date(changed, "dscr_min") == f"on {result.model.timeline.periods[3].last_day}"
