"""Receivables and payables by days, worked by hand and on random days."""

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.errors import CaseError
from tests.deal.ops import cost, deal, quarters, read, share, timeline

POWER = cost('per_year = "365,000 USD/year"\npayment_days = "30 days"')


def spot(days: int) -> str:
    """The days after which spot buyers of ore pay."""
    return f'[product.ore]\npayment_days = "{days} days"\n'


def test_bills_of_the_last_days_of_a_period_are_open_at_its_end(tmp_path: Path) -> None:
    """73 of 365 days of 1,000,000 USD: 200,000 are open; 800,000 come in the first year, 1,000,000 in the next."""
    small = deal(tmp_path, spot(73))

    assert small.at("working.receivable", ["2029", "2030"]) == pytest.approx([200_000, 200_000])
    assert small.at("working.received", ["2029", "2030"]) == pytest.approx([800_000, 1_000_000])


def test_receivable_unwinds_after_the_last_sale(tmp_path: Path) -> None:
    """73 of 366 days of the leap year 2032 come in 2033, and nothing is left."""
    small = deal(tmp_path, spot(73))

    assert small.at("working.received", ["2033", "2034"]) == pytest.approx([1_000_000 * 73 / 366, 0])
    assert small.at("working.receivable", ["2033", "2034"]) == pytest.approx([0, 0])


def test_days_beyond_a_period_reach_back_into_the_one_before(tmp_path: Path) -> None:
    """250,000 USD a quarter, 120 days before April 2030: all 90 days of the first quarter, 30 of the 92 before it."""
    small = deal(tmp_path, timeline("quarter") + spot(120))

    assert small.at("working.receivable", ["2030Q1"]) == pytest.approx([250_000 * (1 + 30 / 92)])


def test_days_reach_back_no_further_than_the_first_sale(tmp_path: Path) -> None:
    """120 days at the end of the first quarter of 2029: its 90 days are open, and nothing was sold before."""
    small = deal(tmp_path, timeline("quarter") + spot(120))

    assert small.at("working.receivable", ["2029Q1"]) == pytest.approx([250_000])


def test_payment_after_exactly_one_period_comes_in_the_next(tmp_path: Path) -> None:
    """365 days: what is billed in 2029 is received in 2030."""
    small = deal(tmp_path, spot(365))

    assert small.at("working.received", ["2029", "2030"]) == pytest.approx([0, 1_000_000])


def test_payable_lowers_what_is_paid_to_suppliers(tmp_path: Path) -> None:
    """365,000 USD a year, 30 days open: 335,000 paid in 2029, 365,000 in 2030; the rest of 2032 in 2033."""
    small = deal(tmp_path, POWER)

    assert small.at("working.payable", ["2029", "2030"]) == pytest.approx([30_000, 30_000])
    assert small.at("working.paid", ["2029", "2030"]) == pytest.approx([335_000, 365_000])
    assert small.at("working.paid", ["2033"]) == pytest.approx([365_000 * 30 / 366])


def test_each_sale_has_its_own_days(tmp_path: Path) -> None:
    """400,000 USD by contract after 36.5 days and 600,000 spot at once: 40,000 are open."""
    small = deal(tmp_path, share("40 %", more='payment_days = "36.5 days"'))

    assert small.at("working.receivable.offtake.buyer.ore", ["2029"]) == pytest.approx([40_000])
    assert small.at("working.receivable", ["2029"]) == pytest.approx([40_000])


def test_no_days_mean_no_balance(tmp_path: Path) -> None:
    """Everything is paid when it is billed."""
    small = deal(tmp_path, cost('per_year = "365,000 USD/year"'))

    assert small["working.receivable"].max() == small["working.payable"].max() == 0
    assert small.at("operations.net_cash") == pytest.approx([635_000] * 4)


def test_leap_day_shortens_what_is_open(tmp_path: Path) -> None:
    """30 days of the first quarter: 30/91 of it in the leap year 2032, 30/90 in 2031."""
    small = deal(tmp_path, timeline("quarter") + spot(30))

    when = [quarters(2031)[0], quarters(2032)[0]]
    assert small.at("working.receivable", when) == pytest.approx([250_000 / 3, 250_000 * 30 / 91])


DEFICIENCY = """
[offtake.buyer]
label = "Buyer"
products = ["ore"]
quantity = "100 t/year"
take_or_pay = "90 %"
demand = "60 %"
start = 2029-01-01
term = "48 months"
payment_days = "{days} days"
"""


@pytest.mark.parametrize(("days", "open_at"), [(30, ["Q4"]), (90, ["Q4"]), (91, ["Q4", "Q1"])])
def test_deficiency_billed_on_the_last_day_of_a_year_is_open_until_its_days_have_passed(
    tmp_path: Path, days: int, open_at: list[str]
) -> None:
    """30 t × 10 USD/kg at the end of 2029: all of it is open at period ends before its day, the 90th is 31 March."""
    small = deal(tmp_path, timeline("quarter") + DEFICIENCY.format(days=days))
    when = {"Q4": "2029Q4", "Q1": "2030Q1", "Q2": "2030Q2"}

    expected = [300_000 if quarter in open_at else 0 for quarter in when]
    assert small.at("working.receivable.offtake.buyer.deficiency", list(when.values())) == pytest.approx(expected)
    assert small["working.received"].sum() == pytest.approx(small["sales.billed"].sum())


@pytest.mark.parametrize("frequency", ["month", "quarter", "half", "year"])
def test_all_that_is_billed_is_received_and_paid(tmp_path: Path, frequency: str) -> None:
    """Any days, at any frequency: no balance is negative, and none is left at the end."""
    draw = np.random.default_rng(len(frequency))
    days = [int(day) for day in draw.integers(1, 720, 6)]
    for number in range(3):
        changes = timeline(frequency) + spot(days[number]) + POWER.replace("30 days", f"{days[number + 3]} days")
        small = deal(tmp_path, changes)

        for balance in ("receivable", "payable"):
            assert small[f"working.{balance}"].min() >= -1e-6
            assert small[f"working.{balance}"][-1] == pytest.approx(0, abs=1e-6)
        assert small["working.received"].sum() == pytest.approx(small["sales.billed"].sum())
        assert small["working.paid"].sum() == pytest.approx(small["costs.billed"].sum())


def test_payment_days_cannot_change_in_the_sizing_case(tmp_path: Path) -> None:
    """How far back a receivable reaches is a matter of structure."""
    with pytest.raises(CaseError, match="shapes the model"):
        read(tmp_path, spot(0) + '[sizing.case]\nproduct.ore.payment_days = "120 days"\n')


BUYER_IN_YEN = share(more='payment_days = "73 days"\ncurrency = "JPY"\n')


def test_bills_in_a_foreign_currency_gain_or_lose_by_the_rate_until_they_are_paid(tmp_path: Path) -> None:
    """200,000 USD are open at the end of 2029, at 100 JPY/USD 20 million JPY. At 125 in 2030 they are worth 160,000.

    2030 receives 1,000,000 + 200,000 − 200,000 of new bills less the 40,000 lost; all of it is taxed as it arises.
    """
    yen = '[fx.jpy_per_usd]\n2028-01-01 = "100 JPY/USD"\n2030-01-01 = "125 JPY/USD"\n'
    small = deal(tmp_path, BUYER_IN_YEN + yen)

    assert small.at("working.receivable_own.offtake.buyer.ore", ["2029", "2030"]) == pytest.approx([20e6, 25e6])
    assert small.at("working.net_exchange.offtake.buyer.ore") == pytest.approx([0, -40_000, 0, 0])
    assert small.at("working.received", ["2029", "2030"]) == pytest.approx([800_000, 960_000])
    assert small.at("working.receivable", ["2030"]) == pytest.approx([200_000])
    assert fm.run(read(tmp_path, BUYER_IN_YEN + yen)).passed


def test_loss_of_a_buyer_in_default_is_at_the_rate_of_its_date(tmp_path: Path) -> None:
    """20 million JPY are open at the end of 2029; half is lost in 2030, at 125 JPY/USD: 80,000 USD."""
    yen = '[fx.jpy_per_usd]\n2028-01-01 = "100 JPY/USD"\n2030-01-01 = "125 JPY/USD"\n'
    gone = 'default_date = 2030-01-01\ndefault_loss = "50 %"\n'
    result = fm.run(read(tmp_path, BUYER_IN_YEN + gone + yen))

    assert float(result["working.written_off"][2]) == pytest.approx(80_000)
    assert result.passed


def test_currency_at_a_flat_rate_changes_nothing(tmp_path: Path) -> None:
    small = deal(tmp_path, BUYER_IN_YEN + '[fx]\njpy_per_usd = "100 JPY/USD"\n')

    assert small.at("working.received", ["2029", "2030"]) == pytest.approx([800_000, 1_000_000])
    assert "working.receivable_own.offtake.buyer.ore" not in small.model.lines
