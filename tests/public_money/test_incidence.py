"""Where support ends: worked by hand, on the flagship's scenarios, and on ten thousand random worlds."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.alternatives import Alternatives
from finmodel.kernel.errors import UsageError
from finmodel.public_money.account import government
from finmodel.public_money.incidence import GIVE_BACK, TOP_UP, Deal, split
from finmodel.public_money.public_cost import unit_costs
from finmodel.run.run import load, run
from tests.deal.ops import read, share, timeline
from tests.deal.test_support import floor, fund
from tests.flagship.deal import CASES, result
from tests.public_money.deals import flagship, mine

WORLDS, BLOCK = 10_240, 512
PRICES = ("price.ndpr.deck", "price.dy.deck", "price.tb.deck")


@pytest.mark.smoke
def test_support_of_a_mine_without_debt_ends_with_the_treasury_and_the_owner(tmp_path: Path) -> None:
    """500,000 USD a year for four years, taxed at 30 %: 600,000 to the treasury, 1,400,000 to the owner, nominal."""
    nominal = government(mine(tmp_path)).incidence.set_index("party")["nominal"]

    assert nominal["tax.mining"] == pytest.approx(600_000)
    assert nominal["equity.owner"] == pytest.approx(1_400_000)
    assert nominal.sum() == pytest.approx(2_000_000)


def test_present_values_are_taken_at_the_rate_of_the_account_to_financial_close(tmp_path: Path) -> None:
    """2,000,000 in four amounts at the ends of 2029 to 2032, at 2 % from 2028-01-01."""
    small = government(mine(tmp_path)).analysis.present
    days = [731, 1096, 1461, 1827]

    assert small.paid == pytest.approx(sum(500_000 * 1.02 ** (-day / 365) for day in days))
    assert small.residual == pytest.approx(0, abs=small.tolerance)


def test_support_that_is_not_taxed_goes_to_the_owner_alone(tmp_path: Path) -> None:
    nominal = government(mine(tmp_path, keys="taxable = false")).incidence.set_index("party")["nominal"]

    assert (nominal["tax.mining"], nominal["equity.owner"]) == pytest.approx((0, 2_000_000))


def test_give_back_is_a_layer_of_its_own_and_takes_from_the_same_parties(tmp_path: Path) -> None:
    """At 20 USD/kg in 2032 all of 5 USD/kg goes back: -500,000, of which the treasury bears 30 %."""
    keys = 'strike = "15 USD/kg"\nshare = "100 %"'
    steps = '[price.ore]\npremium = { 2028-01-01 = "1x", 2032-01-01 = "2x" }\n'
    account = government(mine(tmp_path, steps, keys))
    split_ = account.analysis.nominal
    by_party = dict(zip((who.id for who in account.deal.parties), split_.give_back, strict=True))

    assert (split_.paid, split_.given_back) == pytest.approx((1_500_000, 500_000))
    assert (by_party["tax.mining"], by_party["equity.owner"]) == pytest.approx((-150_000, -350_000))


def test_shares_are_not_applicable_when_net_support_is_negative(tmp_path: Path) -> None:
    """A two-way contract at 20 USD/kg throughout: 2,000,000 go back; amounts alone tell."""
    keys = 'strike = "15 USD/kg"\nshare = "100 %"'
    account = government(mine(tmp_path, '[price.ore]\ndeck = "20 USD/kg"\n', keys))

    assert account.analysis.present.shares is None
    assert account.incidence["share"].isna().all()
    assert account.analysis.nominal.net == pytest.approx(-2_000_000)


def test_each_world_is_split_by_its_own_runs_and_measured_by_its_own_revenue(tmp_path: Path) -> None:
    """Two worlds of three runs, in one period after financial close, undiscounted: without, with top-up, with both.

    The owner has 1, 3, 2 in the first: 2 of top-up, -1 of give-back; 10, 15, 11 in the second: 5 and -4. Paid in full
    3 and 7, given back 1 and 5. Revenue is 10 million and 90 million; rounding may reach 1e-9 x 1e-6 of it: 1e-8, 9e-8.
    """
    account = government(mine(tmp_path, keys='strike = "15 USD/kg"\nshare = "100 %"'))
    count = account.deal.model.timeline.count

    def last(*runs: float) -> np.ndarray:
        rows = np.zeros((count, 6))
        rows[-1] = runs
        return rows

    flows = {id: last(0, 0, 0, 0, 0, 0) for id in account.deal.lines}
    flows["party.equity.owner"] = last(1, 3, 2, 10, 15, 11)
    flows["support.floor.paid"] = last(0, 3, 3, 0, 7, 7)
    flows["support.floor.given_back"] = last(0, 0, 1, 0, 0, 5)
    flows["sales.billed"] = last(1e7, 1e7, 1e7, 9e7, 9e7, 9e7)
    worlds_ = split(account.deal, flows, 0.0)
    owner = [who.id for who in account.deal.parties].index("equity.owner")

    assert [(one.paid, one.given_back, one.revenue) for one in worlds_] == [(3, 1, 1e7), (7, 5, 9e7)]
    assert [(one.top_up[owner], one.give_back[owner]) for one in worlds_] == [(2, -1), (5, -4)]
    assert [one.tolerance for one in worlds_] == pytest.approx([1e-8, 9e-8])


@pytest.mark.parametrize("basis", ["payment", "entitlement"])
def test_each_payment_counts_on_the_day_on_which_it_is_paid_whatever_the_budget_counts(
    tmp_path: Path, basis: str
) -> None:
    """125,000 USD a quarter from 2029 to 2032, paid six months later: on the last days of 2029Q3 to 2033Q2, at 2 %."""
    terms = timeline("quarter") + share() + fund() + f'budget_basis = "{basis}"\n' + floor(more='lag = "6 months"')
    account = government(run(read(tmp_path, terms)))
    ends = [date(2029 + (at + 3) // 4, 1 + (at + 3) % 4 * 3, 1) for at in range(16)]
    by_hand = [125_000 * 1.02 ** (-(end - date(2028, 1, 1)).days / 365) for end in ends]

    assert account.analysis.by_date.payments == pytest.approx(by_hand)
    assert account.analysis.present.paid == pytest.approx(sum(by_hand))


def test_a_path_without_support_has_nothing_to_share(tmp_path: Path) -> None:
    account = government(mine(tmp_path, '[price.ore]\ndeck = "30 USD/kg"\n'))

    assert account.analysis.present.all == pytest.approx(0)
    assert account.analysis.present.shares is None


def test_a_case_without_support_has_no_account():
    with pytest.raises(UsageError, match="no price support"):
        _ = government(run(load(CASES / "tiny_loan")))


@pytest.mark.parametrize("scenario", ["escalation", "detente", "embargo"])
def test_the_parties_of_the_flagship_have_the_net_support_exactly(scenario):
    for found in (government(flagship(scenario)).analysis.present, government(flagship(scenario)).analysis.nominal):
        assert abs(found.residual) <= found.tolerance
        assert found.top_up.sum() == pytest.approx(found.paid, abs=found.tolerance)
        assert found.give_back.sum() == pytest.approx(-found.given_back, abs=found.tolerance)


def test_accounts_end_with_nothing_but_time_value():
    """Nominal, what is put into the deal's own accounts comes out again."""
    frame = government(flagship("detente")).incidence.set_index("party")
    accounts = frame[frame.index.str.startswith("bank.")]

    assert accounts["nominal"].to_numpy() == pytest.approx(0, abs=1)
    assert abs(accounts["total"]).max() > 1e6


def test_negative_parts_are_shown_and_not_clipped():
    """Support pays mezzanine earlier, which then earns less."""
    frame = government(flagship("detente")).incidence.set_index("party")

    assert frame.loc["facility.mezzanine", "total"] < -1e6


@pytest.mark.parametrize("scenario", ["detente", "embargo"])
def test_rows_of_aumann_shapley_are_payments_and_columns_the_with_without_result(scenario):
    analysis = government(flagship(scenario)).analysis
    dated, whole = analysis.by_date, analysis.present

    assert dated.amounts.sum(axis=1) == pytest.approx(dated.payments, abs=1e-9 * whole.paid)
    assert dated.amounts.sum(axis=0) == pytest.approx(whole.all, abs=1e-9 * whole.paid)
    assert dated.payments.sum() == pytest.approx(whole.net)


def test_the_residual_of_aumann_shapley_is_told_and_is_nothing_where_nothing_jumps(tmp_path: Path) -> None:
    """The mine's parties share each payment 30 to 70 whatever its size, so that the panels leave nothing."""
    small, jumpy = government(mine(tmp_path)), government(flagship("detente"))
    told = small.by_date.attrs["residual"]

    assert max(abs(value) for value in told.values()) <= 1e-6
    assert small.by_date["tax.mining"].to_numpy() == pytest.approx(0.3 * small.analysis.by_date.payments, rel=0.03)
    assert max(abs(value) for value in jumpy.by_date.attrs["residual"].values()) > 1e5


@cache
def worlds() -> dict[str, np.ndarray]:
    """On random prices: residual over tolerance of each world, and what happens in it."""
    run_ = result()
    deal = Deal(run_.model, run_.values, run_.given, run_.case.tables)
    more = ["waterfall.senior_shortfall", "waterfall.locked_up", "support.unmet"]
    outputs = [*deal.lines, *deal.paid("paid"), *deal.paid("given_back"), "sales.billed", *more]
    kernel = Alternatives(deal.model, deal.values, deal.given, (*PRICES, TOP_UP, GIVE_BACK), outputs)
    random, count = np.random.default_rng(20270401), deal.model.timeline.count
    found: dict[str, list[float]] = {name: [] for name in ("fault", "avoided", "locked", "given_back", "unmet", "sum")}
    scales = {TOP_UP: np.tile([0.0, 1.0, 1.0], (count, BLOCK)), GIVE_BACK: np.tile([0.0, 0.0, 1.0], (count, BLOCK))}
    for _ in range(WORLDS // BLOCK):
        walks = np.exp(np.cumsum(random.normal(0, 0.19, (3, count, BLOCK)), axis=1)).repeat(3, axis=2)
        decks = {}
        for id, walk in zip(PRICES, walks, strict=True):
            base = np.asarray(deal.given[id], dtype=float)
            decks[id] = base[:, None] * walk if base.ndim else base * walk[20]
        out = kernel.run({**scales, **decks}, 3 * BLOCK)
        for one in split(deal, out, 0.02):
            found["fault"].append(abs(one.residual) / one.tolerance)
            found["sum"].append(one.net)
            found["given_back"].append(one.given_back)
        short = out["waterfall.senior_shortfall"].max(axis=0)
        found["avoided"] += list((short[0::3] > 1e5) & (short[2::3] < 1.0))
        found["locked"] += list(out["waterfall.locked_up"].max(axis=0)[2::3] > 1e5)
        found["unmet"] += list(out["support.unmet"].max(axis=0)[2::3] > 1e5)
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.slow
def test_on_every_one_of_ten_thousand_random_worlds_the_parties_have_the_net_support():
    assert len(worlds()["fault"]) == WORLDS
    assert worlds()["fault"].max() <= 1


@pytest.mark.parametrize("event", ["avoided", "locked", "given_back", "unmet"])
def test_among_the_worlds_are_defaults_avoided_lock_ups_give_back_and_budgets_that_run_out(event):
    assert (worlds()[event] > 0).sum() >= 20


def test_support_per_kg_is_present_value_over_tonnes_discounted_alike(tmp_path: Path) -> None:
    """500,000 USD for 100 t on the last day of each of four years: 5 USD/kg, whatever the rate.

    At home too, where the contract's 100 t a year go. Over undiscounted tonnes it would be 4.62 at 2 %.
    """
    for rate in ("2 % p.a.", "8 % p.a."):
        account = government(mine(tmp_path, f'[government]\nrate = "{rate}"\n'))
        costs = {amount.name: amount.value for amount in unit_costs(account.analysis, account.domestic)}

        assert costs["Per kg supported"] == pytest.approx(5)
        assert costs["Per kg delivered at home"] == pytest.approx(5)
