"""The cases and templates that come with the toolkit: each reads, says where its figures come from, and runs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from finmodel.case.histories import read_prices
from finmodel.case.leaf import Points
from finmodel.deal.read import Case, read_case
from finmodel.kernel.timeline import from_serial
from finmodel.run.run import run

ROOT = Path(__file__).parents[1]
TINY = ROOT / "cases" / "tiny_loan"
FOLDERS = sorted(
    path.parent for top in ("cases", "templates", "tests/cases_reference") for path in (ROOT / top).rglob("case.toml")
)
QUICK = [pytest.param(path, marks=pytest.mark.smoke if path == TINY else ()) for path in FOLDERS]
SCENARIOS = [
    (path.parent, name)
    for path in (folder / "scenarios.toml" for folder in FOLDERS)
    if path.exists()
    for name in tomllib.loads(path.read_text(encoding="utf-8"))
]


def named(value: object) -> str:
    """The name of a folder or scenario in the list of tests."""
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


@pytest.fixture(scope="module")
def flagship() -> Case:
    """The flagship; reading it changes nothing, so the tests of this file share it."""
    return read_case(ROOT / "cases" / "australia_japan")


def test_the_cases_that_are_promised_are_there():
    names = {named(folder) for folder in FOLDERS}

    assert {"cases/australia_japan", "cases/tiny_loan", "templates/loan_only", "templates/separation_chain"} <= names
    assert {"cases/kyushu_magnet_recycling", "cases/ndpr_stockpile"} <= names
    deals = ("mine_to_separation", "recycling_plant", "stockpile_facility")
    assert {f"templates/{name}" for name in deals} <= names
    references = {"reference_sculpted", "reference_level", "lynas_jare", "lynas_jare_loan"}
    assert {f"tests/cases_reference/{name}" for name in references} <= names
    assert {"templates/forms", "templates/forms/high_price", "templates/facilities"} <= names


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_every_figure_of_a_case_has_a_source_or_is_marked_as_assumed(folder):
    case = read_case(folder)

    assert case.unsourced == ()
    assert case.sizing is None or case.sizing.unsourced == ()


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS, ids=named)
def test_every_scenario_of_a_case_reads(folder, scenario):
    case = read_case(folder, scenario)

    assert case.scenario == scenario
    assert case.unsourced == ()


@pytest.mark.parametrize("folder", QUICK, ids=named)
def test_every_case_runs_with_all_its_error_checks_passed_and_gives_what_it_expects(folder):
    result = run(folder)

    assert result.passed
    for row in read_case(folder).expected:
        assert result.metrics[row.metric] == pytest.approx(row.value, abs=row.tolerance, rel=0), row.where


@pytest.mark.parametrize(("folder", "scenario"), SCENARIOS, ids=named)
def test_every_scenario_runs_with_all_its_error_checks_passed(folder, scenario):
    assert run(read_case(folder, scenario)).passed


def test_the_templates_of_deal_types_use_the_clauses_that_they_are_for():
    """A mine that feeds a plant; scrap with a rebate and recycled content; stock with a repo and a reserve."""
    mine, recycling, stock = (
        read_case(ROOT / "templates" / name).tables
        for name in ("mine_to_separation", "recycling_plant", "stockpile_facility")
    )

    assert mine.node["separation"].takes.node == "mine"
    assert recycling.node["plant"].buys["ndpr_oxide"].rebate is not None
    assert run(ROOT / "templates" / "recycling_plant").metrics["recycled_content"] >= 0.15  # the policy brief's goal
    assert stock.repo["oxide"].guarantor == "NEXI"
    assert stock.offtake["reserve"].buys_below is not None


def test_the_reserve_of_the_stockpile_facility_buys_at_the_floor_when_the_price_falls_and_sells_when_it_is_high():
    """It buys at 75 USD/kg while the index is below, up to 1,200 t, and sells them all above 120 USD/kg."""
    calm, fall = (run(read_case(ROOT / "templates" / "stockpile_facility", name)) for name in ("base", "fall"))
    bought, sold = fall["support.reserve.bought"].sum(), fall["support.reserve.released"].sum()

    assert calm["support.reserve.bought"].sum() == 0
    assert bought == pytest.approx(fall["offtake.reserve.delivered"].sum())
    assert 500 < bought <= 1200
    assert sold == pytest.approx(bought)
    assert fall.metrics["support_paid"] > 0
    assert [check.id for check in fall.checks if check.kind == "error" and not check.passed] == []


@pytest.mark.parametrize("folder", ["kyushu_magnet_recycling", "ndpr_stockpile"])
def test_the_scenarios_of_a_case_are_weighted_and_sum_to_one(folder):
    weights = [scenario.probability for scenario in read_case(ROOT / "cases" / folder).scenarios.values()]

    assert len(weights) == 3
    assert None not in weights
    assert sum(weights) == pytest.approx(1)


@pytest.mark.parametrize("scenario", ["base", "easing", "embargo"])
def test_no_check_of_the_magnet_recycling_case_goes_off(scenario):
    result = run(read_case(ROOT / "cases" / "kyushu_magnet_recycling", scenario))

    assert [check.id for check in result.checks if not check.passed] == []


@pytest.mark.parametrize(
    ("scenario", "alerts"),
    [("base", []), ("fall", ["checks.no_margin_call"]), ("squeeze", ["checks.no_margin_call"])],
)
def test_only_the_margin_calls_that_the_stockpile_case_announces_raise_an_alert(scenario, alerts):
    result = run(read_case(ROOT / "cases" / "ndpr_stockpile", scenario))

    assert [check.id for check in result.checks if not check.passed] == alerts


def test_the_stockpile_case_holds_120_days_and_releases_three_quarters_of_them_in_a_squeeze():
    """120 of 365 days at 1,800 t a year are 592 t; a month of 31 days makes 581 t of it, and 30 days a quarter."""
    calm, squeeze = (run(read_case(ROOT / "cases" / "ndpr_stockpile", name)) for name in ("base", "squeeze"))
    at = calm.model.timeline.labels.index("2031-03")

    assert calm["product.oxide.stock.closing"][at] == pytest.approx(1800 / 12 * 120 / 31)
    assert squeeze["product.oxide.stock.closing"][at] == pytest.approx(1800 / 12 * 30 / 31)


@pytest.mark.parametrize("folder", ["australia_japan", "kyushu_magnet_recycling", "ndpr_stockpile"])
def test_a_made_up_deal_says_at_its_head_that_it_is_hypothetical(folder):
    text = (ROOT / "cases" / folder / "case.toml").read_text(encoding="utf-8")
    head = text[: text.index("[timeline]")]

    assert "HYPOTHETICAL" in head
    assert "no evidence that such a deal is viable" in head


def test_the_flagship_makes_five_products_at_two_nodes_in_two_countries(flagship):
    tables = flagship.tables

    assert set(tables.product) == {"ndpr_oxide", "dy_oxide", "tb_oxide", "lace_oxide", "ndpr_metal"}
    assert {name: tables.entity[node.entity].country for name, node in tables.node.items()} == {
        "separation": "Australia",
        "metal": "Japan",
    }


def test_the_flagship_runs_in_quarters_from_financial_close_over_completion_in_2030_to_2051(flagship):
    """12 quarters of construction, 80 of operation, 4 of wind-up."""
    assert flagship.timeline.count == 12 + 80 + 4
    assert (flagship.timeline.labels[0], flagship.timeline.labels[12], flagship.timeline.labels[-1]) == (
        "2027Q2",
        "2030Q2",
        "2051Q1",
    )


def test_the_flagship_repays_senior_debt_in_14_half_years_from_march_2031_to_september_2037():
    result = run(ROOT / "cases" / "australia_japan")
    dates = result["facility.jbic.repayment_date"]
    labels = [label for label, paid in zip(result.model.timeline.labels, dates, strict=True) if paid]

    assert len(labels) == 14
    assert (labels[0], labels[-1]) == ("2031Q1", "2037Q3")
    assert result["facility.co_lenders.repayment_date"] == pytest.approx(dates)


def test_the_flagship_debt_is_shared_60_to_40_and_the_cover_is_on_the_co_lenders(flagship):
    tables = flagship.tables
    senior = {name: loan.share.number for name, loan in tables.facility.items() if loan.rank == "senior"}

    assert senior == {"jbic": 0.6, "co_lenders": 0.4}
    assert tables.cover["nexi"].facilities == ["co_lenders"]
    assert tables.facility["mezzanine"].amount.number == 70e6


def test_the_flagship_equity_is_15_35_50_and_only_jogmec_is_subordinated_and_capped(flagship):
    classes = flagship.tables.equity

    assert {name: owner.share.number for name, owner in classes.items()} == {
        "jogmec": 0.15,
        "trading": 0.35,
        "local": 0.5,
    }
    assert [name for name, owner in classes.items() if owner.subordinated] == ["jogmec"]
    assert [name for name, owner in classes.items() if owner.cap is not None] == ["jogmec"]


def test_the_flagship_floor_lives_in_the_support_contract_alone(flagship):
    tables = flagship.tables
    floor = tables.support["ndpr_floor"]

    assert (floor.floor.number, str(floor.floor.unit)) == (110, "USD/kg")
    assert all(offtake.floor is None for offtake in tables.offtake.values())
    assert floor.price == tables.product[tables.offtake["oem"].products[0]].price


def test_the_flagship_programme_pays_in_yen_over_the_ten_years_of_the_offtake(flagship):
    tables = flagship.tables
    support, offtake = tables.support["ndpr_floor"], tables.offtake["oem"]

    assert (str(tables.programme["meti"].budget.unit), tables.programme["meti"].budget.number) == ("JPY/year", 22e9)
    assert support.start.number == offtake.start.number
    assert (from_serial(support.end.number).year, offtake.term.number) == (2040, 120)


def test_the_flagship_spends_its_capital_cost_in_twelve_quarters(flagship):
    profile = flagship.tables.capex["separation"].profile

    assert isinstance(profile, Points)
    assert [round(share * 100) for _, share in profile.points] == [4, 5, 7, 9, 11, 12, 12, 12, 10, 8, 6, 4]
    assert len(profile.points) == len(flagship.tables.capex["preoperating"].profile.points) == 12


def test_the_flagship_scenarios_weigh_40_35_15_and_10_percent(flagship):
    weights = {name: scenario.probability for name, scenario in flagship.scenarios.items()}

    assert weights == {"escalation": 0.40, "detente": 0.35, "embargo": 0.15, "dual": 0.10}


def test_the_first_scenario_of_the_flagship_is_the_case_itself(flagship):
    assert flagship.scenarios["escalation"].changes == {}


def test_the_embargo_lasts_eighteen_months_from_january_2032():
    case = read_case(ROOT / "cases" / "australia_japan", "embargo")
    index = case.tables.price["ndpr"]
    prices = [deck * premium for deck, premium in zip(index.deck.value, index.premium.value, strict=True)]
    high = [label for label, price in zip(case.timeline.labels, prices, strict=True) if price > 190]

    assert high == ["2032Q1", "2032Q2", "2032Q3", "2032Q4", "2033Q1", "2033Q2"]
    assert max(prices) == pytest.approx(72 * 1.35 * 2.0)


def test_lenders_size_the_flagship_on_an_index_flat_at_the_floor_and_on_the_take_or_pay_share():
    """110 USD/kg in nominal money: no premium, and no growth of the NdPr deck."""
    result = run(ROOT / "cases" / "australia_japan")
    lenders = result.case.sizing

    assert lenders.tables.price["ndpr"].deck.number == lenders.tables.support["ndpr_floor"].floor.number == 110
    assert lenders.tables.price["ndpr"].premium.number == 1
    assert lenders.tables.inflation["ndpr"].rate.number == 0
    assert lenders.tables.inflation["us"].rate.number == 0.02
    assert lenders.tables.offtake["oem"].demand.number == lenders.tables.offtake["oem"].take_or_pay.number


def test_other_oxides_of_the_flagship_are_a_credit_of_2_usd_for_each_kg_of_ndpr(flagship):
    made = flagship.tables.node["separation"].by_products["lace_oxide"].number

    assert made * flagship.tables.price["lace"].deck.number == pytest.approx(2.0)


@pytest.mark.smoke
def test_the_tiny_loan_is_drawn_30m_twice_and_repaid_7_5m_eight_times():
    result = run(TINY)

    assert result["facility.jbic.drawn"] == pytest.approx([30e6] * 2 + [0] * 10)
    assert result["facility.jbic.repayment"] == pytest.approx([0] * 2 + [7.5e6] * 8 + [0] * 2)


@pytest.mark.smoke
def test_the_first_interest_of_the_tiny_loan_is_half_a_year_on_what_was_drawn_before():
    """2027H2: 30m drawn at the end of 2027H1, 5 % p.a., 184 of 365 days."""
    interest = run(TINY)["facility.jbic.interest"]

    assert interest[:2] == pytest.approx([0, 30e6 * 0.05 * 184 / 365])


def test_the_level_reference_case_differs_from_the_sculpted_one_in_amount_and_profile_alone():
    folder = ROOT / "tests" / "cases_reference"
    sculpted, level = read_case(folder / "reference_sculpted"), read_case(folder / "reference_level")

    assert (sculpted.tables.facility["loan"].profile, level.tables.facility["loan"].profile) == ("sculpted", "annuity")
    assert sculpted.tables.sizing.amount is None
    assert level.tables.sizing.amount.number == 70e6
    assert {key: place for key, place in level.sources.items() if key not in sculpted.sources} == {
        "sizing.amount": "reference case"
    }


def test_the_example_of_price_histories_names_unit_and_basis_of_each_index():
    histories = read_prices(ROOT / "templates" / "forms" / "prices.csv")

    assert {name: str(history.unit) for name, history in histories.items()} == {"ndpr": "USD/kg", "dy": "USD/kg"}
    assert all("VAT excluded" in history.basis for history in histories.values())


def test_the_example_of_an_extending_case_changes_one_row_and_takes_keys_out():
    base, high = (read_case(ROOT / "templates" / name) for name in ("forms", "forms/high_price"))
    deck = high.tables.price["ndpr"].deck

    assert isinstance(deck, Points)
    assert deck.points[0] == base.tables.price["ndpr"].deck.points[0]
    assert [value for _, value in deck.points] == [75, 100]
    assert high.tables.inflation == {}
