"""A case is a value: once loaded it needs no file, nothing on the disk moves it, and others are derived in memory."""

from __future__ import annotations

import ast
import io
import pickle
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.analysis.designs import comparison
from finmodel.case.expand import leaves
from finmodel.kernel.errors import CaseError, UsageError
from finmodel.present.explain import explain
from finmodel.present.report import report_text
from finmodel.public_money.account import government
from finmodel.run.run import run_on
from finmodel.workbook.write import workbook_bytes
from tests.risk.deals import CASES, tiny

PACKAGE = Path(__file__).parents[1] / "finmodel"
SCENARIOS = """
[weak]
label = "Weak prices"
probability = "40 %"
set = { "price.oxide.deck" = "34 USD/kg" }

[strong]
label = "Strong prices"
probability = "60 %"
set = { "price.oxide.deck" = "46 USD/kg" }
"""
SIZING = '\n[sizing.case]\n"price.oxide.deck" = "38 USD/kg"\n'
SETS = {"cost.operating.per_kg": "11 USD/kg"}
DEAR = {"cost.operating.per_kg": "12 USD/kg"}
Answers = Mapping[str, Callable[[fm.Case], object]]


def deal(folder: Path) -> Path:
    """The tiny loan with price risk, two scenarios and a case of its lenders."""
    made = tiny(folder)
    (made / "scenarios.toml").write_text(SCENARIOS, encoding="utf-8")
    file = made / "case.toml"
    file.write_text(file.read_text(encoding="utf-8") + SIZING, encoding="utf-8")
    return made


def told(result: fm.Results) -> object:
    """All that a run says, to the last bit."""
    checks = [(check.id, check.passed, check.worst) for check in result.checks]
    return repr((sorted(result.values.items()), result.metrics, result.notes, checks, dict(result.facts)))


def simulated(case: fm.Case) -> object:
    found = fm.simulate(case, 1024, 3, ["usual"], 1)
    return found.metrics, {name: found.column(name).tobytes() for name in found.metrics}, told(found.replay(7))


def packed(data: bytes) -> object:
    """The parts of a workbook, without the minute in which it was written."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {part.filename: part.CRC for part in file.infolist() if part.filename != "docProps/core.xml"}


def banded(case: fm.Case) -> object:
    found = fm.bands(case, {"risk.price.oxide.volatility": ("30 %", "45 %")}, 1024)
    return found.base.metrics, [
        (typed, summary.metrics) for typed, summary in found.ends["risk.price.oxide.volatility"]
    ]


def compared(case: fm.Case) -> object:
    found = fm.compare(case, set=DEAR)
    return found.inputs, found.bridges, found.notes, found.differences, told(found.first), told(found.second)


EVERY: Answers = {
    "run": lambda case: told(fm.run(case)),
    "run with the debt held": lambda case: told(fm.run(case, hold_debt=True)),
    "run re-sized": lambda case: told(fm.run(case, resize=True)),
    "run of a path": lambda case: told(fm.run(case.with_scenario("strong"))),
    "run_on": lambda case: told(run_on(case, case.signed())),
    "explain": lambda case: explain(fm.run(case), "sales.billed", "2029H1"),
    "scenarios": lambda case: [told(run) for run in fm.scenarios(case).runs.values()],
    "scenarios re-sized": lambda case: [told(run) for run in fm.scenarios(case, resize=True).runs.values()],
    "sensitivity": lambda case: [told(run) for run in fm.sensitivity(case).rows.values()],
    "compare": compared,
    "solve": lambda case: fm.solve(case, "price.oxide.deck", "dscr_min = 1.30x", hold_debt=True).typed,
    "bands": banded,
    "simulate": simulated,
    "report": lambda case: report_text(fm.run(case)),
    "workbook": lambda case: packed(workbook_bytes(fm.run(case), quick=True)[0]),
}
WAYS: dict[str, tuple[str | None, Mapping[str, str] | None]] = {
    "as it stands": (None, None),
    "under a scenario": ("weak", None),
    "under changes": (None, SETS),
    "under both": ("weak", SETS),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_loaded_case_runs_on_when_its_folder_is_gone_or_was_edited(tmp_path: Path, way: str) -> None:
    folder = deal(tmp_path)
    case = fm.load(folder, *WAYS[way])
    some = EVERY if way == "under both" else {name: EVERY[name] for name in ("run", "run re-sized", "scenarios")}
    before = {name: answer(fm.load(folder, *WAYS[way])) for name, answer in some.items()}
    file = folder / "case.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("40 USD/kg", "30 USD/kg"), encoding="utf-8")
    edited = told(fm.run(case))
    shutil.rmtree(folder)

    assert edited == before["run"]
    assert {name: answer(case) for name, answer in some.items()} == before


@pytest.mark.slow
def test_every_exported_verb_on_support_runs_on_when_the_folder_is_gone(tmp_path: Path) -> None:
    """The designs of support, the cheapest floor and the government's account."""
    folder = Path(shutil.copytree(CASES / "us_style_price_protection", tmp_path / "deal"))
    scenario = next(iter(fm.load(folder).scenarios))

    def answers(case: fm.Case) -> object:
        designs = fm.compare_designs(case)
        over = fm.incidence_over_paths(fm.run(case), 1024) if case.tables.risk else None
        account = government(fm.run(case.with_scenario(scenario)))
        return repr(
            (
                designs.rows,
                fm.cheapest_floor(case, 1.1, 0.5).rows,
                account.net_cost.to_json(),
                account.incidence.to_json(),
                over,
            )
        )

    before, case = answers(fm.load(folder)), fm.load(folder)
    shutil.rmtree(folder)

    assert answers(case) == before


@pytest.mark.parametrize("way", WAYS)
def test_a_case_that_travels_as_bytes_is_equal_and_runs_to_the_same_bits(tmp_path: Path, way: str) -> None:
    case = fm.load(deal(tmp_path), *WAYS[way])
    copy = pickle.loads(pickle.dumps(case))

    assert copy == case and hash(copy) == hash(case)
    assert told(fm.run(copy)) == told(fm.run(case))
    assert copy.with_set(DEAR) == case.with_set(DEAR)


def test_cases_are_equal_by_what_they_say(tmp_path: Path) -> None:
    folder = deal(tmp_path)
    case = fm.load(folder)

    assert case == fm.load(folder)
    assert case != fm.load(folder, "weak")
    assert case != fm.load(folder, set=SETS)
    assert case != case.with_values({"price.oxide.deck": 41.0})
    assert case != "deal"


@pytest.mark.parametrize("start", WAYS)
@pytest.mark.parametrize("way", WAYS)
def test_a_derived_case_is_the_one_that_would_be_read(tmp_path: Path, start: str, way: str) -> None:
    folder, (scenario, sets) = deal(tmp_path), WAYS[way]
    first = fm.load(folder, *WAYS[start])

    assert first.signed().with_set(sets).with_scenario(scenario) == fm.load(folder, scenario, sets)
    assert first.with_set(DEAR) == fm.load(folder, first.scenario, {**first.sets, **DEAR})


def test_the_lenders_case_is_the_case_as_signed_under_its_sizing_case(tmp_path: Path) -> None:
    """In a scenario lenders see 38 USD/kg as they signed; re-sized, their price lies over the scenario's too."""
    case = fm.load(deal(tmp_path), "weak", SETS)
    lenders, plain = case.lenders(), fm.load(CASES / "tiny_loan")

    assert lenders == case.with_scenario(None).lenders()
    assert (lenders.scenario, lenders.tables.price["oxide"].deck.number) == (None, 38.0)
    assert lenders.tables.cost["operating"].per_kg.number == 11.0
    assert case.signed().lenders().tables.cost["operating"].per_kg.number == 10.0
    assert case.lenders(resize=True).scenario == "weak"
    assert plain.lenders() is plain


def test_the_flagship_s_debt_stays_when_its_file_is_edited(tmp_path: Path) -> None:
    """Debt was re-sized on what the disk then said: 330.6 million of JBIC became 189.8."""
    folder = Path(shutil.copytree(CASES / "australia_japan", tmp_path / "deal"))
    case = fm.load(folder, next(iter(fm.load(folder).scenarios)))
    before = fm.run(case).metrics["debt.jbic"]
    file = folder / "case.toml"
    file.write_text(
        re.sub(r'(?m)^gearing_cap( *)= "[^"]*"', r'gearing_cap\1= "30 %"', file.read_text(encoding="utf-8"))
    )

    assert fm.run(fm.load(folder, case.scenario)).metrics["debt.jbic"] != before
    assert fm.run(case).metrics["debt.jbic"] == before


def test_nothing_in_a_case_can_be_changed(tmp_path: Path) -> None:
    case = fm.load(deal(tmp_path), "weak")
    deck = case.tables.price["oxide"].deck
    layer = case.origin.layers[0]

    for change in (
        lambda: setattr(deck, "value", 1.0),
        lambda: setattr(case, "name", "other"),
        lambda: setattr(case.tables, "currency", "JPY"),
        lambda: case.tables.price.clear(),
        lambda: case.sets.update(a="b"),
        lambda: layer.case.tree["price"]["oxide"].update(deck="1 USD/kg"),
        lambda: layer.case.places.clear(),
        lambda: layer.parts["scenarios.toml"].tree.pop("weak"),
        lambda: setattr(layer, "folder", tmp_path),
        lambda: case.scenarios.pop("weak"),
        lambda: case.prices.update(oxide=None),
    ):
        with pytest.raises((AttributeError, TypeError, ValueError)):
            change()
    assert fm.load(tmp_path / "deal", "weak") == case


def test_rows_for_paths_stand_in_new_tables(tmp_path: Path) -> None:
    case = fm.load(deal(tmp_path))
    before = {given.id: given.value for _, given, _ in leaves(case.tables, {})}
    wide = case.widened(["price.oxide.deck", "risk.unknown"])
    fm.simulate(case, 1024, 1, None, 1)

    assert wide.tables.price["oxide"].deck.value == (40.0,) * case.timeline.count
    assert {given.id: given.value for _, given, _ in leaves(case.tables, {})} == before
    assert wide.tables.cost["operating"] is case.tables.cost["operating"]


def test_a_change_that_is_wrong_is_told_as_when_a_case_is_read(tmp_path: Path) -> None:
    folder = deal(tmp_path)
    case = fm.load(folder)
    for changes in ({"price.oxide.deck": "40"}, {"price.oxide.dek": "40 USD/kg"}):
        with pytest.raises(CaseError) as read:
            fm.load(folder, set=changes)
        with pytest.raises(CaseError, match=re.escape(str(read.value))):
            case.with_set(changes)
    with pytest.raises(UsageError, match='"weka" is not a scenario of .* Did you mean "weak"'):
        case.with_scenario("weka")
    with pytest.raises(UsageError, match="changes are keys and values as typed"):
        case.with_set({"price.oxide.deck": 40})  # type: ignore[dict-item]


@pytest.mark.parametrize("name", ["sensitivity", "scenarios", "compare", "solve", "bands", "simulate", "run"])
def test_every_analysis_takes_a_case_or_a_path_in_the_same_place(tmp_path: Path, name: str) -> None:
    folder = deal(tmp_path)
    by_path: dict[str, Callable[[object], object]] = {
        "sensitivity": lambda case: [told(run) for run in fm.sensitivity(case, set=SETS).rows.values()],  # type: ignore
        "scenarios": lambda case: [told(run) for run in fm.scenarios(case, set=SETS).runs.values()],  # type: ignore
        "compare": lambda case: fm.compare(case, set=SETS).bridges,  # type: ignore
        "solve": lambda case: (
            fm.solve(
                case, "sizing.amount", "dscr_min = 2x", set=SETS, between=("40 million USD", "60 million USD")
            ).typed
        ),  # type: ignore
        "bands": lambda case: (
            fm.bands(case, {"risk.price.oxide.volatility": ("30 %", "45 %")}, 1024, 1, SETS).base.metrics
        ),  # type: ignore
        "simulate": lambda case: fm.simulate(case, 1024, 1, None, 1).metrics,  # type: ignore
        "run": lambda case: told(fm.run(case)),  # type: ignore
    }

    assert by_path[name](str(folder)) == by_path[name](fm.load(folder))


def test_a_case_under_a_scenario_is_compared_and_shocked_in_it(tmp_path: Path) -> None:
    case = fm.load(deal(tmp_path), "weak")
    table, found = fm.sensitivity(case), fm.compare(case.with_scenario("strong"), case)

    assert told(table.base) == told(fm.run(case))
    assert [change.key for change in found.inputs] == ["price.oxide.deck"]
    assert (found.inputs[0].first, found.inputs[0].second) == ("46 USD/kg", "34 USD/kg")
    difference = found.differences["dscr_min"]
    assert difference is not None and found.bridges["dscr_min"]["price.oxide.deck"] == pytest.approx(difference)


def test_the_cheapest_floor_takes_numbers_or_texts_and_says_so_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []
    monkeypatch.setattr(comparison, "_floor_row", lambda *args: asked.append(args[-2:]))
    case = fm.load(CASES / "us_style_price_protection")
    fm.cheapest_floor(case, "1.1x", "50 %")
    fm.cheapest_floor(case, 1.1, 0.5)

    assert {*asked} == {(1.1, 0.5)}
    for dscr, probability, words in (
        ("1.2 USD", 0.85, 'the cover to reach is a number or a text, such as 1.2 or "1.20x": got "1.2 USD"'),
        (None, 0.85, "the cover to reach is a number or a text"),
        (True, 0.85, 'such as 1.2 or "1.20x": got True'),
        (1.2, [1], 'a probability is a number or a text, such as 0.85 or "85 %"'),
        (1.2, "85", 'a probability is a number or a text, such as 0.85 or "85 %": got "85"'),
        (1.2, "120 %", "a probability is above 0 % and at most 100 %: got 120 %"),
        (float("nan"), 0.5, "the cover to reach is above 0"),
    ):
        with pytest.raises(UsageError, match=re.escape(words)):
            fm.cheapest_floor(case, dscr, probability)  # type: ignore[arg-type]


READERS = {
    "case": "opens the files of a case",
    "kernel/faces/compiled.py": "compiled code in the user's cache",
    "kernel/files.py": "writes results",
    "present/html.py": "the style sheet that ships",
    "kernel/version.py": "the project's own version",
    "workbook/intake/gate.py": "workbooks that were received",
    "workbook/theme.py": "the theme that ships",
    "workbook/translated.py": "labels that ship",
    "risk/checkpoint.py": "parts of a simulation",
    "analysis/designs/schemes.py": "schemes that ship",
    "deal/own/loading.py": "the code of a clause that the user named",
    "cli/terminal.py": "the null device, when nobody reads stdout",
}
"""Files that open files, and which."""


def _opens(path: Path) -> bool:
    """Whether a module opens a file by itself."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        plain = isinstance(called, ast.Name) and called.id == "open"
        by_os = isinstance(called, ast.Attribute) and ast.unparse(called) in ("os.open", "io.open", "tomllib.load")
        if plain or by_os or (isinstance(called, ast.Attribute) and called.attr in ("read_text", "read_bytes")):
            return True
    return False


def test_no_file_of_a_case_is_opened_but_where_cases_are_read() -> None:
    """Only `run.load` reads a case; what else opens a file opens no file of a case, and is listed with what it is."""
    openers, readers = set(), set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("case/"):
            continue
        text = path.read_text(encoding="utf-8")
        openers |= {name} if _opens(path) else set()
        readers |= {name} if re.search(r"\b(read_case|read_with|open_layers|guard)\b", text) else set()

    assert openers <= set(READERS)
    # a module of code passes the same guard of bytes, and an edited workbook is read as the case that it becomes
    assert readers == {"deal/own/loading.py", "deal/read.py", "run/run.py", "workbook/intake/importing.py"}


def test_nobody_loads_a_case_again_by_the_path_of_another() -> None:
    loads = re.compile(r"\b(load|opened|run|Path)\([^()\n]*\bcase\.path\b")
    found = [path.name for path in PACKAGE.rglob("*.py") if loads.search(path.read_text(encoding="utf-8"))]

    assert found == ["importing.py"]  # a new case is written beside the old one


def test_a_replaced_case_keeps_what_it_was_read_from(tmp_path: Path) -> None:
    case = fm.load(deal(tmp_path))

    assert replace(case, name="Other").origin is case.origin
