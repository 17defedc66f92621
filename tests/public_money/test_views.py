"""Instruments, tagged cash, ledger, public cost: each adds up, and each says by which definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.public_money.account import government
from finmodel.public_money.instruments import instruments_of, marginal
from finmodel.public_money.ledger import exhausted
from finmodel.public_money.public_cost import committed
from finmodel.run.run import load, run
from tests.deal.ops import quarters, read, share, timeline
from tests.deal.test_support import floor, fund
from tests.flagship.deal import CASES
from tests.public_money.deals import flagship, mine


def test_shapley_of_two_instruments_is_the_mean_of_both_orders():
    """Alone 10 and 20, together 50: 10 + (50 - 20) over 2 is 20, and 20 + (50 - 10) over 2 is 30."""
    values = np.array([[0.0, 10.0, 20.0, 50.0]])

    assert [marginal(values, bit, 2)[0] for bit in (0, 1)] == pytest.approx([20, 30])


@pytest.mark.parametrize("scenario", ["detente", "embargo"])
def test_instruments_add_up_over_parties_and_over_instruments(scenario):
    found = government(flagship(scenario)).shapley
    names = [one.name for one in found.instruments]

    assert names == ["floor", "give-back", "grant", "tax relief", "cover", "soft loan"]
    assert found.amounts.sum(axis=1) == pytest.approx(0, abs=1)
    assert found.amounts.sum(axis=0) == pytest.approx(found.whole, abs=1e-3)


def test_instruments_that_a_case_does_not_have_are_left_out_and_named(tmp_path: Path) -> None:
    found, left_out = instruments_of(government(mine(tmp_path)).deal)

    assert [one.name for one in found] == ["floor", "give-back"]
    assert left_out == {
        "grant": "the case has none",
        "tax relief": "the case has none",
        "cover": "the case has none",
        "soft loan": "the case has no public loan",
    }


def test_instruments_of_the_mine_are_the_with_without_result(tmp_path: Path) -> None:
    """One instrument that does anything: its Shapley value is what it adds."""
    account = government(mine(tmp_path))

    assert account.instruments.loc["floor", "equity.owner"] == pytest.approx(
        account.incidence.set_index("party").loc["equity.owner", "total"]
    )


def test_tagged_cash_of_the_mine_is_a_third_of_everything_that_is_paid(tmp_path: Path) -> None:
    """1,000,000 of sales and 500,000 of support are one pool: a third of tax and of dividends is support."""
    account = government(mine(tmp_path))
    tagged = account.pro_rata.set_index("party")["amount"]

    assert tagged["tax.mining"] == pytest.approx(account.result["party.tax.mining"].sum() / 3, rel=1e-3)
    assert tagged.sum() == pytest.approx(2_000_000)


@pytest.mark.parametrize("scenario", ["detente", "embargo"])
def test_all_tagged_cash_is_found_again(scenario):
    account = government(flagship(scenario))

    assert account.traced.amounts.sum() == pytest.approx(account.traced.came.sum())
    assert account.traced.left == pytest.approx(0, abs=1)


def test_three_definitions_give_three_answers_from_the_same_cash():
    """Suppliers have nothing by with/without, and most by pro rata."""
    account = government(flagship("detente"))
    exact, tagged = account.incidence.set_index("party"), account.pro_rata.set_index("party")

    assert abs(exact.loc["suppliers", "share"]) < 0.001
    assert tagged.loc["suppliers", "share"] > 0.5


def test_ledger_and_years_are_the_same_money():
    account = government(flagship("detente"))
    columns = ["entitlement_own", "granted_own", "paid_own", "unmet_own", "entitlement", "paid", "given_back"]

    for column in columns:
        assert account.ledger[column].sum() == pytest.approx(account.years[column].sum()), column
    assert account.years["paid"].sum() == pytest.approx(account.result.metrics["support_paid"])
    assert set(account.ledger["product"]) == {"ndpr_oxide", "ndpr_metal"}
    assert account.years["unmet_own"].sum() == pytest.approx(
        account.years["entitlement_own"].sum() - account.years["granted_own"].sum()
    )


def test_commitment_left_falls_to_nothing_and_the_first_unmet_claim_is_dated():
    account = government(flagship("detente"))

    assert account.years["commitment_left_own"].iloc[-1] == pytest.approx(0, abs=1)
    assert exhausted(account.deal) == {"meti": "2032Q1"}
    assert exhausted(government(flagship("escalation")).deal) == {}


def test_budget_exhausted_in_mid_year_with_two_contracts_stands_in_the_ledger(tmp_path: Path) -> None:
    """50,000 and 62,500 a quarter, 300,000 a fiscal year from April: the third quarter has 75,000 for 112,500.

    Of it 50,000 and 25,000, as the first contract has priority; from January nothing is paid.
    """
    contracts = share("40 %", "one") + share("100 %", "two")
    terms = floor(contract="one", name="one") + floor("14.1667 USD/kg", contract="two", name="two", more="priority = 2")
    account = government(
        run(read(tmp_path, timeline("quarter") + contracts + fund("300,000 USD/year", year_end="March") + terms))
    )
    rows = account.ledger.set_index(["contract", "period"])["granted"]
    when = [*quarters(2029)[1:]]

    assert [rows["one", label] for label in when] == pytest.approx([50_000] * 3)
    assert [rows["two", label] for label in when] == pytest.approx([62_500, 62_500, 25_000], rel=1e-4)
    assert exhausted(account.deal) == {"fund": "2029Q4"}


def test_the_ceiling_of_a_year_is_the_one_that_stands_at_its_end(tmp_path: Path) -> None:
    """125,000 a quarter on a budget of 300,000, from October 2029 400,000: 125,000, 125,000, 50,000, then 100,000.

    Nothing is carried over: 400,000 in each of four years, of an envelope of 10 million.
    """
    budget = '{ 2028-01-01 = "300,000 USD/year", 2029-10-01 = "400,000 USD/year" }'
    terms = timeline("quarter") + share() + fund(budget, "10 million USD") + floor()
    account = government(run(read(tmp_path, terms)))
    years = account.years.set_index("fiscal_year")

    assert account.ledger["granted"].to_numpy()[:4] == pytest.approx([125_000, 125_000, 50_000, 100_000])
    assert years["ceiling_own"].to_list() == pytest.approx([400_000] * 4)
    assert years["granted_own"].to_list() == pytest.approx([400_000] * 4)
    assert years["commitment_left_own"].to_list() == pytest.approx([9_600_000, 9_200_000, 8_800_000, 8_400_000])


def test_public_net_cost_is_net_support_less_what_comes_back_and_foreign_tax_is_leakage():
    rows = government(flagship("detente")).net_cost.set_index("name")["value"]
    back = ["Tax to Japan", "Public equity", "Public loans: margin net of loss", "Cover: premium less claims"]

    assert rows["Public net cost"] == pytest.approx(rows["Net support"] - sum(rows[name] for name in back))
    assert rows["Leakage: tax to other countries"] == pytest.approx(
        government(flagship("detente")).incidence.set_index("party").loc["tax.au", "total"]
    )


def test_net_support_and_the_sum_of_public_bodies_agree_with_the_lines_of_the_account():
    run_ = flagship("embargo")
    bodies = government(run_).bodies

    assert bodies[bodies["country"] == "Japan"]["net"].sum() == pytest.approx(run_["government.net_public"].sum())
    assert run_["government.net_price_support"].sum() == pytest.approx(-run_.metrics["support_net"])


def test_parties_add_up_to_nothing_in_each_period():
    run_ = flagship("embargo")
    rows = [run_[id] for id in run_.model.lines if id.startswith("party.")]

    assert np.abs(np.sum(rows, axis=0)).max() <= 1e-9 * max(np.abs(row).max() for row in rows)


def test_crowding_in_is_private_money_over_public_money():
    """Public: net support, the grant, JBIC and JOGMEC; private: the other lenders and owners."""
    run_ = flagship("detente")
    account = government(run_)
    private, public = committed(account.deal, account.analysis.present.net)
    drawn = sum(run_[f"facility.{name}.drawn"].sum() for name in ("co_lenders", "mezzanine"))
    paid_in = sum(run_[f"equity.{name}.paid_in"].sum() for name in ("trading", "local"))

    assert private == pytest.approx(drawn + paid_in)
    assert public > account.analysis.present.net + run_["facility.jbic.drawn"].sum()


OUTCOME = {
    "government.country": "Japan",
    "government.roadmap": "8,000 t/year",
    "government.demand": "10,000 t/year",
    "government.reserve_days": "120 days",
    "government.stop_loss": "2,600,000 million JPY",
    "government.stop_probability": "2 % p.a.",
    "government.stop_share": "50 %",
}


def test_outcome_shows_only_what_the_case_states(tmp_path: Path) -> None:
    """100 t a year: 1.25 % of a roadmap of 8,000, 1 % of a demand of 10,000; 120 days of demand are 3,287.7 t.

    2.6tn JPY × 2 % × 1 % × 50 % × 4 years = 1,040m JPY.
    """
    keys = "[government]\n" + "".join(f'{key.partition(".")[2]} = "{value}"\n' for key, value in OUTCOME.items())
    plain = government(mine(tmp_path)).outcome.set_index("name")
    found = government(mine(tmp_path, keys + '[fx]\njpy_per_usd = "150 JPY/USD"\n')).outcome.set_index("name")["value"]

    assert list(plain.index) == ["Tonnes to domestic buyers", "A year, while delivered"]
    assert found["Share of the roadmap"] == pytest.approx(0.0125)
    assert found["Reserve of these days of demand"] == pytest.approx(3_287.67, abs=0.01)
    assert found["Expected loss avoided"] == pytest.approx(1_040e6)


def test_every_table_says_how_it_is_reckoned():
    account = government(flagship("detente"))
    names = ("years", "ledger", "bodies", "incidence", "by_date", "instruments", "pro_rata", "net_cost", "unit_costs")

    assert all(getattr(account, name).attrs["definition"] for name in names)
    assert "with/without" in account.incidence.attrs["definition"]
    assert "Aumann-Shapley" in account.by_date.attrs["definition"]


def test_the_account_is_only_made_when_it_is_asked_for():
    run_ = run(load(CASES / "australia_japan"))

    assert "government" not in vars(run_)
