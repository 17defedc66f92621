"""Claims under cover, worked by hand on the tiny loan: 15 of cash a half-year, 60 of debt in eight instalments of 7.5.

A seizure of the plant in 2029 stops all output for a year: 15 of cash are lost in 2029H1 and again in 2029H2.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.order import plan
from finmodel.run.build import build
from finmodel.run.results import Results, judge
from tests.deal.fin import MEZZANINE, SCULPTED, TINY, extended, failed, interest, metric, pure, row, run, shock
from tests.deal.parts import second_lender

COVER = """
[cover.nexi]
label      = "Cover"
facilities = ["jbic"]
share      = "100 %"
premium    = "0 % p.a."
political  = "{political}"
commercial = "{commercial}"
waiting    = "{waiting}"
"""

SEIZED = """
[event.seizure]
label    = "Seizure"
kind     = "{kind}"
start    = 2029-01-01
duration = "12 months"
share    = "{share}"
"""


WIND_UP = '[timeline]\nwind_up = "12 months"\n'
"""Time for a claim on the last instalment."""


def cover(political: str = "100 %", commercial: str = "0 %", waiting: str = "6 months", more: str = "") -> str:
    """A cover of the loan with claims."""
    return COVER.format(political=political, commercial=commercial, waiting=waiting) + more


def event(kind: str = "expropriation", share: str = "100 %") -> str:
    """Something that happens in 2029."""
    return SEIZED.format(kind=kind, share=share)


def claims(result: Results) -> list[float]:
    """Claims paid, in millions, by half-year."""
    return list(row(result, "cover.nexi.claims"))


def test_an_expropriation_stops_output_for_its_time_and_costs_the_margin_of_what_is_not_made(tmp_path: Path) -> None:
    """500 t a half-year at 40 - 10 USD/kg: 15 million in 2029H1 and 2029H2."""
    result = run(extended(tmp_path, event()))
    produced = pure(result, "node.plant.produced")

    assert produced[2:8] == pytest.approx([500, 500, 0, 0, 500, 500])
    assert row(result, "events_cash.operations") == pytest.approx([0, 0, 0, 0, 15, 15, *[0] * 6])


def test_half_of_the_output_costs_half_of_the_margin(tmp_path: Path) -> None:
    result = run(extended(tmp_path, event(share="50 %")))

    assert row(result, "events_cash.operations")[4:6] == pytest.approx([7.5, 7.5])
    assert row(result, "cfads.net_cfads")[4:6] == pytest.approx([7.5, 7.5])


def test_each_unpaid_instalment_is_claimed_once_after_the_waiting_period(tmp_path: Path) -> None:
    """2029H1: 7.5 and interest on 45 are unpaid, and claimed in 2029H2. 2029H2: 7.5 and interest on the 37.5 that are
    not late. Of the 15 of 2030H1, interest comes first: the instalment claimed is paid, then a part of the second one,
    so that only what is left of it after the payment is claimed."""
    result = run(extended(tmp_path, cover() + event()))
    first = 7.5 + interest(45, 4)
    second = row(result, "lender.jbic.due")[5]
    unpaid, due = row(result, "lender.jbic.unpaid"), row(result, "lender.jbic.due")

    assert second == pytest.approx(7.5 + interest(37.5, 5))
    assert claims(result)[5] == pytest.approx(first)
    assert claims(result)[6] == pytest.approx(min(second, unpaid[6] - due[6]))
    assert sum(claims(result)) <= first + second + 1e-9


def test_without_waiting_a_claim_is_paid_on_the_due_date(tmp_path: Path) -> None:
    result = run(extended(tmp_path, cover(waiting="0 months") + event()))

    assert claims(result)[4] == pytest.approx(7.5 + interest(45, 4))


def test_an_instalment_paid_within_the_waiting_period_is_not_claimed(tmp_path: Path) -> None:
    """A waiting period of 18 months: the 15 of 2030H1 and of 2030H2 pay the instalment of 2029H1 before."""
    result = run(extended(tmp_path, cover(waiting="18 months") + event() + WIND_UP))

    assert claims(result)[:7] == pytest.approx([0] * 7)
    assert claims(result)[7] == pytest.approx(0)


def test_a_claim_is_paid_at_the_cover_share_of_its_risk(tmp_path: Path) -> None:
    """97.5 % of the first instalment, all of it political."""
    result = run(extended(tmp_path, cover(political="97.5 %", commercial="50 %") + event()))

    assert claims(result)[5] == pytest.approx(0.975 * (7.5 + interest(45, 4)))
    assert pure(result, "cover.nexi.jbic.political_share")[4] == pytest.approx(1)


def test_only_the_cash_that_the_event_took_is_political(tmp_path: Path) -> None:
    """A third of output is seized, 5 a half-year, and 6 more are lost to cost: of 7.5 + interest on 45 unpaid less
    the 4 that came, 5 are political; the rest is commercial and has 90 %."""
    text = cover(commercial="90 %", waiting="0 months") + event(share="33.333333333333333 %") + shock({4: 6})
    result = run(extended(tmp_path, text))
    unpaid = 7.5 + interest(45, 4) - 4

    assert row(result, "lender.jbic.unpaid")[4] == pytest.approx(unpaid)
    assert row(result, "cover.nexi.jbic.lost_cash.used")[4] == pytest.approx(min(5, unpaid))
    assert claims(result)[4] == pytest.approx(min(5, unpaid) + 0.9 * max(0, unpaid - 5))


def test_a_fall_in_price_pays_nothing_under_political_cover(tmp_path: Path) -> None:
    """The price falls to 10 USD/kg: nothing is earned, nothing is paid, and nothing is claimed."""
    fall = {"price.oxide.deck": '{ 2028-12-31 = "40 USD/kg", 2029-01-01 = "10 USD/kg" }'}
    result = run(extended(tmp_path, cover()), fall)

    assert row(result, "lender.jbic.unpaid")[-1] > 30
    assert sum(claims(result)) == 0
    assert metric(result, "lender_loss.jbic") == pytest.approx(metric(result, "lender_loss_covered.jbic"))


def test_the_same_fall_in_price_is_paid_under_commercial_cover(tmp_path: Path) -> None:
    """Six instalments are claimed at 90 %."""
    fall = {"price.oxide.deck": '{ 2028-12-31 = "40 USD/kg", 2029-01-01 = "10 USD/kg" }'}
    result = run(extended(tmp_path, cover(commercial="90 %")), fall)
    losses = row(result, "cover.nexi.jbic.loss")

    assert claims(result) == pytest.approx(0.9 * losses)
    assert losses[5:11].min() > 7.5
    assert metric(result, "lender_loss_covered.jbic") < metric(result, "lender_loss.jbic")


def test_an_event_of_the_past_pays_for_no_later_fall_in_price(tmp_path: Path) -> None:
    """Half of the output of 2029 was seized: the cash lost and not used expires with the event."""
    fall = {"price.oxide.deck": '{ 2030-06-30 = "40 USD/kg", 2030-07-01 = "10 USD/kg" }'}
    result = run(extended(tmp_path, cover() + event(share="30 %")), fall)

    assert claims(result)[8:] == pytest.approx([0] * 4)
    assert row(result, "cover.nexi.jbic.lost_cash.closing")[6:] == pytest.approx([0] * 6)


def test_a_commercial_event_is_not_political(tmp_path: Path) -> None:
    result = run(extended(tmp_path, cover(commercial="50 %") + event("commercial_default")))

    assert claims(result)[5] == pytest.approx(0.5 * (7.5 + interest(45, 4)))


@pytest.mark.parametrize("kind", ["expropriation", "export_ban", "political_force_majeure"])
def test_political_events_of_output_are_claimed_alike(tmp_path: Path, kind: str) -> None:
    result = run(extended(tmp_path, cover() + event(kind)))

    assert claims(result)[5] == pytest.approx(7.5 + interest(45, 4))


def test_a_transfer_stop_blocks_cash_that_is_free_again_afterwards(tmp_path: Path) -> None:
    """15 + 15 are blocked in 2029, and come with the 15 of 2030H1: 45."""
    result = run(extended(tmp_path, cover() + event("transfer_stop")))

    assert row(result, "blocked.cash.closing")[4:7] == pytest.approx([15, 30, 0])
    assert row(result, "cfads.net_cfads")[4:7] == pytest.approx([0, 0, 45])
    assert claims(result)[5] == pytest.approx(7.5 + interest(45, 4))
    assert failed(result) <= {"senior_paid", "no_default", "distributions_open"}


def test_the_insurer_takes_its_share_of_later_receipts(tmp_path: Path) -> None:
    """A claim at 80 %: of the 15 that come in 2030H1, what pays the instalment that was claimed goes to it by 80 %."""
    result = run(extended(tmp_path, cover(political="80 %") + event()))
    claimed = row(result, "cover.nexi.jbic.loss")[5]
    came = row(result, "lender.jbic.paid")[6]

    assert row(result, "cover.nexi.jbic.recovered")[6] == pytest.approx(min(claimed, came))
    assert row(result, "cover.nexi.jbic.recovery")[6] == pytest.approx(0.8 * min(claimed, came))
    assert row(result, "cover.nexi.jbic.recovery").sum() == pytest.approx(row(result, "cover.nexi.claims").sum())


def test_the_insurer_takes_its_part_of_interest_on_what_is_late(tmp_path: Path) -> None:
    """2030H1: of two instalments that are late it holds 80 % of the first, claimed in 2029H2. Of the interest of 2030H1
    on both it has that part, and none of the interest before: all of it is paid."""
    result = run(extended(tmp_path, cover(political="80 %") + event()))
    part = 0.8 * row(result, "cover.nexi.jbic.loss")[5] / row(result, "lender.jbic.unpaid")[5]
    accrued = row(result, "lender.jbic.late.accrued")[6]

    assert accrued > 0.5
    assert row(result, "lender.jbic.late.closing")[6] == pytest.approx(0, abs=1e-9)
    assert row(result, "cover.nexi.jbic.recovery_interest")[6] == pytest.approx(part * accrued)
    whole = row(result, "cover.nexi.jbic.recovery") + row(result, "cover.nexi.jbic.recovery_interest")
    assert row(result, "cover.nexi.recoveries") == pytest.approx(whole)


def test_the_cost_of_recovery_is_shared_like_the_receipts(tmp_path: Path) -> None:
    """10 % of what is recovered; the insurer bears 80 % of it."""
    result = run(extended(tmp_path, cover(political="80 %", more='recovery_cost = "10 %"\n') + event()))
    recovered = row(result, "cover.nexi.jbic.recovered")

    assert row(result, "cover.nexi.jbic.recovery_cost") == pytest.approx(0.1 * recovered)
    assert row(result, "cover.nexi.recovery_costs") == pytest.approx(0.08 * recovered)


def test_a_lender_that_is_paid_loses_nothing(tmp_path: Path) -> None:
    """All draws, interest and principal as agreed: nothing, to the cent."""
    result = run(extended(tmp_path, cover()))

    assert metric(result, "lender_loss.jbic") == pytest.approx(0, abs=1e-12)
    assert metric(result, "lender_loss_covered.jbic") == pytest.approx(0, abs=1e-12)


SWEPT = '[waterfall.sweep]\nshare = "100 %"\n'
REPAID = """
[facility.new]
label          = "New loan"
lender         = "Example bank"
country        = "Example"
rank           = "senior"
refinances     = ["jbic"]
drawn_on       = 2029-12-31
amount         = "40 million USD"
rate           = "3 % p.a."
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 4
profile        = "equal"
"""


@pytest.mark.parametrize("early", [SWEPT, REPAID])
def test_a_lender_that_is_repaid_early_loses_nothing(early: str, tmp_path: Path) -> None:
    """60 lent and 60 repaid, a part of it ahead of its date, with interest on what was left until then."""
    result = run(extended(tmp_path, cover() + early))
    early_paid = row(result, "facility.jbic.prepaid" if early == SWEPT else "facility.jbic.refinanced").sum()

    assert early_paid > 20
    assert row(result, "lender.jbic.received").sum() == pytest.approx(60 + row(result, "facility.jbic.interest").sum())
    assert metric(result, "lender_loss.jbic") == pytest.approx(0, abs=1e-12)
    assert metric(result, "lender_loss_covered.jbic") == pytest.approx(0, abs=1e-12)


def test_a_lender_counts_its_loss_in_its_own_money(tmp_path: Path) -> None:
    """1,500 million JPY lent at 150, all repaid while the yen rises to 120: neither a loss nor a gain in yen."""
    rates = '[fx]\njpy_per_usd = { 2027-01-01 = "150 JPY/USD", 2029-01-01 = "120 JPY/USD" }\n'
    yen = MEZZANINE.replace('"10 million USD"', '"1,500 million JPY"\ncurrency = "JPY"')
    result = run(extended(tmp_path, cover() + rates + yen))

    assert metric(result, "lender_loss.mezzanine") == pytest.approx(0, abs=1e-12)
    assert row(result, "lender.mezzanine.drawn") == pytest.approx(10)
    assert row(result, "lender.mezzanine.received")[4] == pytest.approx((187.5 + 0.05 * 1125) / 150)


def test_the_loss_of_a_lender_is_what_is_never_paid_at_the_contract_rate(tmp_path: Path) -> None:
    """Nothing comes after 2028: 45 are outstanding at its end, worth 45 at the contract rate, discounted to close."""
    fall = {"price.oxide.deck": '{ 2028-12-31 = "40 USD/kg", 2029-01-01 = "10 USD/kg" }'}
    result = run(extended(tmp_path, cover()), fall)
    factor = 1.0
    for at in range(4):
        factor /= 1 + interest(1, at)

    assert metric(result, "lender_loss.jbic") == pytest.approx(45 * factor / 60)


def test_full_political_cover_without_waiting_leaves_the_lender_no_loss(tmp_path: Path) -> None:
    """A seizure to the end of the deal, covered in full without waiting: what is lost is nothing."""
    forever = event().replace("12 months", "48 months")
    result = run(extended(tmp_path, cover(waiting="0 months") + forever))

    assert metric(result, "lender_loss.jbic") > 0.5
    assert metric(result, "lender_loss_covered.jbic") == pytest.approx(0, abs=1e-9)


def test_a_scenario_switches_an_event_on(tmp_path: Path) -> None:
    """The case holds the event at a share of nothing, and its numbers are those without it."""
    folder = extended(tmp_path, cover() + event(share="0 %"))
    calm, seized = run(folder), run(folder, {"event.seizure.share": "100 %"}, hold_debt=True)

    assert metric(calm, "equity_irr") == pytest.approx(metric(run(TINY), "equity_irr"))
    assert sum(claims(calm)) == 0 < sum(claims(seized))


def test_two_lenders_of_a_rank_share_the_cash_lost_by_their_commitments(tmp_path: Path) -> None:
    """A second senior loan of 40 %: its part of the 15 lost is 6."""
    bank = second_lender("5 % p.a.", "ACT/365F")
    result = run(extended(tmp_path, bank + cover().replace('"jbic"', '"bank"') + event(share="20 %") + shock({4: 12})))
    there = row(result, "cover.nexi.bank.lost_cash.there")

    assert there[4] == pytest.approx(0.4 * 3)


def test_without_a_waiting_period_there_are_no_rows_of_claims() -> None:
    lines = run(TINY).model.lines

    assert not [id for id in lines if id.startswith(("event", "blocked", "lender.jbic.due", "lender.jbic.late"))]
    assert not [id for id in lines if "claim" in id or "covered" in id]


@pytest.mark.parametrize("seed", range(16))
def test_in_any_deal_the_insurer_pays_no_more_than_is_lost_and_takes_no_more_than_it_paid(
    tmp_path: Path, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    kind = draw.choice(["expropriation", "transfer_stop", "export_ban", "commercial_default"])
    text = cover(f"{draw.uniform(50, 100):.1f} %", f"{draw.uniform(0, 97):.1f} %", f"{6 * draw.integers(0, 4)} months")
    text += event(kind, f"{draw.uniform(0, 100):.0f} %").replace("12 months", f"{6 * draw.integers(1, 5)} months")
    text += WIND_UP
    if seed % 2:
        text += MEZZANINE
        text = text.replace('["jbic"]', '["jbic", "mezzanine"]')
    points = ", ".join(f'{y}-01-01 = "{draw.uniform(10, 45):.1f} USD/kg"' for y in range(2027, 2033))
    result = run(extended(tmp_path, text), {"price.oxide.deck": f"{{ {points} }}"})
    for id in result.case.tables.cover["nexi"].facilities:
        loss, due = row(result, f"cover.nexi.{id}.loss"), row(result, f"lender.{id}.due")
        claim, back = row(result, f"cover.nexi.{id}.claim"), row(result, f"cover.nexi.{id}.recovery")
        assert loss.min() >= -1e-9
        assert np.cumsum(loss)[-1] <= np.cumsum(due)[-1] + 1e-9
        assert (claim <= loss + 1e-9).all()
        assert (np.cumsum(back) <= np.cumsum(claim) + 1e-9).all()
        assert row(result, f"cover.nexi.{id}.claimed.closing").min() >= -1e-9
        assert row(result, f"cover.nexi.{id}.lost_cash.closing").min() >= -1e-9
    assert metric(result, "lender_loss_covered.jbic") <= max(metric(result, "lender_loss.jbic"), 0) + 1e-9
    assert not {"cash_conserved", "balance_sheet", "accounts_end_at_zero"} & failed(result)


def test_a_sculpted_loan_with_an_event_and_cover_is_sized_without_the_event(tmp_path: Path) -> None:
    text = cover().replace('"jbic"', '"loan"') + event(share="0 %").replace("2029-01-01", "2031-01-01")
    result = run(extended(tmp_path, text, SCULPTED))

    assert metric(result, "debt.loan") == pytest.approx(metric(run(SCULPTED), "debt.loan"))


def test_a_fault_in_blocked_cash_is_seen(tmp_path: Path) -> None:
    """Its account is emptied, and the cash is nowhere."""
    result = run(extended(tmp_path, event("transfer_stop")))
    model = build(result.case).model
    broken = model.find("blocked.cash.closing")
    assert broken.expr is not None
    broken.expr = broken.expr * 0
    values = evaluate(model, plan(model), dict(result.given))
    faults = {check.id.removeprefix("checks.") for check in judge(model, values, 1e-9) if not check.passed}

    assert {"cash_conserved", "balance_sheet"} <= faults


def test_a_scenario_of_the_case_may_hold_the_event(tmp_path: Path) -> None:
    folder = extended(tmp_path, cover() + event(share="0 %"))
    (folder / "scenarios.toml").write_text('[seizure]\nset = { "event.seizure.share" = "100 %" }\n', encoding="utf-8")
    result = fm.run(fm.load(folder, "seizure"))

    assert claims(result)[5] == pytest.approx(7.5 + interest(45, 4))


def test_the_share_of_an_event_may_vary_by_path(tmp_path: Path) -> None:
    """Five paths at once are five runs, line by line."""
    folder = extended(tmp_path, cover(political="97.5 %", commercial="90 %") + event(share="0 %"))
    result = run(folder)
    model, shares = build(result.case).model, np.linspace(0.0, 1.0, 5)
    order, given = plan(model), dict(result.given)
    kernel = compile_kernel(model, order, list(model.lines), {"event.seizure.share"}, paths=True)
    varied = kernel.run({**given, "event.seizure.share": shares}, evaluate(model, order, given), 5)
    for number, share in enumerate(shares):
        single = evaluate(model, order, {**given, "event.seizure.share": float(share)})
        for id in ("cover.nexi.claims", "cover.nexi.recoveries", "cfads.net_cfads", "lender.jbic.covered.net_loss"):
            assert np.asarray(varied[id])[:, number] == pytest.approx(np.asarray(single[id]), abs=1e-6), id
