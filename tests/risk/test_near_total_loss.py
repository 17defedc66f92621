"""Rates near -100 %: the smaller the recovery, the lower the rate, down to a total loss; no path is left out."""

from __future__ import annotations

import pytest

import finmodel as fm
from tests.risk.deals import tiny

RISK = '[risk.price.oxide]\nkind = "gbm"\nvolatility = "20 %"\n'
YEARS = {
    "timeline.frequency": "year",
    "timeline.construction": "24 months",
    "timeline.operations": "24 months",
    "price.oxide.deck": "13 USD/kg",
    "capex.plant.profile": '["50 %", "50 %"]',
    "facility.jbic.payment_months": '["December"]',
    "facility.jbic.instalments": "1",
    "sizing.amount": "0 million USD",
}


def test_near_total_losses_are_in_the_statistics_and_not_beside_them(tmp_path):
    """50 and 50 go out, and what two years of 1,000 t bring above 10 USD/kg comes back.

    The quantiles were computed outside finmodel from the prices drawn, the rate of a path being the root of
    50 x^3 + 50 x^2 - a x - b; before, a tenth of the paths was left out and P25 was -93.31 %.
    """
    case = fm.load(tiny(tmp_path, RISK), set=YEARS)
    found = fm.simulate(case, 2_000, 1, outputs=["equity_irr", "equity_xirr"])
    rate, dated = found.metrics["equity_irr"], found.metrics["equity_xirr"]

    assert rate.mean == pytest.approx(-0.8014, abs=5e-5)
    assert [rate.quantiles["p25"], rate.quantiles["p50"]] == pytest.approx([-0.9887, -0.7961], abs=5e-5)
    assert set(rate.undefined) == set(dated.undefined) == {"total loss"}
    assert rate.defined == 1
    assert dated.mean == pytest.approx(rate.mean, abs=2e-4)
