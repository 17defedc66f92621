"""The two worked examples of own clauses, on every face and in every table that a clause of ours is in."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import finmodel as fm
from finmodel.kernel.errors import UsageError
from finmodel.present.marks import input_name
from finmodel.run.results import Results
from tests.deal.faces import differ, in_the_workbook

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
MODULES = {
    "net_smelter_royalty": EXAMPLES / "net_smelter_royalty" / "royalty.py",
    "carbon_cost": EXAMPLES / "carbon_cost" / "carbon.py",
}
CONSTRUCTION, OPERATIONS = [0.0] * 2, 10


def load(name: str, **changes: str) -> fm.Case:
    """An example with changes; a double underscore stands for a dot."""
    typed = {key.replace("__", "."): value for key, value in changes.items()}
    return fm.load(EXAMPLES / name, set=typed, modules=[MODULES[name]])


@cache
def result(name: str) -> Results:
    return fm.run(load(name))


def test_half_way_on_the_scale_the_royalty_is_three_and_a_half_per_cent():
    """(22.5m sales + 2.5m support - 500 t x 2 USD/kg) x (2 % + 3 % x (45 - 30) / (60 - 30)) = 24m x 3.5 % = 840,000."""
    run = result("net_smelter_royalty")

    assert run["own.royalty.rate"] == pytest.approx(0.035)
    assert run["own.royalty.due"] == pytest.approx([*CONSTRUCTION, *[840_000.0] * OPERATIONS, 0.0])
    assert run.metrics["royalty.total"] == pytest.approx(8.4e6)


@pytest.mark.parametrize(("price", "rate"), [("20 USD/kg", 0.02), ("90 USD/kg", 0.05)])
def test_beyond_the_scale_the_rate_is_that_of_its_end(price, rate):
    run = fm.run(load("net_smelter_royalty", price__oxide__deck=price, sizing__amount="0 USD"))

    assert run["own.royalty.rate"] == pytest.approx(rate)


def test_a_royalty_is_paid_after_its_days():
    """60 of the 182 days of 2028H1 are open at its end: 840,000 x 60 / 182 = 276,923."""
    run = result("net_smelter_royalty")

    assert run["working.payable.own.royalty.due"][2] == pytest.approx(840_000 * 60 / 182)
    assert run["working.paid_to.own.state"][2] == pytest.approx(840_000 * (1 - 60 / 182))
    assert sum(run["party.own.state"]) == pytest.approx(8.4e6)


def test_allowances_are_bought_beyond_the_free_ones_and_sold_below_them():
    """500 t x (4 - 3) x 60 USD/t = 30,000; from 2030 500 t x (4 - 1.5) x 60 = 75,000; at 2 t/t 30,000 are sold."""
    run, spare = result("carbon_cost"), fm.run(load("carbon_cost", carbon_cost__plant__intensity="2.0x"))

    assert run["own.carbon_cost.plant.cost"] == pytest.approx([*CONSTRUCTION, *[30e3] * 4, *[75e3] * 6, 0.0])
    assert spare["own.carbon_cost.plant.revenue"][2:6] == pytest.approx([30e3] * 4)
    assert spare["income.revenue"][2] == pytest.approx(22.5e6 + 30e3)


def test_a_cost_that_tax_does_not_allow_leaves_taxable_income_as_it_is():
    without = fm.run(EXAMPLES / "small_mine")["taxable.net_income.mine"]
    allowed = result("carbon_cost")["taxable.net_income.mine"]
    not_allowed = fm.run(load("carbon_cost", carbon_cost__plant__deductible="false"))["taxable.net_income.mine"]

    assert not_allowed == pytest.approx(without)
    assert without[2] - allowed[2] == pytest.approx(30_000)


@pytest.mark.parametrize("name", MODULES)
def test_statements_balance_and_every_check_holds(name):
    run = result(name)

    assert [check.id for check in run.checks if not check.passed] == []
    assert {"checks.balance_sheet", "checks.cash_conserved"} <= {check.id for check in run.checks}
    assert [check.id for check in run.checks if check.id.startswith("checks.own.")] != []


@pytest.mark.parametrize("name", MODULES)
def test_every_face_gives_the_same_numbers(name):
    assert differ(result(name)) == []


@pytest.mark.parametrize("name", MODULES)
def test_another_program_recalculates_the_workbook_with_the_clause(name, tmp_path):
    """Its lines, its keys under changes, and on the cover its name, version and the hash of its text."""
    run = result(name)

    assert in_the_workbook(run, tmp_path) < 1e-9
    book = openpyxl.load_workbook(tmp_path / "faces.xlsx")
    cover = [cell.value for row in book["Cover"].iter_rows() for cell in row]
    assert "OwnClauses" in book.sheetnames and run.case.modules[0] in cover


def test_the_state_has_its_part_of_the_support():
    """Three and a half per cent of each payment, on the day of the payment; taxes fall by what it takes."""
    run = fm.run(load("net_smelter_royalty", royalty__payment_days="0 days"))
    account = fm.government(run)
    parties = [who.id for who in account.deal.parties]
    split = account.analysis.present

    assert split.all[parties.index("own.state")] == pytest.approx(0.035 * split.net)
    state = account.bodies.set_index("party").loc["own.state"]
    assert (state["label"], state["country"]) == ("State of the mine", "Australia")
    assert state["received"] == pytest.approx(8.4e6)


def test_paths_read_the_clause_and_a_run_is_resumed_on_the_same_formulas_alone(tmp_path):
    """Two processes, none of which has the module; a module of another formula is another run."""
    module = Path(shutil.copy(MODULES["carbon_cost"], tmp_path / "carbon.py"))
    case, options = fm.load(EXAMPLES / "carbon_cost", modules=[module]), fm.Options(folder=tmp_path / "run")

    def drawn(case: fm.Case, workers: int) -> np.ndarray:
        name = "carbon_cost.plant.bought"
        return fm.simulate(case, 8200, 1, [name], workers, options).column(name)

    first = drawn(case, 2)
    (tmp_path / "run" / "parts" / "part-00000001.bin").unlink()
    assert np.array_equal(drawn(case, 1), first) and first.min() < 300e3 < first.max()
    module.write_text(module.read_text(encoding="utf-8").replace("emitted - free", "emitted"), encoding="utf-8")
    with pytest.raises(fm.FinmodelError, match="another case, or a changed one"):
        drawn(fm.load(EXAMPLES / "carbon_cost", modules=[module]), 1)


def test_the_case_keeps_its_modules_and_its_hash_tells_them():
    case = load("net_smelter_royalty")

    assert case.with_set({"royalty.low": "1 %"}).modules == case.modules == case.lenders().modules
    assert case == load("net_smelter_royalty") and hash(case) == hash(load("net_smelter_royalty"))
    named = fm.load(EXAMPLES / "small_mine", modules=[MODULES["carbon_cost"]])
    plain = fm.load(EXAMPLES / "small_mine")
    assert named.sha256 != plain.sha256 and plain.modules == ()
    assert fm.run(named).values == fm.run(plain).values


def test_a_driver_draws_a_key_of_the_clause(tmp_path):
    """From 1 to 3 % at 30 USD/kg, beside 5 % at 60, whatever price the path has."""
    home = shutil.copytree(EXAMPLES, tmp_path / "examples") / "net_smelter_royalty"
    with (home / "case.toml").open("a", encoding="utf-8") as file:
        file.write('\n[risk.driver.rate]\nkey = "royalty.low"\nkind = "uniform"\nlow = "0.5x"\nhigh = "1.5x"\n')
    drawn = fm.simulate(fm.load(home, modules=[home / "royalty.py"]), 8, 1)
    runs = [drawn.replay(number) for number in range(4)]
    lows = [float(np.max(run.given["royalty.low"])) for run in runs]
    scale = [np.clip((run["price.oxide.market"][2] - 30) / 30, 0, 1) for run in runs]

    assert len(set(lows)) == 4 and all(0.01 <= low <= 0.03 for low in lows)
    assert [run["own.royalty.rate"][2] for run in runs] == pytest.approx(
        [low + (0.05 - low) * at for low, at in zip(lows, scale, strict=True)]
    )


def test_a_comparison_asks_the_rules_of_the_clause_too():
    """From 70 to 100 USD/kg against 30 to 60: with the start alone changed the scale ends before it begins."""
    case = load("net_smelter_royalty")
    found = fm.compare(case, set={"royalty.from_price": "70 USD/kg", "royalty.to_price": "100 USD/kg"})

    assert found.bridges == {}
    assert found.notes["bridge"].endswith("royalty.to_price: the scale ends where it begins, or before.")


def test_cases_with_other_modules_are_not_compared():
    case, plain = load("net_smelter_royalty"), fm.load(EXAMPLES / "small_mine")

    with pytest.raises(UsageError, match=r"own clauses of the first case: royalty 1\.0 .*; of the second: none\."):
        fm.compare(case, plain)


def test_scenarios_and_the_lenders_case_move_keys_of_the_clause(tmp_path):
    """The scenario takes 1 % at any price; lenders size debt on 10 %, so there is less of it."""
    home = shutil.copytree(EXAMPLES, tmp_path / "examples") / "net_smelter_royalty"
    with (home / "case.toml").open("a", encoding="utf-8") as file:
        file.write('\n[sizing.case]\n"royalty.low" = "10 %"\n"royalty.high" = "10 %"\n')
    scenario = '[cheap]\nlabel = "Cheap"\nprobability = "100 %"\nset.royalty = { low = "1 %", high = "1 %" }\n'
    (home / "scenarios.toml").write_text(scenario, encoding="utf-8")
    case = fm.load(home, modules=[home / "royalty.py"])
    table = fm.scenarios(case)

    assert table.runs["cheap"]["own.royalty.due"][2] == pytest.approx(240_000)
    assert table.base.metrics["debt.bank"] < result("net_smelter_royalty").metrics["debt.bank"]


def test_a_clause_may_be_laid_over_a_case_that_ships():
    """A royalty on the Australian plant of the flagship: no table of the case names it, the changes do."""
    terms = {"node": "separation", "price": "ndpr", "low": "1 %", "high": "3 %"}
    terms |= {"from_price": "60 USD/kg", "to_price": "120 USD/kg"}
    typed = {f"royalty.{key}": value for key, value in terms.items()}
    module = MODULES["net_smelter_royalty"]
    case = fm.load(ROOT / "cases" / "australia_japan", set=typed, modules=[module])
    run = fm.run(case)

    assert run.passed and run.metrics["royalty.total"] > 0
    assert differ(run) == []


def test_what_a_workbook_of_the_clause_says_is_imported(tmp_path):
    home = shutil.copytree(EXAMPLES, tmp_path / "examples")
    case = fm.load(home / "net_smelter_royalty", modules=[MODULES["net_smelter_royalty"]])
    fm.write_workbook(fm.run(case), tmp_path / "edited.xlsx", quick=True)
    book = openpyxl.load_workbook(tmp_path / "edited.xlsx")
    sheet, _, cell = book.defined_names[input_name("royalty.low")].attr_text.partition("!")
    book[sheet][cell.replace("$", "")] = 0.03
    book.save(tmp_path / "edited.xlsx")
    made = fm.import_workbook(tmp_path / "edited.xlsx", case, home / "dearer")

    assert made.after["own.royalty.rate"] == pytest.approx(0.04)
