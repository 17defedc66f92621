"""The OECD minimum premium rate by hand, and its horizon of risk from the terms of a loan."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.deal.cover import oecd, premium
from finmodel.deal.cover.premium import Shares
from finmodel.deal.cover.terms import OecdPremium
from finmodel.kernel.units import YEAR
from tests.deal.fin import extended, number, row, run
from tests.deal.tax_helpers import deal, evaluate, given

STANDARD, FULL = (0.95, 0.95), (1.0, 1.0)

COVER = """
[cover.nexi]
label      = "Cover"
facilities = ["jbic"]
mode       = "upfront"
share      = "95 %"

[cover.nexi.oecd]
country_category = 3
buyer_category   = "CC3"
"""

LONGER = """
[timeline]
construction = "24 months"
operations   = "120 months"

[capex.plant]
profile = ["25 %", "25 %", "25 %", "25 %"]

[facility.jbic]
instalments = 20
"""
"""The tiny loan drawn over two years and repaid over ten."""


def percent(category: int, buyer: str, horizon: float, shares: tuple[float, float] = STANDARD, **keys: object) -> float:
    """The minimum premium rate in % of the principal; `shares` cover political, then commercial risk."""
    typed = {"credit_enhancement": "0 %", "local_currency": "0 %"} | keys
    terms = OecdPremium.model_validate({"country_category": category, "buyer_category": buyer, **typed})
    for key in ("credit_enhancement", "local_currency"):
        object.__setattr__(getattr(terms, key), "id", key)  # inputs are frozen
    section = deal("half", (2, 2, 0)).model.section("cover.nexi", title="Cover")
    years = section.line("jbic.horizon", "Cover, Loan: Horizon of risk", given("years", horizon, "year"), YEAR)
    political, commercial = (given(f"share.{at}", share) for at, share in enumerate(shares))
    data = oecd.coefficients("cover.nexi.oecd", terms)
    line = premium.rate(section, terms, Shares(political, commercial), years, data)
    return 100 * float(evaluate(section.model)[line.id])


def test_a_sovereign_of_category_2_pays_2_35_percent_for_ten_years() -> None:
    """0.20 x 10 + 0.35; a sovereign bears no buyer risk."""
    assert percent(2, "SOV", 10) == pytest.approx(2.35, abs=5e-5)


def test_a_buyer_cc3_of_category_3_pays_7_72_percent_for_24_months_and_ten_years() -> None:
    """HOR = 0.5 x 2 + 10 = 11: 0.35 x 11 + 0.35 + 0.32 x 11 = 4.20 + 3.52."""
    assert percent(3, "CC3", 11) == pytest.approx(7.72, abs=5e-5)


def test_a_buyer_cc2_of_category_5_pays_14_061_percent_for_36_months_and_twelve_years() -> None:
    """HOR = 13.5: 0.74 x 13.5 + 0.75 + 0.246 x 13.5 = 10.74 + 3.321."""
    assert percent(5, "CC2", 13.5) == pytest.approx(14.061, abs=5e-5)


def test_full_cover_of_political_risk_alone_raises_the_premium_for_the_country_and_the_factor() -> None:
    """(10.74 x 1.00 / 0.95 + 3.321) x 1.03657."""
    assert percent(5, "CC2", 13.5, (1.0, 0.95)) == pytest.approx(15.1611, abs=5e-5)


def test_full_cover_of_both_risks_raises_the_premium_for_the_buyer_too() -> None:
    """(10.74 + 3.321) / 0.95 x 1.03657."""
    assert percent(5, "CC2", 13.5, FULL) == pytest.approx(15.3423, abs=5e-5)


def test_enhancement_lowers_the_premium_for_the_buyer_and_a_long_speculative_term_the_whole() -> None:
    """HOR = 13: (0.20 x 13 + 0.35 + 0.459 x 13 x 0.75) x (1 - 0.018 x 3)."""
    rate = percent(2, "CC4", 13, credit_enhancement="25 %", speculative=True)

    assert rate == pytest.approx(7.0243, abs=5e-5)


def test_the_term_is_adjusted_by_15_percent_at_most_and_not_at_all_up_to_ten_years() -> None:
    """At 20 years 0.018 x 10 = 0.18, so 0.15: (0.20 x 20 + 0.35) x 0.85."""
    assert percent(2, "SOV", 20, speculative=True) == pytest.approx(3.6975)
    assert percent(2, "SOV", 10, speculative=True) == pytest.approx(2.35)


def test_cover_below_the_standard_costs_in_proportion() -> None:
    """7.72 x 0.90 / 0.95."""
    assert percent(3, "CC3", 11, (0.9, 0.9)) == pytest.approx(7.72 * 0.9 / 0.95)


def test_cover_of_half_the_step_to_full_cover_bears_half_the_factor() -> None:
    """(2.35 x 0.975 / 0.95) x (1 + 0.5 x 0.00337)."""
    assert percent(2, "SOV", 10, (0.975, 0.975)) == pytest.approx(2.35 * 0.975 / 0.95 * 1.001685)


def test_debt_in_local_currency_lowers_the_premium_for_the_country_alone() -> None:
    """4.20 x (1 - 20 %) + 3.52."""
    assert percent(3, "CC3", 11, local_currency="20 %") == pytest.approx(6.88)


@pytest.mark.parametrize(("quality", "factor"), [("below", 0.985), ("standard", 1.0), ("above", 1.015)])
def test_the_quality_of_the_product_multiplies_the_premium_of_category_3(quality: str, factor: float) -> None:
    assert percent(3, "CC3", 11, quality=quality) == pytest.approx(7.72 * factor)


def test_a_buyer_better_than_its_sovereign_pays_a_tenth_less() -> None:
    assert percent(2, "SOV+", 10) == pytest.approx(2.115)


def test_every_rated_buyer_of_a_country_costs_more_than_the_one_before() -> None:
    """Category 7 rates buyers as far as CC2, category 1 as far as CC5."""
    for category in range(1, 8):
        rated = [buyer for buyer, risks in oecd.BUYER_RISK.items() if len(risks) >= category]
        rates = [percent(category, buyer, 10) for buyer in rated if buyer not in ("SOV", "CC0")]

        assert rates == sorted(set(rates))


def test_a_loan_drawn_over_24_months_and_repaid_over_ten_years_has_a_horizon_of_11_years(tmp_path: Path) -> None:
    """Half-yearly instalments live 5.25 years on average: (5.25 - 0.25) / 0.5 + 0.5 x 2."""
    result = run(extended(tmp_path, LONGER + COVER))

    assert number(result, "cover.nexi.jbic.average_life") == pytest.approx(5.25)
    assert number(result, "cover.nexi.jbic.horizon") == pytest.approx(11)
    assert number(result, "cover.nexi.jbic.rate") == pytest.approx(0.0772)


def test_the_rate_is_on_the_whole_commitment_for_the_formula_holds_the_share_of_cover(tmp_path: Path) -> None:
    """60 x 7.72 % at financial close."""
    result = run(extended(tmp_path, LONGER + COVER))

    assert row(result, "cover.premium") == pytest.approx([60 * 0.0772, *[0] * 23])


def test_a_bullet_counts_as_the_instalments_of_the_same_average_life(tmp_path: Path) -> None:
    """All of it after ten years: (10 - 0.25) / 0.5 + 0.5 x 2 = 20.5."""
    text = LONGER.replace("instalments = 20", 'instalments = 20\nprofile = "bullet"')
    result = run(extended(tmp_path, text + COVER))

    assert number(result, "cover.nexi.jbic.horizon") == pytest.approx(20.5)


def test_shares_by_risk_take_the_place_of_the_one_share(tmp_path: Path) -> None:
    """Category 3: (4.20 / 0.95 + 3.52) x 1.00489."""
    text = COVER.replace('share      = "95 %"', 'share = "95 %"\npolitical = "100 %"')
    result = run(extended(tmp_path, LONGER + text))

    assert number(result, "cover.nexi.jbic.rate") == pytest.approx((4.2 / 0.95 + 3.52) * 1.00489 / 100)


def test_a_high_income_country_pays_its_benchmark_on_the_commitment(tmp_path: Path) -> None:
    text = COVER.replace("= 3", "= 0").replace('buyer_category   = "CC3"', 'benchmark = "2 %"')
    result = run(extended(tmp_path, text))

    assert row(result, "cover.premium") == pytest.approx([60 * 0.02, *[0] * 11])


def test_the_formula_names_the_arrangement_as_the_source_of_its_coefficients() -> None:
    terms = OecdPremium.model_validate({"country_category": 3, "buyer_category": "CC3"})
    data = oecd.coefficients("cover.nexi.oecd", terms)

    assert data.country_risk.source == "Regulation (EU) 1233/2011, annex VI, as of 2023-12-31"
    assert data.buyer_risk.source == "OECD Arrangement, TAD/PG(2023)7, annex VI, by way of one public calculator"
