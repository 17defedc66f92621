"""Solving for one input: by hand on the tiny loan, and what cannot be solved."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.analysis.solve import spelled
from finmodel.case.quantity import parse
from finmodel.cli.command import command
from finmodel.kernel.errors import SolveError, UsageError
from finmodel.kernel.units import PER_YEAR, RATIO, unit
from tests.deal.fin import TINY, interest

SERVICE = 7.5 + interest(60, 2)
"""Debt service of the first date, at which cover is lowest."""


@pytest.mark.smoke
def test_the_price_at_which_cover_is_1_30() -> None:
    """500 t x (price - 10) = 1.3 x service."""
    found = fm.solve(TINY, "price.oxide.deck", "dscr_min = 1.30x")

    assert found.value == pytest.approx(10 + 1.3 * SERVICE / 0.5, rel=1e-9)
    assert found.result.metrics["dscr_min"] == pytest.approx(1.3, abs=1e-9)


def test_the_answer_typed_into_the_case_gives_the_goal() -> None:
    found = fm.solve(TINY, "price.oxide.deck", "equity_irr = 15 %")
    typed = fm.run(fm.load(TINY, set={found.key: found.typed}))

    assert typed.metrics["equity_irr"] == pytest.approx(0.15, abs=1e-9)


def test_a_fixed_amount_of_debt_is_found_within_a_range() -> None:
    """Cover of 2 at the first date: debt x (1/8 + 5 % x 182/365) = 7.5."""
    found = fm.solve(TINY, "sizing.amount", "dscr_min = 2x", between=("20 million USD", "60 million USD"))

    assert found.value == pytest.approx(7.5e6 / (1 / 8 + 0.05 * 182 / 365), rel=1e-9)


@pytest.mark.slow
def test_with_the_debt_held_a_change_of_its_amount_changes_nothing() -> None:
    with pytest.raises(SolveError, match=r"is not reached: the nearest is 0\.332572"):
        fm.solve(TINY, "sizing.amount", "dscr_min = 2x", hold_debt=True, between=("50 million USD", "60 million USD"))


@pytest.mark.parametrize(
    ("key", "goal", "told"),
    [
        (
            "price.oxide.dek",
            "dscr_min = 1x",
            '"price.oxide.dek" is not an input of this case. Did you mean "price.oxide',
        ),
        ("price.oxide.deck", "dscr = 1x", '"dscr" is not a result of this case. Did you mean "dscr_min"?'),
        (
            "price.oxide.deck",
            "dscr_min",
            'a goal is a result and its value, such as "dscr_min = 1.30x": got "dscr_min"',
        ),
        ("price.oxide.deck", "dscr_min = 5 USD", 'dscr_min is in ratio: got "5 USD"'),
        ("price.oxide.deck", "dscr_min = high", "the goal "),
        ("capex.plant.profile", "dscr_min = 1x", "capex.plant.profile has a value for each period"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(key: str, goal: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        fm.solve(TINY, key, goal)

    assert str(error.value).startswith(told)


def test_a_range_in_another_unit_is_refused() -> None:
    with pytest.raises(UsageError, match='--between wants USD/kg: got "1 t"'):
        fm.solve(TINY, "price.oxide.deck", "dscr_min = 1x", between=("1 t", "2 t"))


def test_a_range_without_length_is_refused() -> None:
    with pytest.raises(UsageError, match="two different values: got 90 USD/kg twice"):
        fm.solve(TINY, "price.oxide.deck", "dscr_min = 1x", between=("90 USD/kg", "90 USD/kg"))


def test_an_unknown_result_or_input_is_told_with_what_is_known() -> None:
    with pytest.raises(UsageError, match=r'"zzz" is not a result of this case. Known are: .*dscr_min'):
        fm.solve(TINY, "price.oxide.deck", "zzz = 1x")
    with pytest.raises(UsageError, match=r'"zzz" is not an input of this case. `finmodel keys` lists'):
        fm.solve(TINY, "zzz", "dscr_min = 1x")


def test_a_goal_out_of_reach_says_how_near_it_comes() -> None:
    with pytest.raises(SolveError, match=r'"dscr_min = 100x" is not reached: the nearest is .* off, at 160 USD/kg'):
        fm.solve(TINY, "price.oxide.deck", "dscr_min = 100x")


@pytest.mark.parametrize("value", [0.123456789012345, 1.3, 1234567.0625, 0.0])
@pytest.mark.parametrize("of", [RATIO, PER_YEAR, unit("USD/kg")])
def test_a_number_is_spelled_as_a_case_reads_it(value, of) -> None:
    amount, _ = parse(spelled(value, of))

    assert float(amount) == pytest.approx(value, rel=1e-14)


def test_the_command_prints_the_key_as_a_case_would_hold_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["solve", str(TINY), "price.oxide.deck", "dscr_min = 1.30x"]) == 0

    assert capsys.readouterr().out.startswith('price.oxide.deck = "33.389315068493')


def poor(folder: Path, price: str = "8 USD/kg") -> Path:
    """The tiny loan at a price below its operating cost, its debt sculpted to a cover of 1.30x and at most 70 %."""
    made = Path(shutil.copytree(TINY, folder / "poor"))
    (made / "expected.toml").unlink()
    file = made / "case.toml"
    text = file.read_text(encoding="utf-8")
    text = text[: text.index("[expect]")].replace('deck  = "40 USD/kg"', f'deck  = "{price}"')
    text = re.sub(r'(?m)^profile( *)= "[^"]*"', r'profile\1= "sculpted"', text)
    sizing = '[sizing]\ngearing_cap = "70 %"\ndscr_contracted = "1.3x"\ndscr_merchant = "1.3x"\n'
    file.write_text(re.sub(r"(?ms)^\[sizing\]\n.*?(?=^\[|\Z)", sizing + "\n", text), encoding="utf-8")
    return made


def test_a_case_that_cannot_be_sized_itself_is_solved_from_where_it_can_be(tmp_path: Path) -> None:
    """At 8 USD/kg the plant loses 2 a kilogram. The answer is more than four times the price: typed in, it holds."""
    folder = poor(tmp_path)
    with pytest.raises(SolveError, match="no debt can be sized"):
        fm.run(folder)
    found = fm.solve(folder, "price.oxide.deck", "equity_irr = 15 %")

    assert found.value == pytest.approx(35.797899432, rel=1e-9)
    typed = fm.run(fm.load(folder, set={found.key: found.typed}))
    assert typed.metrics["equity_irr"] == pytest.approx(0.15, abs=1e-9)


def test_the_answer_may_lie_between_the_last_value_without_a_result_and_the_first_with_one(tmp_path: Path) -> None:
    """Steps go 8, 8.8, 9.6, 10.4: debt of 100,000 USD needs 10.0x USD/kg, and at 9.6 there is none at all."""
    found = fm.solve(poor(tmp_path), "price.oxide.deck", "debt.jbic = 100,000 USD")

    assert 10 < found.value < 10.4
    assert found.result.metrics["debt.jbic"] == pytest.approx(100_000, rel=1e-9)


def test_on_a_dated_deck_the_message_names_a_multiple_that_can_be_solved_for(tmp_path: Path) -> None:
    """40 USD/kg in all years as a table: the multiple found is the price of the first test over 40."""
    made = Path(shutil.copytree(TINY, tmp_path / "deal"))
    file = made / "case.toml"
    dated = 'deck  = { 2027-01-01 = "40 USD/kg", 2030-01-01 = "40 USD/kg" }'
    file.write_text(file.read_text(encoding="utf-8").replace('deck  = "40 USD/kg"', dated), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        fm.solve(made, "price.oxide.deck", "dscr_min = 1.30x")

    told = "price.oxide.deck has a value for each period: solve for price.oxide.premium, a multiple of the whole deck."
    assert str(refused.value) == told
    found = fm.solve(made, told.split("solve for ")[1].split(",")[0], "dscr_min = 1.30x")
    assert found.value * 40 == pytest.approx(10 + 1.3 * SERVICE / 0.5, rel=1e-9)
