"""Capital cost, sustaining capital, grants and book value, worked by hand and on random plants."""

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.errors import CaseError
from tests.deal.ops import YEARS, by_date, deal, read, timeline

BUILT = '[timeline]\nfinancial_close = 2027-01-01\nconstruction = "24 months"\n'
"""Two years of construction, 2027 and 2028, before the same operations."""

BUILD = ["2027", "2028", *YEARS]


def grant(share: str = "50 %", ceiling: str = "1 million USD", more: str = "", name: str = "aid") -> str:
    """Public money for the mine plant."""
    rows = f'payer = "Ministry"\ncapex = "mine"\nshare = "{share}"\nceiling = "{ceiling}"\n{more}'
    return f'[grant.{name}]\nlabel = "Grant {name}"\n{rows}\n'


def sustaining(start: str = "2030-01-01", share: str = "2 % p.a.", inflation: str = "") -> str:
    """Yearly capital in operation."""
    return f'[capex.mine.sustaining]\nshare = "{share}"\nstart = {start}\n{inflation}\n'


PLANT = '[capex.mine]\namount = "100,000 USD"\nprofile = ["40 %", "60 %"]\n'


def test_profile_spends_the_amount_over_construction(tmp_path: Path) -> None:
    """40 and 60 % of 100,000 USD."""
    small = deal(tmp_path, BUILT + PLANT)

    assert small.at("capex.spent", BUILD) == pytest.approx([40_000, 60_000, 0, 0, 0, 0])


def test_one_share_is_spent_in_the_first_period(tmp_path: Path) -> None:
    """A profile of "100 %" in two years of construction."""
    small = deal(tmp_path, BUILT + '[capex.mine]\namount = "100,000 USD"\n')

    assert small.at("capex.spent", BUILD) == pytest.approx([100_000, 0, 0, 0, 0, 0])


def test_foreign_cost_is_converted_at_the_rate_of_its_spending(tmp_path: Path) -> None:
    """10,000,000 JPY: 40 % at 100 JPY/USD, 60 % at 125."""
    rate = by_date({"2027-01-01": "100 JPY/USD", "2028-01-01": "125 JPY/USD"})
    small = deal(tmp_path, f"{BUILT}[fx]\njpy_per_usd = {rate}\n{PLANT.replace('100,000 USD', '10,000,000 JPY')}")

    assert small.at("capex.spent", ["2027", "2028"]) == pytest.approx([40_000, 48_000])


def test_book_value_falls_on_a_straight_line_from_completion_to_nothing(tmp_path: Path) -> None:
    """100,000 USD over a life of 4 years."""
    small = deal(tmp_path, BUILT + PLANT)

    assert small.at("capex.depreciation", BUILD) == pytest.approx([0, 0, 25_000, 25_000, 25_000, 25_000])
    assert small.at("capex.book_value", BUILD) == pytest.approx([40_000, 100_000, 75_000, 50_000, 25_000, 0])


def test_rest_of_a_longer_life_is_written_off_when_operations_end(tmp_path: Path) -> None:
    """A life of 10 years: 10,000 a year, and 70,000 in the fourth and last."""
    small = deal(tmp_path, BUILT + PLANT + 'life = "10 years"\n')

    assert small.at("capex.depreciation") == pytest.approx([10_000, 10_000, 10_000, 70_000])
    assert small.at("capex.book_value", ["2032", "2034"]) == pytest.approx([0, 0])


def test_shorter_life_ends_before_operations(tmp_path: Path) -> None:
    """A life of 2.5 years: 40,000, 40,000 and the 20,000 that are left."""
    small = deal(tmp_path, BUILT + PLANT + 'life = "2.5 years"\n')

    assert small.at("capex.depreciation") == pytest.approx([40_000, 40_000, 20_000, 0])


def test_sustaining_capital_starts_on_its_day_and_grows_with_its_index(tmp_path: Path) -> None:
    """2 % of 100,000 USD from 2030, at 1.21, 1.331 and 1.4641 of the prices of 2028; none after operations."""
    small = deal(tmp_path, BUILT + PLANT + sustaining(inflation='inflation = "us"'))

    assert small.at("capex.sustaining", [*YEARS, "2033"]) == pytest.approx([0, 2_420, 2_662, 2_928.2, 0])
    assert small.at("operations.net_cash", ["2030"]) == pytest.approx([1_000_000 - 2_420])


def test_sustaining_capital_of_a_quarter_is_a_quarter_of_the_year(tmp_path: Path) -> None:
    """500 USD a quarter on 100,000 USD at 2 % a year."""
    plant = '[capex.mine]\namount = "100,000 USD"\n'
    small = deal(tmp_path, timeline("quarter") + plant + sustaining())

    assert small.at("capex.sustaining", ["2029Q4", "2030Q1", "2030Q2"]) == pytest.approx([0, 500, 500])


def test_sustaining_capital_is_written_off_over_the_life_that_is_left(tmp_path: Path) -> None:
    """2,000 USD at the end of 2030 over 2031 and 2032, 2,000 of 2031 over 2032, 2,000 of 2032 at once."""
    small = deal(tmp_path, BUILT + PLANT + sustaining())

    assert small.at("capex.depreciation") == pytest.approx([25_000, 25_000, 26_000, 30_000])
    assert small.at("capex.book_value", ["2032"]) == pytest.approx([0], abs=1e-9)


def test_grant_pays_its_share_of_eligible_cost(tmp_path: Path) -> None:
    """50 % of 90 % of 40,000 and 60,000 USD."""
    small = deal(tmp_path, BUILT + PLANT + grant(more='eligible = "90 %"'))

    assert small.at("grant.aid.earned", BUILD) == pytest.approx([18_000, 27_000, 0, 0, 0, 0])
    assert small.at("grant.aid.received", BUILD) == pytest.approx([18_000, 27_000, 0, 0, 0, 0])


def test_grant_stops_at_its_ceiling(tmp_path: Path) -> None:
    """20,000 USD are earned in 2027, and 5,000 up to the ceiling of 25,000."""
    small = deal(tmp_path, BUILT + PLANT + grant(ceiling="25,000 USD"))

    assert small.at("grant.aid.earned", BUILD) == pytest.approx([20_000, 5_000, 0, 0, 0, 0])


def test_ceiling_in_yen_meets_cost_in_dollars_at_the_rate_of_the_day(tmp_path: Path) -> None:
    """20,000 USD are 2.0m JPY at 100; 30,000 USD are 3.75m JPY at 125, of which 3.0m are left: 24,000 USD."""
    rate = by_date({"2027-01-01": "100 JPY/USD", "2028-01-01": "125 JPY/USD"})
    small = deal(tmp_path, f"{BUILT}[fx]\njpy_per_usd = {rate}\n{PLANT}{grant(ceiling='5 million JPY')}")

    assert small.at("grant.aid.earned_own", ["2027", "2028"]) == pytest.approx([2e6, 3e6])
    assert small.at("grant.aid.earned", ["2027", "2028"]) == pytest.approx([20_000, 24_000])


def test_grant_is_received_a_lag_after_it_is_earned(tmp_path: Path) -> None:
    """18 months are two years of a yearly timeline: a receivable of 20,000, then 50,000, then 30,000 USD."""
    small = deal(tmp_path, BUILT + PLANT + grant(more='lag = "18 months"'))

    assert small.at("grant.aid.received", BUILD) == pytest.approx([0, 0, 20_000, 30_000, 0, 0])
    assert small.at("grant.aid.receivable.closing", BUILD) == pytest.approx([20_000, 50_000, 30_000, 0, 0, 0])


def test_grant_reduces_the_basis_for_books_and_tax(tmp_path: Path) -> None:
    """Half of 100,000 USD is granted: 50,000 are written off, 12,500 a year."""
    small = deal(tmp_path, BUILT + PLANT + grant())

    assert small.at("tax_basis.mining", ["2027", "2028"]) == pytest.approx([20_000, 30_000])
    assert small.at("capex.depreciation") == pytest.approx([12_500] * 4)
    assert small.at("capex.book_value", ["2028", "2032"]) == pytest.approx([50_000, 0])


def test_two_grants_together_take_at_most_half_of_the_cost(tmp_path: Path) -> None:
    """30 % and 20 % of 100,000 USD are half of it; 50 % and 40 % are refused."""
    small = deal(tmp_path, BUILT + PLANT + grant("30 %") + grant("20 %", name="more"))

    assert small["grant.aid.earned"].sum() + small["grant.more.earned"].sum() == pytest.approx(50_000)
    with pytest.raises(CaseError, match="grants pay 90 % of"):
        read(tmp_path, BUILT + PLANT + grant() + grant("40 %", name="more"))


@pytest.mark.parametrize("seed", range(20))
def test_all_that_is_spent_net_of_grants_is_written_off_once(tmp_path: Path, seed: int) -> None:
    """Any profile, life, grant and sustaining capital by half-year: book value is never negative and ends at 0."""
    draw = np.random.default_rng(seed)
    first = draw.integers(0, 101)
    changes = (
        f'{timeline("half")}[capex.mine]\namount = "100,000 USD"\nprofile = ["{first} %", "{100 - first} %"]\n'
        f'life = "{draw.uniform(0.3, 9):.2f} years"\n'
        f"{grant(f'{draw.uniform(0, 50):.1f} %', f'{draw.uniform(0, 60_000):.0f} USD')}"
        f"{sustaining(f'{draw.integers(2029, 2033)}-07-01', f'{draw.uniform(0, 10):.1f} % p.a.')}"
    )
    small = deal(tmp_path, changes)
    spent = small["capex.spent"].sum() + small["capex.sustaining"].sum() - small["grant.aid.earned"].sum()

    assert small["capex.book_value"].min() >= -1e-6
    assert small["capex.book_value"][-1] == pytest.approx(0, abs=1e-6)
    assert small["capex.depreciation"].sum() == pytest.approx(spent)
    assert small["tax_basis.mining"].sum() == pytest.approx(spent)


OUTPUT = 'books = "output"\nnode = "mine"\n'


def test_books_by_output_wear_with_what_is_made(tmp_path: Path) -> None:
    """100,000 USD over 4 years at 100 t: 50, 100 and 100 t of 400 write off 12.5, 25 and 25 %; then the rest."""
    ramp = '[node.mine]\nramp_up = ["50 %", "100 %"]\n'
    small = deal(tmp_path, BUILT + PLANT + OUTPUT + ramp)

    assert small.at("capex.depreciation", BUILD) == pytest.approx([0, 0, 12_500, 25_000, 25_000, 37_500])
    assert small.at("capex.book_value", ["2028", "2032"]) == pytest.approx([100_000, 0])


def test_books_by_output_never_write_off_more_than_there_is(tmp_path: Path) -> None:
    """A life of two years of output: half of 100,000 USD a year, and nothing after."""
    small = deal(tmp_path, BUILT + PLANT + OUTPUT + 'life = "2 years"\n')

    assert small.at("capex.depreciation") == pytest.approx([50_000, 50_000, 0, 0])
