"""The table of a simulation: what leads it, and what stands beside a rate of return."""

from __future__ import annotations

import pytest

import finmodel as fm
from finmodel.present.grid import Grid
from finmodel.present.pages.risk import page
from tests.risk.deals import tiny


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    """The results of a small deal over 200 paths."""
    summary = fm.simulate(tiny(tmp_path_factory.mktemp("risk")), 200, 1).summary
    return next(block for block in page(summary).renderables if isinstance(block, Grid))


def test_medians_lead_means_in_the_table_of_a_simulation(table: Grid) -> None:
    """A mean of rates with total losses in it says little: it comes last, with its error."""
    assert table.title == "Results over all paths"
    assert list(table.headers[:3]) == ["", "Base case", "Median"]
    assert list(table.headers[-2:]) == ["Mean", "s.e."]
    assert [header for header in table.headers if header.startswith("P")] == ["P5", "P25", "P75", "P95"]


def test_present_value_and_multiple_stand_beside_the_rates_of_return(table: Grid) -> None:
    """Unasked, a simulation shows the rate and the multiple of each class, and the project's present value."""
    names = [str(row[0]) for row in table.rows]

    assert "Equity IRR" in names
    assert any(name.startswith("Project net present value") for name in names)
    rates = {name.removesuffix(": IRR") for name in names if name.endswith(": IRR")}
    multiples = {name.removesuffix(": Multiple") for name in names if name.endswith(": Multiple")}
    assert rates and rates == multiples
