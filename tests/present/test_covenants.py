"""The covenant table by date, on the tiny loan."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from finmodel.present.annual import CASH, MORE, by_year
from finmodel.present.covenant_table import covenants
from tests.deal.fin import TINY, extended, run, shock
from tests.deal.test_ratios import SERVICE


def table(levels: dict[str, str], text: str = "", folder: Path | None = None) -> list[dict[str, Any]]:
    """The rows of the table as dictionaries."""
    case = TINY if folder is None else extended(folder, text)
    head, *rows = covenants(run(case, levels))
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_each_payment_date_has_its_covers_beside_the_levels() -> None:
    """At 1.75x: 2028H1 is locked on the plan's 1.7203x; 2029H1 on the 1.7203x of the year behind it."""
    rows = table({"waterfall.lockup": "1.75x"})
    first, third = rows[0], rows[2]

    assert [row["period"] for row in rows] == [f"{year}H{half}" for year in range(2028, 2032) for half in (1, 2)]
    assert (first["date"], third["date"]) == ("2028-06-30", "2029-06-30")
    assert first["dscr"] == pytest.approx(15 / SERVICE[0])
    assert math.isnan(first["dscr_12_months_back"])
    assert first["dscr_plan_12_months_ahead"] == pytest.approx(30 / (SERVICE[1] + SERVICE[2]))
    assert third["dscr_12_months_back"] == pytest.approx(30 / (SERVICE[1] + SERVICE[2]))
    assert {row["lock_up_level"] for row in rows} == {1.75}
    assert [row["distributions_allowed"] for row in rows[:4]] == [False, True, False, True]
    assert first["locked_cash"] == pytest.approx(1e6 * (15 - SERVICE[0]))


def test_a_level_of_nothing_is_no_covenant() -> None:
    assert {"lock_up_level", "default_level"} & set(table({})[0]) == set()


def test_what_is_not_paid_and_a_default_stand_on_their_dates(tmp_path: Path) -> None:
    """Operations lose 10 in 2029H1, the third date."""
    rows = table({"waterfall.default_cover": "1.05x"}, shock({4: 25}), tmp_path)

    assert rows[2]["senior_unpaid"] == pytest.approx(1e6 * SERVICE[2])
    assert [row["in_default"] for row in rows[1:4]] == [False, True, True]


def test_a_deal_without_debt_has_headers_alone(tmp_path: Path) -> None:
    assert table({}, 'remove = ["facility.jbic", "sizing.amount"]', tmp_path) == []


def test_the_table_by_year_has_what_few_deals_have(tmp_path: Path) -> None:
    """Half of what 2028H1 leaves and of the next date is swept; a deal without a sweep has no such column."""
    result = run(extended(tmp_path, '[waterfall.sweep]\nshare = "50 %"\n'))
    found = by_year(result, (*CASH, *MORE), 12)
    titles = [column.title for column in found.columns]
    swept = dict(zip(titles, found.values, strict=True))["Senior prepaid"]

    assert swept[1] == pytest.approx(sum(result.values["waterfall.swept"][2:4]))
    assert "Senior prepaid" not in [column.title for column in by_year(run(TINY), (*CASH, *MORE), 12).columns]
