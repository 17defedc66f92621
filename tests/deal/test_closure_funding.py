"""Who pays for a closure, by hand: the fund, then cash, then owners; what no one pays is told.

A mine of 2 million USD earns 1 in each of the years 2029 to 2032, without debt or tax; its closure costs 0.6 and takes
the two years of wind-up, 2033 and 2034. In million USD, periods from 2028.
"""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from finmodel.present.pages.years import cash_flow
from finmodel.run.results import Results
from finmodel.run.run import run
from tests.deal.faces import differ, in_the_workbook
from tests.deal.fin import TINY, extended, failed, metric, row
from tests.deal.fin import run as run_case
from tests.deal.ops import read, share

BUILT = '[capex.mine]\namount = "2 million USD"\n[entity.mining]\ntax_rate = "0 %"\n'
CLOSURE = '[closure]\nentity = "mining"\ncost = "0.6 million USD"\nduration = "{months} months"\n'
FUND = '[reserve.rehabilitation]\nyears = "2 years"\n'
INFLATED = 'inflation = "us"\n'


def mine(folder: Path, more: str = "", months: float = 24, others: str = "") -> Results:
    """The mine with a closure; `more` are keys of the closure, `others` further tables."""
    return run(read(folder, BUILT + share() + CLOSURE.format(months=months) + more + others))


def equity(result: Results) -> list[float]:
    return list(row(result, "returns.net_equity_flow"))


def project(result: Results) -> list[float]:
    return list(row(result, "returns.net_project_flow_post_tax"))


def test_owners_pay_for_a_closure_that_no_fund_pays_for(tmp_path: Path) -> None:
    """-2, four years of 1, then 0.3 and 0.3: owners pay what the project pays, and earn what it earns."""
    result = mine(tmp_path)

    assert project(result) == pytest.approx([-2, 1, 1, 1, 1, -0.3, -0.3])
    assert equity(result) == pytest.approx(project(result), abs=1e-12)
    assert row(result, "waterfall.closure_from_owners") == pytest.approx([0, 0, 0, 0, 0, 0.3, 0.3])
    assert row(result, "equity.owner.paid_in") == pytest.approx([2, 0, 0, 0, 0, 0.3, 0.3])
    assert metric(result, "equity_irr") == pytest.approx(metric(result, "project_irr_post_tax"), rel=1e-12)
    assert metric(result, "equity_multiple.owner") == pytest.approx(4 / 2.6)
    assert failed(result) == set()


def test_the_page_shows_what_owners_pay_for_the_closure(tmp_path: Path) -> None:
    """-0.3 of CFADS in 2033 and in 2034, paid by owners."""
    block = cash_flow(mine(tmp_path))
    console = Console(width=100, file=io.StringIO())
    console.print(block)
    assert isinstance(console.file, io.StringIO)
    rows = {line[0]: line for line in map(str.split, console.file.getvalue().splitlines()) if line}

    assert rows["FY2033"][-3:] == ["-0.3", "0.0", "0.3"]
    assert rows["FY2032"][-3:] == ["1.0", "1.0", "0.0"]


def test_the_provision_is_built_over_operations_and_falls_as_the_closure_goes_on(tmp_path: Path) -> None:
    """0.15 a year to 0.6, then 0.3 and nothing."""
    result = mine(tmp_path)

    assert row(result, "closure.provision.closing") == pytest.approx([0, 0.15, 0.3, 0.45, 0.6, 0.3, 0])
    assert row(result, "income.net_closure") == pytest.approx([0, -0.15, -0.15, -0.15, -0.15, 0, 0])


def test_a_fund_saved_over_the_last_years_pays_in_place_of_owners(tmp_path: Path) -> None:
    """0.3 kept back in 2031 and in 2032, half of it spent in each year of the closure."""
    result = mine(tmp_path, others=FUND)

    assert row(result, "reserve.rehabilitation.balance.closing") == pytest.approx([0, 0, 0, 0.3, 0.6, 0.3, 0])
    assert equity(result) == pytest.approx([-2, 1, 1, 0.7, 0.7, 0, 0], abs=1e-12)
    assert metric(result, "equity_irr") < metric(result, "project_irr_post_tax")
    assert failed(result) == set()


def test_owners_pay_what_a_fund_lacks_when_the_cost_grows(tmp_path: Path) -> None:
    """10 % a year from the end of 2028. The fund holds 0.6 x 1.1^4 = 0.87846 when operations end.

    2033 costs 0.3 x 1.1^5 = 0.483153; the fund keeps as much for 2034 and gives 0.395307; owners pay 0.087846. 2034
    costs 0.3 x 1.1^6 = 0.5314683, of which the fund has 0.483153 and owners pay 0.0483153.
    """
    result = mine(tmp_path, INFLATED, others=FUND)

    assert row(result, "closure.spent")[5:] == pytest.approx([0.483153, 0.5314683])
    assert row(result, "reserve.rehabilitation.balance.closing")[4:] == pytest.approx([0.87846, 0.483153, 0])
    assert row(result, "waterfall.closure_from_owners")[4:] == pytest.approx([0, 0.087846, 0.0483153])
    assert failed(result) == set()


def test_what_no_one_pays_is_told_and_owners_earn_more_than_the_project(tmp_path: Path) -> None:
    """Owners who pay half of it leave 0.15, then 0.3, to those who do the work."""
    result = mine(tmp_path, 'owners_share = "50 %"\n')

    assert row(result, "waterfall.closure_unpaid") == pytest.approx([0, 0, 0, 0, 0, 0.15, 0.3])
    assert equity(result)[5:] == pytest.approx([-0.15, -0.15])
    assert metric(result, "equity_irr") > metric(result, "project_irr_post_tax")
    assert failed(result) == {"closure_funded", "operating_costs_paid"}


def test_what_is_paid_late_is_no_closure_without_funds(tmp_path: Path) -> None:
    """Nobody pays the 0.3 of 2033 in time; 1 comes in with 2034 and pays it, and the 0.3 of that year."""
    late = "\n[extra_lines]\nother_revenue = '''where(time.number > 6, \"1 million USD\", \"0 USD\")'''\n"
    result = mine(tmp_path, 'owners_share = "0 %"\n', others=late)

    assert row(result, "waterfall.closure_unpaid")[5:] == pytest.approx([0.3, 0])
    assert failed(result) == {"operating_costs_paid"}


def test_a_duration_ends_within_a_period(tmp_path: Path) -> None:
    """18 months: 12/18 of 0.6 in 2033, the rest in 2034; without a duration all of it falls on the end of 2032."""
    assert row(mine(tmp_path, months=18), "closure.spent")[4:] == pytest.approx([0, 0.4, 0.2])
    assert row(mine(tmp_path, months=0), "closure.spent")[4:] == pytest.approx([0.6, 0, 0])


def test_what_the_timeline_has_no_room_for_is_spent_in_its_last_period(tmp_path: Path) -> None:
    """A drawn duration of 36 months: a third in 2033, the other two at the end of 2034."""
    case = read(tmp_path, BUILT + share() + CLOSURE.format(months=24))
    result = run(case.with_values({"closure.duration": 36.0}))

    assert row(result, "closure.spent")[4:] == pytest.approx([0, 0.2, 0.4])


@pytest.mark.parametrize("seed", range(12))
def test_without_debt_and_fund_owners_have_the_flow_of_the_project(seed: int, tmp_path: Path) -> None:
    """Whatever a closure costs and however long it takes."""
    rng = random.Random(seed)
    cost, grows = rng.uniform(0.1, 3), rng.choice(("", INFLATED))
    text = CLOSURE.format(months=rng.randint(0, 24)).replace("0.6", f"{cost:.3f}")
    result = run(
        read(tmp_path, BUILT + share() + text + grows + f'salvage = "{rng.uniform(0, 0.5):.3f} million USD"\n')
    )

    assert equity(result) == pytest.approx(project(result), abs=1e-9)
    assert failed(result) == set()


@pytest.mark.parametrize("fund", ["", "[reserve.rehabilitation]\n"])
def test_a_loan_beside_a_closure_keeps_cash_and_all_faces(fund: str, tmp_path: Path) -> None:
    """The tiny loan, with 40 to be spent over a year and a half of wind-up: cash conserved, every face alike."""
    company = next(iter(run_case(TINY).case.tables.entity))
    text = f'[timeline]\nwind_up = "24 months"\n[closure]\nentity = "{company}"\ncost = "40 million USD"\n'
    result = run_case(extended(tmp_path, text + 'duration = "18 months"\n' + fund))
    owners = float(np.sum(row(result, "waterfall.closure_from_owners")))

    assert owners == pytest.approx(0 if fund else 40, abs=1e-6)
    assert failed(result) == set()
    assert differ(result) == []


@pytest.mark.slow
def test_a_closure_over_several_years_is_the_same_in_a_spreadsheet(tmp_path: Path) -> None:
    assert in_the_workbook(mine(tmp_path, INFLATED, others=FUND), tmp_path) < 1e-9
    assert in_the_workbook(mine(tmp_path, 'owners_share = "50 %"\n', months=18), tmp_path) < 1e-9
