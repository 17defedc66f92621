"""Parameters at both ends of their range, on the same draws."""

from __future__ import annotations

import pytest

from finmodel.analysis.bands import bands
from finmodel.cli.command import command
from finmodel.kernel.errors import FinmodelError
from tests.risk.deals import tiny


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("risk")))


def test_the_middle_of_a_band_is_the_case_as_it_stands(deal):
    """Volatility is 40 % in the case: a band from 40 to 40 % moves nothing, on the same draws."""
    table = bands(deal, {"risk.price.oxide.volatility": ("40 %", "40 %")}, 2_000, 3)
    (_, low), (_, high) = table.ends["risk.price.oxide.volatility"]

    assert low.metrics == table.base.metrics == high.metrics


def test_more_volatility_spreads_results(deal):
    table = bands(deal, {"risk.price.oxide.volatility": ("10 %", "60 %")}, 2_000, 3)
    (_, low), (_, high) = table.ends["risk.price.oxide.volatility"]

    assert low.metrics["npv_post_tax"].sd < table.base.metrics["npv_post_tax"].sd < high.metrics["npv_post_tax"].sd


def test_the_page_shows_a_row_for_each_end(deal, capsys):
    words = [
        "--band",
        "risk.price.oxide.volatility=10 % to 60 %",
        "--band",
        "risk.price.oxide.reversion=0 % p.a. to 1 % p.a.",
    ]

    assert command(["risk", deal, "--paths", "1000", *words]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert "price.oxide.volatility" in shown
    assert "60 %" in shown


def test_a_band_of_anything_else_is_refused(deal, capsys):
    with pytest.raises(FinmodelError, match=r"a parameter of \[risk\]"):
        bands(deal, {"price.oxide.deck": ("30 USD/kg", "50 USD/kg")}, 10)
    assert command(["risk", deal, "--band", "risk.price.oxide.volatility=10 %"]) == 2
    assert "--band wants KEY=LOW to HIGH" in capsys.readouterr().err
