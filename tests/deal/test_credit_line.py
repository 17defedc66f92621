"""A line of credit for working capital, worked by hand on the tiny loan in million USD, and at random.

15 of cash a half-year from 2028H1, senior service of 7.5 and interest. A shock of cost makes operations short.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.deal.fin import FLAGSHIP, TINY, extended, row, run, shock
from tests.deal.ops import read, share

LINE = """
[credit_line.bank]
label     = "Working capital line"
lender    = "House bank"
limit     = "10 million USD"
rate      = "10 % p.a."
day_count = "months"
"""


def tiny(folder: Path, line: str, cost: dict[int, float]) -> fm.Results:
    """The tiny loan with a line and extra cost."""
    return run(extended(folder, line + shock(cost)))


def test_line_pays_operating_cost_that_would_stay_unpaid_and_is_repaid_first(tmp_path: Path) -> None:
    """2029H1: 15 − 20 = −5: drawn 5, and no supplier waits. 2029H2: 15 of cash repays 5 and 0.25 before senior debt."""
    with_line, without = tiny(tmp_path, LINE, {4: 20}), tiny(tmp_path, "", {4: 20})

    assert row(with_line, "credit_line.bank.drawn")[4] == pytest.approx(5)
    assert row(with_line, "credit_line.bank.repaid")[5] == pytest.approx(5)
    assert row(with_line, "credit_line.bank.interest")[5] == pytest.approx(0.25)
    assert row(with_line, "waterfall.free_cash")[5] == pytest.approx(15 - 5.25)
    assert max(row(with_line, "account.arrears.closing")) == 0
    assert row(without, "account.arrears.closing")[4] == pytest.approx(5)
    assert with_line.passed


def test_line_does_not_serve_senior_debt(tmp_path: Path) -> None:
    """2029H1: 15 − 12 = 3 of cash and more than 7.5 of service: the line stays undrawn, and the loan waits."""
    result = tiny(tmp_path, LINE, {4: 12})

    assert max(row(result, "credit_line.bank.drawn")) == 0
    assert row(result, "waterfall.senior_shortfall")[4] > 4


def test_limit_leaves_the_rest_unpaid(tmp_path: Path) -> None:
    """2029H1: 5 short, 3 drawn, 2 of operating cost wait. 2029H2: 15 pay them, then the line and its interest."""
    result = tiny(tmp_path, LINE.replace("10 million", "3 million"), {4: 20})

    assert row(result, "credit_line.bank.drawn")[4] == pytest.approx(3)
    assert row(result, "account.arrears.closing")[4:6] == pytest.approx([2, 0])
    assert row(result, "credit_line.bank.repaid")[5] == pytest.approx(3)
    assert result.passed


def test_locked_cash_is_used_before_the_line(tmp_path: Path) -> None:
    """A shock of 33 that the plan knows of locks up 12.18 by 2028H2: of the 18 short, only the rest is drawn."""
    result = tiny(tmp_path, LINE + '[waterfall]\nlockup = "1.00x"\n', {4: 33})
    locked = row(result, "account.locked.closing")[3]

    assert locked > 12
    assert row(result, "credit_line.bank.drawn")[4] == pytest.approx(18 - locked)
    assert row(result, "account.locked.closing")[4] == pytest.approx(0)


def test_fee_is_on_what_is_not_drawn(tmp_path: Path) -> None:
    """1 % on 10 a year: 0.05 a half-year in operation, 0.025 on the 5 left after a drawing."""
    fee = row(tiny(tmp_path, LINE + 'commitment_fee = "1 % p.a."\n', {4: 20}), "credit_line.bank.commitment_fee")

    assert fee[1:4] == pytest.approx([0, 0.05, 0.05])
    drawn = 5 + 0.05  # the fee of the period of the shock is drawn too
    assert fee[5] == pytest.approx((10 - drawn) * 0.005)


def test_cash_to_keep_is_restored_by_the_line_and_repaid_from_what_is_beyond(tmp_path: Path) -> None:
    """Keep 8: 2029H1 has 15 − 10 = 5 in hand, so 3 are drawn; 2029H2 repays them."""
    result = tiny(tmp_path, LINE + 'keep = "8 million USD"\n', {4: 10})

    assert row(result, "credit_line.bank.drawn")[4] == pytest.approx(3)
    assert row(result, "waterfall.free_cash")[4] == pytest.approx(8)
    assert row(result, "credit_line.bank.repaid")[5] == pytest.approx(3)


def test_line_that_follows_its_base_is_drawn_to_it_and_clean_at_the_end(tmp_path: Path) -> None:
    """73 of 365 days of 1,000,000 USD are open: half of 200,000 are drawn in 2029 and repaid in 2032."""
    line = LINE + 'base = "receivable"\nadvance = "50 %"\ndraws = "base"\n'
    result = fm.run(read(tmp_path, share(more='payment_days = "73 days"\n') + line))
    owed = [float(result["credit_line.bank.outstanding.closing"][number]) for number in range(1, 5)]

    assert owed == pytest.approx([100_000, 100_000, 100_000, 0])
    assert result.passed


def test_base_that_shrinks_takes_back_what_it_no_longer_backs(tmp_path: Path) -> None:
    """The price halves in 2030: 100,000 USD are open, and 50,000 of 100,000 go back."""
    line = LINE + 'base = "receivable"\nadvance = "50 %"\ndraws = "base"\n'
    fall = '[price.ore]\npremium = { 2028-01-01 = "1x", 2030-01-01 = "0.5x" }\n'
    result = fm.run(read(tmp_path, share(more='payment_days = "73 days"\n') + line + fall))

    assert float(result["credit_line.bank.repaid"][2]) == pytest.approx(50_000)


def test_interest_of_the_line_is_deductible_and_no_part_of_cfads(tmp_path: Path) -> None:
    """2030: 10 % on 100,000 USD: 10,000 less of profit, 3,000 less tax of 30 %."""
    line = LINE + 'base = "receivable"\nadvance = "50 %"\ndraws = "base"\n'
    sale = share(more='payment_days = "73 days"\n')
    drawn, plain = fm.run(read(tmp_path, sale + line)), fm.run(read(tmp_path, sale))

    assert drawn["income.net_before_tax"][2] - plain["income.net_before_tax"][2] == pytest.approx(-10_000)
    assert drawn["cfads.net_cfads"][2] - plain["cfads.net_cfads"][2] == pytest.approx(3_000)


def test_line_raises_the_least_cash_of_the_flagship_in_the_embargo(tmp_path: Path) -> None:
    """Receivables grow by 76 million USD; a line of 60 lifts the least cash after operations, locked cash included.

    It is 22.6 without the line, and at least the 30 that the line keeps, of which mezzanine that waits locks up a part.
    """
    case = shutil.copytree(FLAGSHIP, tmp_path / "flagship")
    line = LINE.replace("10 million", "60 million") + 'base = "receivable"\nkeep = "30 million USD"\n'
    with (case / "case.toml").open("a", encoding="utf-8") as file:
        file.write(line)
    plain, with_line = (fm.run(fm.load(folder, scenario="embargo")) for folder in (FLAGSHIP, case))
    number = plain.model.timeline.labels.index
    operating = slice(number("2030Q3"), number("2049Q4"))
    growth = plain["working.receivable"][number("2032Q1")] - plain["working.receivable"][number("2031Q4")]

    assert growth > 70e6
    least, raised = (
        min((row(result, "waterfall.free_cash") + row(result, "account.locked.opening"))[operating])
        for result in (plain, with_line)
    )
    assert least < 23
    assert raised > 29
    assert with_line.passed
    assert with_line["credit_line.bank.outstanding.closing"][-1] == 0


def test_case_without_short_term_debt_has_none_of_its_lines() -> None:
    lines = run(TINY).model.lines

    assert [id for id in lines if id.startswith(("credit_line", "repo", "short_debt"))] == []


@pytest.mark.parametrize("seed", range(30))
def test_random_lines_conserve_cash_stay_within_their_limit_and_end_clean(tmp_path: Path, seed: int) -> None:
    """Any cost shocks, limits, bases, cash to keep: all checks of the deal pass."""
    draw = np.random.default_rng(seed)
    cost = {int(number): float(draw.uniform(0, 40)) for number in draw.integers(2, 12, 3)}
    base = str(draw.choice(["none", "receivable", "stock", "both"]))
    text = f'{LINE}base = "{base}"\ncommitment_fee = "1 % p.a."\n'
    if base == "none" or draw.integers(2):
        text += f'keep = "{draw.uniform(0, 10):.2f} million USD"\n'
    else:
        text += f'draws = "base"\nadvance = "{draw.uniform(10, 100):.1f} %"\n'
    goods = '[timeline]\nwind_up = "6 months"\n[product.oxide]\npayment_days = "60 days"\nstock_days = "45 days"\n'
    result = tiny(tmp_path, goods + text, cost)
    owed = row(result, "credit_line.bank.outstanding.closing")

    failed = {check.id for check in result.checks if not check.passed and check.kind == "error"}

    assert failed <= {"checks.sizing_repaid"}  # the shocks are in the sizing case too
    assert np.all((owed >= 0) & (owed <= 10 + 1e-9))
    assert owed[-1] == 0
