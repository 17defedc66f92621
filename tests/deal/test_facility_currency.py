"""Loans in another currency, by hand: balances kept in it, exchange differences in profit and in tax, and sizing.

A mezzanine of 1,500 million JPY beside the tiny loan: 10 million USD at 150 JPY/USD. Half-years from 2027H1; the yen
is worth 1/150 USD to the end of 2028 and 1/120 from 2029.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.deal.fin import MEZZANINE, extended, failed, interest, metric, pure, row, run

RATES = """
[fx]
jpy_per_usd = { 2027-01-01 = "150 JPY/USD", 2029-01-01 = "120 JPY/USD" }
"""
YEN = RATES + MEZZANINE.replace('"10 million USD"', '"1,500 million JPY"\ncurrency = "JPY"')
BALANCE = [1500 - 187.5 * number for number in range(9)]
"""Million JPY owed after each of eight repayments."""


def test_a_balance_is_kept_in_its_own_currency_whatever_the_rate_does(tmp_path: Path) -> None:
    """750 + 750 drawn, 187.5 repaid on each date; in USD 1,125 / 150 = 7.5 at the end of 2028, 937.5 / 120 after."""
    result = run(extended(tmp_path, YEN))

    assert row(result, "facility.mezzanine.outstanding.own")[:10] == pytest.approx([750, *BALANCE])
    assert row(result, "facility.mezzanine.outstanding.closing")[3:5] == pytest.approx([7.5, 937.5 / 120])
    assert row(result, "facility.mezzanine.repayment")[2:5] == pytest.approx([1.25, 1.25, 187.5 / 120])
    assert failed(result) == set()


def test_interest_is_paid_at_the_rate_of_its_period(tmp_path: Path) -> None:
    """5 % of 1,125 million JPY in the first half of 2029, at 120."""
    result = run(extended(tmp_path, YEN))

    assert row(result, "facility.mezzanine.interest_paid")[4] == pytest.approx(0.05 * 1125 / 120)


def test_the_difference_on_exchange_is_a_loss_when_the_yen_rises_over_what_is_owed(tmp_path: Path) -> None:
    """1,125 million JPY x (1/120 - 1/150) = 1.875 in 2029H1, and nothing in any other period."""
    result = run(extended(tmp_path, YEN))

    assert row(result, "facility.mezzanine.net_exchange_loss") == pytest.approx([0, 0, 0, 0, 1.875, *[0] * 7])
    assert row(result, "income.net_exchange_difference_on_loans")[4] == pytest.approx(-1.875)
    assert row(result, "checks.balance_sheet") == pytest.approx([0] * 12, abs=1e-12)


TAX = '[entity.spv]\ntax_rate = "30 %"\n'


@pytest.mark.parametrize("when", ["realised", "accrued", "none"])
def test_tax_counts_the_loss_when_it_is_realised_or_as_it_arises(when: str, tmp_path: Path) -> None:
    """1.875 at once, or 187.5 x (1/120 - 1/150) = 0.3125 with each of the six repayments of 2029 to 2031."""
    result = run(extended(tmp_path, f'{YEN}exchange_tax = "{when}"\n{TAX}'))
    base = run(
        extended(tmp_path / "x" if (tmp_path / "x").mkdir() is None else tmp_path, f'{YEN}exchange_tax = "none"\n{TAX}')
    )
    counted = row(base, "taxable.net_income.spv") - row(result, "taxable.net_income.spv")
    by_hand = {"realised": [0] * 4 + [0.3125] * 6 + [0] * 2, "accrued": [0] * 4 + [1.875] + [0] * 7, "none": [0] * 12}

    assert counted == pytest.approx(by_hand[when], abs=1e-9)


def test_what_is_realised_over_the_life_is_what_arose(tmp_path: Path) -> None:
    """Interest accrued between payment dates and a yen that moves in construction too."""
    moving = """
    [fx.jpy_per_usd]
    2027-01-01 = "150 JPY/USD"
    2027-07-01 = "140 JPY/USD"
    2028-07-01 = "160 JPY/USD"
    2030-01-01 = "110 JPY/USD"
    """
    result = run(extended(tmp_path, moving + YEN.removeprefix(RATES)))
    arose = row(result, "facility.mezzanine.net_exchange_loss").sum()

    assert abs(arose) > 0.1
    assert row(result, "facility.mezzanine.net_exchange_realised").sum() == pytest.approx(arose)
    assert failed(result) - {"junior_paid"} == set()


SENIOR = (
    RATES
    + """
remove = ["sizing.amount"]
[facility.jbic]
profile   = "sculpted"
share     = "60 %"
day_count = "months"
[facility.yen]
label          = "Yen loan"
lender         = "Example bank"
country        = "Japan"
rank           = "senior"
currency       = "JPY"
share          = "40 %"
rate           = "2 % p.a."
day_count      = "months"
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 8
profile        = "sculpted"
[capex.plant]
amount = "200 million USD"
"""
)


def without(text: str) -> str:
    """The text with its line of removals first: keys of the case stand before tables."""
    removal = 'remove = ["sizing.amount"]\n'
    return removal + text.replace(removal, "")


def test_senior_debt_in_yen_is_sculpted_in_dollars(tmp_path: Path) -> None:
    """Backward, per unit of close: X(t-1) = (c + P X(t)) / (P + R), P = 0.6 + 0.4 g, R = 0.6 x 2.5 % + 0.4 g x 1 %.

    g is 1 on the two dates of 2028 and 150/120 on the six after; c = 15 / 1.30.
    """
    result = run(extended(tmp_path, without(SENIOR)))
    value = 0.0
    for gain in [1.25] * 6 + [1.0] * 2:
        worth, rate = 0.6 + 0.4 * gain, 0.6 * 0.025 + 0.4 * gain * 0.01
        value = (15 / 1.30 + worth * value) / (worth + rate)
    debt = metric(result, "debt.jbic") + metric(result, "debt.yen")

    assert debt / 1e6 == pytest.approx(value, rel=1e-9)
    assert row(result, "facility.yen.outstanding.own")[1] == pytest.approx(0.4 * value * 150)
    assert pure(result, "ratios.dscr.value")[2:10] == pytest.approx([1.30] * 8, abs=1e-9)
    assert pure(result, "ratios.llcr.value")[1:9] == pytest.approx([1.30] * 8, abs=1e-9)
    assert failed(result) == set()


def test_two_currencies_and_no_sculpting_are_sized_by_the_worst_date(tmp_path: Path) -> None:
    """Equal parts of 1/8: the third date, the first at 120, asks most: 0.6 (1/8 + 2.5 % x 6/8) + 0.5 (1/8 + 1 % x 6/8).

    On the first it is 0.6 (1/8 + 2.5 %) + 0.4 (1/8 + 1 %) = 0.144; on the third 0.1525.
    """
    text = without(SENIOR).replace('"sculpted"', '"equal"')
    result = run(extended(tmp_path, text))
    debt = metric(result, "debt.jbic") + metric(result, "debt.yen")

    assert debt / 1e6 == pytest.approx(
        15 / 1.30 / (0.6 * (1 / 8 + 0.025 * 6 / 8) + 0.5 * (1 / 8 + 0.01 * 6 / 8)), rel=1e-9
    )
    assert metric(result, "dscr_min") == pytest.approx(1.30, abs=1e-9)


def test_a_loan_in_yen_at_a_still_rate_is_the_loan_in_dollars(tmp_path: Path) -> None:
    still = '\n[fx]\njpy_per_usd = "150 JPY/USD"\n'
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    yen = run(extended(tmp_path / "a", still + YEN.removeprefix(RATES)))
    dollars = run(extended(tmp_path / "b", MEZZANINE))

    assert row(yen, "facility.mezzanine.outstanding.closing") == pytest.approx(
        row(dollars, "facility.mezzanine.outstanding.closing")
    )
    assert metric(yen, "equity_irr") == pytest.approx(metric(dollars, "equity_irr"), abs=1e-12)
    assert row(yen, "facility.mezzanine.net_exchange_loss") == pytest.approx([0] * 12, abs=1e-12)


def test_overdue_interest_and_principal_stay_owed_in_their_currency(tmp_path: Path) -> None:
    """A yen senior loan alone, unpaid in 2028H2: what is overdue is worth more when the yen rises in 2029H1."""
    text = (
        RATES
        + """
    [facility.jbic]
    currency = "JPY"
    [extra_lines]
    other_cost = '''where((time.number > 3) & (time.number <= 4), "15 million USD", "0 USD")'''
    """
    )
    result = run(extended(tmp_path, text))
    unpaid = interest(60 - 7.5, 3)

    assert row(result, "facility.jbic.overdue.closing")[3] == pytest.approx(unpaid)
    assert row(result, "facility.jbic.overdue.opening")[4] == pytest.approx(unpaid * 1.25)
    assert row(result, "facility.jbic.principal_overdue")[4] == pytest.approx(7.5 * 1.25)
    assert np.abs(row(result, "checks.balance_sheet")).max() < 1e-12
    assert np.abs(row(result, "checks.cash_conserved")).max() < 1e-12
