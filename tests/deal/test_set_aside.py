"""Letter of credit, maintenance reserve, closure and rehabilitation fund by hand, on the tiny loan.

Half-years 2027H1 to 2032H2, numbered from 0: two of construction, ten of operation; 15 of cash in each.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.run.results import Results
from tests.deal.fin import TINY, extended, failed, metric, row, run, shock
from tests.deal.test_ratios import SERVICE
from tests.deal.test_waterfall import RESERVE

LETTER = RESERVE + 'form = "letter_of_credit"\nfee = "2 % p.a."\nrate = "8 % p.a."\n'
UPKEEP = '[capex.plant.sustaining]\nshare = "4 % p.a."\nstart = 2030-01-01\n'
"""2 in each half-year from 2030H1 (period 6) to 2032H2: 4 % a year of a plant of 100."""

CLOSURE = '[closure]\nentity = "spv"\ncost = "20 million USD"\nsalvage = "5 million USD"\n'


def entity() -> str:
    """The name of the tiny loan's company."""
    return next(iter(run(TINY).case.tables.entity))


def closed(folder: Path, text: str = "") -> Results:
    """The tiny loan with a closure of 20 and a salvage of 5."""
    return run(extended(folder, CLOSURE.replace("spv", entity()) + text))


# ---- letter of credit


def test_a_letter_of_credit_needs_no_funding_and_costs_a_fee_on_its_amount(tmp_path: Path) -> None:
    """Its amount after each date is the next service: 2 % a year of it, half a year at a time, out of CFADS."""
    result = run(extended(tmp_path, LETTER))
    fee = [0, 0, *(0.01 * service for service in SERVICE), 0, 0]

    assert np.max(row(result, "funding.reserve")) == 0
    assert row(result, "reserve.dsra.letter_fee") == pytest.approx(fee)
    assert row(result, "cfads.net_cfads")[2:] == pytest.approx([15 - cost for cost in fee[2:]])
    assert row(result, "account.dsra.closing") == pytest.approx([0] * 12)


def test_what_is_drawn_of_the_letter_is_a_loan_that_is_repaid_from_the_first_cash_left(tmp_path: Path) -> None:
    """10 of extra cost in 2029H1: 4.913842 of cash after the fee; the letter pays the rest of 8.615753.

    2029H2 leaves 15 less fee and 8.445205, of which the draw and 4 % on it are repaid before owners.
    """
    result = run(extended(tmp_path, LETTER + shock({4: 10})))
    drawn = SERVICE[2] - (5 - 0.01 * SERVICE[2])
    left = 15 - 0.01 * SERVICE[3] - SERVICE[3]

    assert row(result, "waterfall.senior_from_reserve")[4] == pytest.approx(drawn)
    assert row(result, "reserve.dsra.letter.closing")[4:6] == pytest.approx([drawn, 0])
    assert row(result, "waterfall.letter_repaid")[5] == pytest.approx(drawn * 1.04)
    assert row(result, "waterfall.distributions")[4:6] == pytest.approx([0, left - drawn * 1.04])
    assert failed(result) == {"distributions_open"}


def test_a_letter_pays_no_more_than_its_amount(tmp_path: Path) -> None:
    """15 of extra cost in 2029H1 draw it whole; in 2029H2 it is worth the next service less what is drawn: nothing."""
    result = run(extended(tmp_path, LETTER + shock({4: 15, 5: 14})))
    second = SERVICE[3]

    assert row(result, "reserve.dsra.letter_left")[5] == pytest.approx(max(0.0, second - row(result, DRAWN)[4]))
    assert row(result, "waterfall.senior_shortfall")[5] > 0


DRAWN = "reserve.dsra.letter.closing"


def test_the_interest_of_the_letter_is_a_cost_for_books_and_tax(tmp_path: Path) -> None:
    result = run(extended(tmp_path, LETTER + shock({4: 10})))

    assert row(result, "income.net_letter_of_credit")[5] == pytest.approx(-0.04 * row(result, DRAWN)[4])
    assert "balance_sheet" not in failed(result)


def test_the_reserve_may_pay_the_final_instalment_before_cash_does(tmp_path: Path) -> None:
    """2031H2: 7.684 from the reserve; owners receive what they would have."""
    plain = run(extended(tmp_path, RESERVE))
    (tmp_path / "two").mkdir()
    result = run(extended(tmp_path / "two", RESERVE + "final_instalment = true\n"))

    assert row(result, "waterfall.senior_from_reserve")[8:10] == pytest.approx([0, SERVICE[7]])
    assert row(plain, "waterfall.senior_from_reserve")[9] == pytest.approx(0)
    assert row(result, "waterfall.distributions") == pytest.approx(row(plain, "waterfall.distributions"))


# ---- maintenance reserve


def test_a_cost_is_saved_up_evenly_over_the_months_before_it(tmp_path: Path) -> None:
    """Twelve months are two half-years: of the next cost all is saved, of the one after half.

    After 2029H1 (period 4) 1 of the 2 of 2030H1 is saved, after 2029H2 2 + 1; then 3 stay until 2032H1, and the
    last cost is paid from the last 2: nothing is held after 2032H2.
    """
    result = run(extended(tmp_path, UPKEEP + '[reserve.maintenance]\nmonths = "12 months"\n'))

    held = [0, 0, 0, 0, 1, 3, 3, 3, 3, 3, 2, 0]
    assert row(result, "capex.sustaining") == pytest.approx([0] * 6 + [2] * 6)
    assert row(result, "reserve.maintenance.balance.closing") == pytest.approx(held, abs=1e-9)
    assert row(result, "cfads.net_cfads")[4:] == pytest.approx([14, 13, 13, 13, 13, 13, 14, 15])
    assert failed(result) == set()


def test_the_balance_of_a_maintenance_reserve_may_be_given_by_date(tmp_path: Path) -> None:
    """3 from the start, 1 from 2030 on; sustaining capital of 2 is paid from what is held first."""
    target = '{ 2027-01-01 = "3 million USD", 2030-01-01 = "1 million USD" }'
    result = run(extended(tmp_path, UPKEEP + f"[reserve.maintenance]\ntarget = {target}\n"))

    assert row(result, "reserve.maintenance.balance.closing") == pytest.approx([0, 0, 3, 3, 3, 3, 1, 1, 1, 1, 1, 0])
    assert row(result, "reserve.maintenance.used")[6:8] == pytest.approx([2, 1])
    assert row(result, "cfads.net_cfads")[5:8] == pytest.approx([15, 15, 13])


def test_a_reserve_takes_only_cash_that_is_there_and_catches_up(tmp_path: Path) -> None:
    """14.5 of extra cost in 2029H1 leave 0.5 of the 1 wanted; 2029H2 pays in 2.5."""
    text = UPKEEP + '[reserve.maintenance]\nmonths = "12 months"\n' + shock({4: 14.5})
    result = run(extended(tmp_path, text))

    assert row(result, "reserve.maintenance.paid_in")[4:6] == pytest.approx([0.5, 2.5])
    assert row(result, "account.arrears.closing").max() == 0


def test_a_maintenance_reserve_earns_interest_that_is_no_part_of_cfads(tmp_path: Path) -> None:
    """4 % a year on the 3 that 2030H1 opens with."""
    text = UPKEEP + '[reserve.maintenance]\nmonths = "12 months"\ninterest = "4 % p.a."\n'
    result = run(extended(tmp_path, text))

    assert row(result, "reserve.maintenance.interest")[6] == pytest.approx(0.06)
    assert row(result, "cfads.net_cfads")[6] == pytest.approx(13)
    assert row(result, "waterfall.net_available")[6] == pytest.approx(13.06)
    assert failed(result) == set()


# ---- closure


def test_a_closure_is_paid_on_the_last_day_and_provided_for_over_operations(tmp_path: Path) -> None:
    """20 over ten half-years of operation: 2 each; the last one has 15 - 20 + 5 of cash."""
    result = closed(tmp_path)

    assert row(result, "closure.net_accrued") == pytest.approx([0, 0] + [2] * 10)
    assert row(result, "closure.provision.closing") == pytest.approx([0, 0, *range(2, 20, 2), 0])
    assert row(result, "cfads.net_cfads")[10:] == pytest.approx([15, 0])
    assert row(result, "income.net_closure")[10:] == pytest.approx([-2, 3])
    assert failed(result) == set()


def test_a_closure_that_nobody_pays_for_stays_owed_to_those_who_do_it(tmp_path: Path) -> None:
    """20 more than the cash of the last half-year, 35 - 15, of which owners pay nothing here."""
    text = CLOSURE.replace("spv", entity()).replace("20 million", "40 million") + 'owners_share = "0 %"\n'
    result = run(extended(tmp_path, text))

    assert row(result, "account.arrears.closing")[11] == pytest.approx(20)
    assert failed(result) == {"operating_costs_paid", "closure_funded", "distributions_open"}


def test_a_closure_grows_with_its_inflation(tmp_path: Path) -> None:
    """10 % a year from the end of 2026: 1.1 ** 6 at the end of 2032."""
    text = 'inflation = "us"\n[inflation.us]\nrate = "10 % p.a."\nbase = 2026-12-31\n'
    result = closed(tmp_path, text)

    assert row(result, "closure.spent")[11] == pytest.approx(20 * 1.1**6)
    assert row(result, "closure.provision.closing")[11] == pytest.approx(0, abs=1e-9)


def test_a_rehabilitation_fund_saves_evenly_and_pays_the_closure(tmp_path: Path) -> None:
    """2 in each half-year, 18 by 2032H1; they are released with the closure: 15 - 20 + 5 + 18 in 2032H2."""
    result = closed(tmp_path, "[reserve.rehabilitation]\n")

    assert row(result, "reserve.rehabilitation.balance.closing") == pytest.approx([0, 0, *range(2, 20, 2), 0])
    assert row(result, "cfads.net_cfads")[2:] == pytest.approx([13] * 9 + [18])
    assert failed(result) == set()


def test_a_rehabilitation_fund_may_start_late(tmp_path: Path) -> None:
    """Over the last two years: 5 a half-year from 2031H1."""
    result = closed(tmp_path, '[reserve.rehabilitation]\nyears = "2 years"\n')

    assert row(result, "reserve.rehabilitation.paid_in") == pytest.approx([0] * 8 + [5, 5, 5, 0], abs=1e-9)


def test_a_closure_lowers_what_the_project_earns(tmp_path: Path) -> None:
    """Its own cash flow has the cost and the salvage, and not what is set aside on the way."""
    plain, fund = run(TINY), closed(tmp_path, "[reserve.rehabilitation]\n")
    change = row(fund, "returns.net_project_flow") - row(plain, "returns.net_project_flow")

    assert change == pytest.approx([0] * 11 + [-15])
    assert metric(fund, "project_irr_pre_tax") < metric(plain, "project_irr_pre_tax")


def test_what_is_set_aside_follows_the_exchange_rate_of_the_day_and_not_of_the_future(tmp_path: Path) -> None:
    """Sustaining capital in a currency that doubles in 2031: until then it is saved up at the old rate."""
    text = (
        '[fx]\naud_per_usd = { 2027-01-01 = "2 AUD/USD", 2031-01-01 = "1 AUD/USD" }\n'
        '[capex.plant]\namount = "200 million AUD"\n' + UPKEEP + '[reserve.maintenance]\nmonths = "12 months"\n'
    )
    result = run(extended(tmp_path, text))

    assert row(result, "capex.sustaining")[6:10] == pytest.approx([2, 2, 4, 4])
    assert row(result, "reserve.maintenance.target")[5:9] == pytest.approx([3, 3, 3, 6])
    assert np.all(row(result, "reserve.maintenance.balance.closing") >= -1e-12)
