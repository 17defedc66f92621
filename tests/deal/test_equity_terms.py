"""Terms of classes by hand: who pays in first, catch-up, deferral, exits, dividends within profit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from finmodel.deal.owners import equity
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import serial
from finmodel.kernel.units import DATE
from finmodel.run.results import Results
from tests.deal.fin import TINY, extended, failed, interest, metric, row, run, shock
from tests.deal.tax_helpers import deal, evaluate, given
from tests.deal.test_equity import LEAP, owner

Values = dict[str, NDArray[np.float64]]


IDC = interest(30, 1)
QUARTER = (40 + IDC) / 4
"""The tiny loan's equity is 40 and the interest of construction; this is a quarter of it."""


def classes(more: str = "", other: str = "") -> str:
    """The tiny loan's equity: 75 % sponsor, 25 % public; keys are added to either."""
    return f"""
    [equity.sponsor]
    share = "75 %"
    {other}
    [equity.public]
    label = "Public"
    holder = "Public"
    share = "25 %"
    {more}
    """


def flows(distributed: Sequence[float], terms: dict[str, equity.EquityClass]) -> Values:
    """Lines of classes that pay in 100 at the end of 2027 and share distributions from 2028, by id."""
    small = deal("year", (1, 4, 0), close=date(2027, 1, 1), year_end=12)
    paid, shared = small.flow("paid", [100]), small.flow("distributed", [0, *distributed])
    equity.build(small.context, terms, paid, shared)
    return {id: np.array(row) for id, row in evaluate(small.model).items()}


def dated(id: str, day: date) -> Given:
    """A date as a case gives it."""
    return Given(id, serial(day), DATE)


# ---- contributions


def paid(result: Results, name: str) -> list[float]:
    """What a class pays in in the two half-years of construction."""
    return list(row(result, f"equity.{name}.paid_in")[:2])


def test_classes_pay_in_by_shares(tmp_path: Path) -> None:
    """20 in the first half-year, 20 and interest of 30 in the second; a quarter by the public class."""
    assert paid(run(extended(tmp_path, classes())), "public") == pytest.approx([5, 5 + IDC / 4])


def test_a_class_that_contributes_first_pays_until_its_commitment_is_used(tmp_path: Path) -> None:
    """Its quarter, 10.189, of the first 20; the sponsor has the rest."""
    result = run(extended(tmp_path, classes('contributes = "first"')))

    assert paid(result, "public") == pytest.approx([QUARTER, 0])
    assert paid(result, "sponsor") == pytest.approx([20 - QUARTER, 20 + IDC])
    assert failed(result) == set()


def test_a_class_that_contributes_last_pays_once_the_others_have(tmp_path: Path) -> None:
    """The sponsor's three quarters come first, then the public one."""
    result = run(extended(tmp_path, classes('contributes = "last"')))

    assert paid(result, "public") == pytest.approx([0, QUARTER])
    assert paid(result, "sponsor") == pytest.approx([20, 3 * QUARTER - 20])


def test_a_cost_overrun_beyond_all_commitments_is_paid_by_shares(tmp_path: Path) -> None:
    """The plant costs 120 with the debt held: some 20 more of equity than was promised."""
    folder = extended(tmp_path, classes('contributes = "first"'))
    result = run(folder, {"capex.plant.amount": "120 million USD"}, hold_debt=True)

    over = row(result, "funding.equity").sum() - 4 * QUARTER

    assert over > 20
    assert sum(paid(result, "public")) == pytest.approx(QUARTER + 0.25 * over)
    assert sum(paid(result, "sponsor")) == pytest.approx(3 * QUARTER + 0.75 * over)


# ---- tiers


def test_with_a_catch_up_share_the_others_receive_the_rest_of_the_tier() -> None:
    """60 owed 66.0172 at the end of 2028 and paid; the 10 left go 80 : 20 until the public class has its 40."""
    public = owner("public", 0.4, subordinated=True).model_copy(update={"catch_up": given("catch_up", 0.8)})
    rows = flows([60 * 1.10**LEAP + 10, 100], {"ordinary": owner("ordinary", 0.6, hurdle=0.10), "public": public})
    rest = 100 - 32 / 0.8

    assert rows["equity.public.received"][1] == pytest.approx(8)
    assert rows["equity.ordinary.received"][1] == pytest.approx(60 * 1.10**LEAP + 2)
    assert rows["equity.public.received"][2] == pytest.approx(32 + 0.4 * rest)


def test_a_deferred_class_receives_nothing_until_its_date_and_then_what_has_grown() -> None:
    """Deferred to the end of 2030: 40 at 5 % are 46.31 then; before, the other class receives all."""
    day = dated("equity.late.deferred_until", date(2030, 12, 31))
    late = owner("late", 0.4, hurdle=0.05).model_copy(update={"deferred_until": day})
    rows = flows([70, 10, 50, 10], {"ordinary": owner("ordinary", 0.6, hurdle=0.10), "late": late})
    owed = 40 * 1.05 ** (LEAP + 2)

    assert rows["equity.late.received"] == pytest.approx([0, 0, 0, owed + 0.4 * (50 - owed), 4])
    assert rows["equity.ordinary.received"][1:3] == pytest.approx([70, 10])


# ---- exits


EXIT = '\n[equity.public.exit]\nkind = "put"\ndate = 2029-12-31\n'


def test_an_exit_at_a_price_moves_later_distributions_to_the_buyer(tmp_path: Path) -> None:
    """From 2030H1 on the sponsor receives all, and pays 12 at the end of 2029H2."""
    result = run(extended(tmp_path, classes() + EXIT + 'price = "12 million USD"\nbuyer = "sponsor"\n'))
    whole = row(result, "waterfall.distributions")
    public, sponsor = (row(result, f"equity.{name}.net_flow") for name in ("public", "sponsor"))

    assert public[2:] == pytest.approx([*(0.25 * whole[2:5]), 0.25 * whole[5] + 12, *[0] * 6])
    assert sponsor[5:8] == pytest.approx([0.75 * whole[5] - 12, whole[6], whole[7]])
    assert failed(result) == set()


def test_an_exit_is_no_cash_of_the_deal(tmp_path: Path) -> None:
    text = classes() + EXIT + 'price = "12 million USD"\nbuyer = "sponsor"\n'
    result, plain = run(extended(tmp_path, text)), run(TINY)

    assert row(result, "waterfall.distributions") == pytest.approx(row(plain, "waterfall.distributions"))
    assert metric(result, "equity_irr") == pytest.approx(metric(plain, "equity_irr"))


def test_a_multiple_prices_what_was_paid_in(tmp_path: Path) -> None:
    """1.5 times a quarter of 40.756; the multiple of the class counts it."""
    result = run(extended(tmp_path, classes() + EXIT + 'multiple = "1.5x"\nbuyer = "sponsor"\n'))
    received = 0.25 * row(result, "waterfall.distributions")[:6].sum()

    assert row(result, "equity.public.exit_price")[5] == pytest.approx(1.5 * QUARTER)
    assert metric(result, "equity_multiple.public") == pytest.approx(received / QUARTER + 1.5)


def test_a_price_by_rate_brings_the_seller_to_that_return(tmp_path: Path) -> None:
    """30 % a year by dates: its present value at 30 % is nothing."""
    result = run(extended(tmp_path, classes() + EXIT + 'rate = "30 % p.a."\nbuyer = "sponsor"\n'))
    days = [period.last_day for period in result.model.timeline.periods]
    years = np.array([(day - days[0]).days / 365 for day in days])

    assert row(result, "equity.public.exit_price")[5] > 0
    assert np.sum(row(result, "equity.public.net_flow") * 1.3**-years) == pytest.approx(0, abs=1e-9)


def test_a_class_that_has_had_its_return_sells_for_nothing(tmp_path: Path) -> None:
    result = run(extended(tmp_path, classes() + EXIT + 'rate = "0 % p.a."\nbuyer = "sponsor"\n'), SMALL_PLANT)

    assert row(result, "equity.public.received")[:6].sum() > 5
    assert row(result, "equity.public.exit_price")[5] == 0


SMALL_PLANT = {"capex.plant.amount": "70 million USD"}


def test_an_outside_buyer_receives_what_the_seller_no_longer_does(tmp_path: Path) -> None:
    """The price is paid outside; the deal pays a quarter of its distributions to the buyer."""
    result = run(extended(tmp_path, classes() + EXIT + 'price = "12 million USD"\noutside_buyer = "Fund"\n'))
    whole = row(result, "waterfall.distributions")

    assert row(result, "equity.public.net_outside") == pytest.approx([*[0] * 6, *(0.25 * whole[6:])])
    assert row(result, "equity.public.net_flow")[6:] == pytest.approx([0] * 6)
    assert row(result, "equity.sponsor.received") == pytest.approx(0.75 * whole)
    assert failed(result) == set()


def test_a_buyer_pays_the_calls_on_what_it_bought(tmp_path: Path) -> None:
    """Contingent equity of 2030H2 is called after the exit: the sponsor pays the quarter of the public class."""
    text = classes() + EXIT + 'price = "0 USD"\nbuyer = "sponsor"\n' + shock({7: 14})
    result = run(extended(tmp_path, text), {"waterfall.contingent_equity": "3 million USD"})

    assert row(result, "equity.sponsor.paid_in")[7] == pytest.approx(3)
    assert row(result, "equity.public.paid_in")[7] == 0
    assert {"owners_receive", "balance_sheet", "cash_conserved"} & failed(result) == set()


# ---- payback and loss


def test_a_class_is_paid_back_when_its_net_flow_turns_and_loses_nothing(tmp_path: Path) -> None:
    """A quarter of 6.004 + 6.195 + 6.384 + 6.555 + 6.76 + 6.93 is 9.71 of the 10.19 paid in."""
    result = run(extended(tmp_path, classes()))
    running = row(result, "equity.public.net_flow").cumsum()
    at = int(np.argmax(running >= 0))
    into = 1 - running[at] / row(result, "equity.public.net_flow")[at]

    assert metric(result, "equity_payback.public") == pytest.approx((at + into) / 2)
    assert metric(result, "equity_loss.public") == 0


def test_the_loss_of_a_class_is_the_share_that_does_not_come_back(tmp_path: Path) -> None:
    """A fall in price with the debt held."""
    result = run(extended(tmp_path, classes()), {"price.oxide.deck": "25 USD/kg"}, hold_debt=True)
    back = row(result, "equity.public.received").sum()

    assert back < 10
    assert metric(result, "equity_loss.public") == pytest.approx(1 - back / QUARTER)
    assert result.metrics["equity_payback.public"] is None


# ---- dividends within profit


def retained(result: Results) -> NDArray[np.float64]:
    """Profit retained at the end of each half-year."""
    return row(result, "balance.net_retained.closing")


def test_dividends_are_limited_by_the_profit_of_past_periods(tmp_path: Path) -> None:
    """The first half-year of operation has no past profit: nothing is distributed, and its cash waits."""
    result = run(TINY, {"waterfall.distributable": '"profit"'})
    paid_out, free = row(result, "waterfall.distributions"), row(run(TINY), "waterfall.distributions")

    assert paid_out[2] == 0
    assert row(result, "account.cash.closing")[2] == pytest.approx(free[2])
    assert paid_out[3] == pytest.approx(min(retained(result)[2], free[2] + free[3]))
    assert np.all(retained(result)[:-1] >= -1e-9)
    assert paid_out.sum() == pytest.approx(free.sum())
    assert failed(result) == set()


def test_beyond_profit_capital_is_paid_back_up_to_what_was_paid_in(tmp_path: Path) -> None:
    """2028H1: no past profit, so that 6.004110 are a return of capital."""
    result = run(TINY, {"waterfall.distributable": '"profit_and_capital"'})
    free = row(run(TINY), "waterfall.distributions")

    assert row(result, "waterfall.distributions")[2] == pytest.approx(free[2])
    assert row(result, "waterfall.capital_repaid")[2] == pytest.approx(free[2])
    assert row(result, "balance.contributed.closing")[2] == pytest.approx(4 * QUARTER - free[2])
    assert row(result, "waterfall.dividends")[3] == pytest.approx(min(free[3], retained(result)[2]))
    assert failed(result) == set()
