"""Mistakes of a module and of keys that it declares: our form of error at its own line, exit code 2, no traceback."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.cli.command import command

ROOT = Path(__file__).parents[2]
MODULE = '''from __future__ import annotations

from typing import Annotated, ClassVar

from finmodel import Clause, Given, NameOf, Party, Quantity, Says, Table, total


class LevyTerms(Table):
    """A levy on each tonne."""

    node: Annotated[str, NameOf("node"), Says("Plant that pays", example='"plant"')]
    rate: Annotated[Given, Quantity("money/t", ge=0, meaning="Levy on a tonne")]


class Levy(Clause):
    """A levy."""

    name, version, terms = "levy", "1.0", LevyTerms
    parties: ClassVar = {"state": Party("State")}

    def declare(self, deal, terms):
        due = deal.cost("due", "Levy", deal.produced(terms.node) * terms.rate, party="state")
        deal.result("total", "Levy, total", total(due))
'''
DUE = 'due = deal.cost("due", "Levy", deal.produced(terms.node) * terms.rate, party="state")'
TABLE = '\n[levy]\nnode = "plant"\nrate = "3 USD/t"\n'


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """What a run says with a module and a table of a case, both spoilt."""
    monkeypatch.chdir(tmp_path)

    def told(old: str = "", new: str = "", table: str = TABLE, more: tuple[str, ...] = ()) -> tuple[int, str]:
        shutil.copytree(ROOT / "cases" / "tiny_loan", "deal")
        typed = Path("deal/case.toml").read_text(encoding="utf-8").partition("[expect]")[0]
        Path("deal/expected.toml").unlink()
        Path("deal/case.toml").write_text(typed + table, encoding="utf-8")
        assert old in MODULE
        Path("levy.py").write_text(MODULE.replace(old, new, 1) if old else MODULE, encoding="utf-8")
        code = command(["run", "deal", "--quick", "--module", "levy.py", *more])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.err if code else captured.out

    return told


def test_a_module_without_a_mistake_is_named_on_the_page(told):
    code, page = told()

    assert code == 0 and "Own clauses: levy 1.0 (" in page and "Levy, total" in page


MISTAKES = {
    "it raises": (
        (DUE, "due = 1 / 0"),
        "levy.py:22: clause levy\n   22 | due = 1 / 0\nthe module raises ZeroDivisionError: division by zero.\n"
        "Correct the module. With --debug the traceback is shown.",
    ),
    "it ends the program": (
        (DUE, "raise SystemExit(0)"),
        "levy.py:22: clause levy\n   22 | raise SystemExit(0)\nthe module raises SystemExit: 0.\n"
        "Correct the module. With --debug the traceback is shown.",
    ),
    "a key twice": (
        ("\n\nclass Levy(", '\n    rate: Annotated[Given, Quantity("money/t", meaning="Levy")]\n\nclass Levy('),
        'levy.py:14: clause Levy\n   14 | rate: Annotated[Given, Quantity("money/t", meaning="Levy")]\n'
        "LevyTerms declares rate twice, in line 12 too.\nRemove one of them.",
    ),
    "a line of a wrong unit": (
        (" * terms.rate, party", ", party"),
        'levy.py:22: clause levy\n   22 | due = deal.cost("due", "Levy", deal.produced(terms.node), party="state")\n'
        "own.levy.due is in USD, its formula in t: node.plant.produced.\nCorrect the module.",
    ),
    "a line that is not there": (
        (DUE, 'due = deal.cost("due", "Levy", deal.find("node.plant.producd") * terms.rate)'),
        "levy.py:22: clause levy\n"
        '   22 | due = deal.cost("due", "Levy", deal.find("node.plant.producd") * terms.rate)\n'
        "there is no line node.plant.producd; did you mean node.plant.produced?\nCorrect the module.",
    ),
    "a line that comes later": (
        (DUE, 'due = deal.find("cfads.net_cfads")'),
        'levy.py:22: clause levy\n   22 | due = deal.find("cfads.net_cfads")\n'
        "there is no line cfads.net_cfads yet: own clauses are declared before tax, debt and owners.\n"
        "Correct the module.",
    ),
    "a node that is not there": (
        ("deal.produced(terms.node)", 'deal.produced("plants")'),
        "levy.py:22: clause levy\n"
        '   22 | due = deal.cost("due", "Levy", deal.produced("plants") * terms.rate, party="state")\n'
        '"plants" is not a node of this deal. Did you mean "plant"?\nCorrect the module.',
    ),
    "a party that is not there": (
        ('party="state")', 'party="stat")'),
        "levy.py:22: clause levy\n"
        '   22 | due = deal.cost("due", "Levy", deal.produced(terms.node) * terms.rate, party="stat")\n'
        '"stat" is not a party of this deal. Did you mean "state"?\nCorrect the module.',
    ),
    "a line twice": (
        (DUE, f'{DUE}\n        deal.line("due", "Levy", due)'),
        'levy.py:23: clause levy\n   23 | deal.line("due", "Levy", due)\n'
        "own.levy.due is declared twice: levy.py:22 and levy.py:23.\nCorrect the module.",
    ),
    "a line without a formula": (
        (DUE, f'{DUE}\n        deal.ahead("later", "Later")'),
        'levy.py:23: clause levy\n   23 | deal.ahead("later", "Later")\n'
        "own.levy.later was declared ahead and has no formula.\nCorrect the module.",
    ),
    "a cost that is a single number": (
        ("deal.produced(terms.node) * terms.rate", "0"),
        'levy.py:22: clause levy\n   22 | due = deal.cost("due", "Levy", 0, party="state")\n'
        "own.levy.due is a single number: multiply it by a flag, such as deal.clock.operations.\nCorrect the module.",
    ),
    "a result with a value in each period": (
        ("total(due))", "due)"),
        'levy.py:23: clause levy\n   23 | deal.result("total", "Levy, total", due)\n'
        "own.levy.total has a value in each period: a result is one number, such as total(total).\nCorrect the module.",
    ),
    "a check of tonnes": (
        ("deal.result(", 'deal.check("made", "Made", deal.produced(terms.node))\n        deal.result('),
        'levy.py:23: clause levy\n   23 | deal.check("made", "Made", deal.produced(terms.node))\n'
        "the check made is in t: a check is in USD, or a pure number.\nCorrect the module.",
    ),
    "a bare number": (
        ('Annotated[Given, Quantity("money/t", ge=0, meaning="Levy on a tonne")]', "float"),
        "levy.py:12: clause Levy\n   12 | rate: float\nthe key rate is a bare number: a figure has a unit.\n"
        'Write rate: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Royalty rate")].',
    ),
    "a key without a meaning": (
        (', meaning="Levy on a tonne"', ""),
        'levy.py:12: clause Levy\n   12 | rate: Annotated[Given, Quantity("money/t", ge=0)]\n'
        'the key rate has no meaning.\nWrite meaning="…" in its Quantity, or Says("…") beside its type.',
    ),
    "the name of a table of ours": (
        ('"levy", "1.0"', '"capex", "1.0"'),
        'levy.py:15: clause Levy\n   15 | class Levy(Clause):\n"capex" is a key of finmodel itself.\n'
        "Choose another name.",
    ),
    "no terms": (
        ('name, version, terms = "levy", "1.0", LevyTerms', 'name, version = "levy", "1.0"'),
        "levy.py:15: clause Levy\n   15 | class Levy(Clause):\nit has no terms.\n"
        "Write terms = a class that extends finmodel.Table.",
    ),
    "no clause": (
        ("class Levy(Clause)", "class Levy"),
        "levy.py\nthe module has no clause.\nWrite one public class that extends finmodel.Clause.",
    ),
    "no Python": (("class Levy(", "class Levy(("), "levy.py:15\n   15 | class Levy((Clause):\nthis is not Python"),
    "a package that is not there": (
        ("from typing import", "import no_such_package\nfrom typing import"),
        "levy.py:3\n    3 | import no_such_package\n"
        "the module raises ModuleNotFoundError: No module named 'no_such_package'.\nCorrect the module.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_of_a_module_is_told_at_its_line(name, told):
    (old, new), message = MISTAKES[name]

    code, err = told(old, new)

    assert (code, err.startswith(message)) == (2, True), err


KEYS = {
    "a bare number": (
        TABLE.replace('"3 USD/t"', "3"),
        'rate = 3\nlevy on a tonne needs a unit: got the bare number 3.\nWrite rate = "3 USD/t".',
    ),
    "an unknown key": (
        TABLE.replace("rate =", "rat ="),
        '"rat" is not a key of this table. Did you mean "rate"?',
    ),
    "a node that is not there": (
        TABLE.replace('"plant"', '"plants"'),
        '"plants" is not a node of this case.\nDid you mean "plant"?',
    ),
    "code in a case file": (
        TABLE.replace("[levy]", 'modules = ["levy.py"]\n[levy]'),
        '"modules" is not a key of this table',
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_mistake_in_the_keys_of_a_clause_is_told_at_the_case(name, told):
    table, message = KEYS[name]

    code, err = told(table=table)

    assert code == 2 and "deal/case.toml:" in err and message in err and "levy.py" not in err.replace('["levy.py"]', "")


def test_debug_shows_the_traceback_of_a_module(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("levy.py").write_text("raise ValueError('seen')", encoding="utf-8")

    assert command(["keys", "levy", "--module", "levy.py", "--debug"]) == 2
    assert "ValueError: seen" in capsys.readouterr().err


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package that offers the clause as an entry point; nothing of finmodel imports it."""
    (tmp_path / "levies.py").write_text(MODULE, encoding="utf-8")
    meta = tmp_path / "acme_levies-2.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-levies\nVersion: 2.0\n", encoding="utf-8")
    (meta / "entry_points.txt").write_text("[finmodel.clauses]\nlevy = levies:Levy\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "acme-levies 2.0"
    sys.modules.pop("levies", None)


def case_with_a_levy(tmp_path: Path) -> Path:
    home = shutil.copytree(ROOT / "cases" / "tiny_loan", tmp_path / "deal")
    with (home / "case.toml").open("a", encoding="utf-8") as file:
        file.write(TABLE)
    return home


def test_an_unknown_table_says_which_installed_package_knows_it(tmp_path, package):
    """It is not loaded for that: a clause acts only when it is named."""
    with pytest.raises(fm.CaseError) as caught:
        fm.load(case_with_a_levy(tmp_path))
    with pytest.raises(fm.CaseError) as by_set:
        fm.load(ROOT / "cases" / "tiny_loan", set={"levy.rate": "5 USD/t"})

    hint = f"The installed package {package} knows [levy]: add --module levy."
    assert hint in str(caught.value) and hint in str(by_set.value) and "levies" not in sys.modules


def test_an_installed_clause_acts_when_it_is_named(tmp_path, package):
    run = fm.run(fm.load(case_with_a_levy(tmp_path), modules=["levy"]))

    assert run["own.levy.due"][2] == pytest.approx(1_500)
    assert run.case.modules[0].startswith("levy 1.0 (")


def test_a_clause_that_is_not_installed_names_the_nearest(package):
    with pytest.raises(fm.FinmodelError, match=r'"levi" is not an installed clause. Did you mean "levy"\?'):
        fm.load(ROOT / "cases" / "tiny_loan", modules=["levi"])


def test_two_modules_of_one_name_are_refused(tmp_path):
    for file in ("one.py", "two.py"):
        (tmp_path / file).write_text(f"# {file}\n{MODULE}", encoding="utf-8")

    with pytest.raises(fm.FinmodelError, match=r"two modules have a clause levy: .*one\.py and .*two\.py"):
        fm.load(ROOT / "cases" / "tiny_loan", modules=[tmp_path / "one.py", tmp_path / "two.py"])


def test_two_modules_agree_on_who_a_party_is(tmp_path):
    (tmp_path / "one.py").write_text(MODULE, encoding="utf-8")
    other = MODULE.replace('"levy", "1.0"', '"toll", "1.0"')
    (tmp_path / "two.py").write_text(other, encoding="utf-8")
    (tmp_path / "three.py").write_text(other.replace('Party("State")', 'Party("Port")'), encoding="utf-8")
    tiny = ROOT / "cases" / "tiny_loan"

    assert len(fm.load(tiny, modules=[tmp_path / "one.py", tmp_path / "two.py"]).modules) == 2
    with pytest.raises(fm.FinmodelError, match=r"two modules have a party state that is not the same"):
        fm.load(tiny, modules=[tmp_path / "one.py", tmp_path / "three.py"])


@pytest.mark.parametrize("modules", ["levy.py", [5], 5])
def test_modules_of_another_type_are_refused_in_words(modules):
    with pytest.raises(fm.FinmodelError, match=r"module.* (is|are) a"):
        fm.load(ROOT / "cases" / "tiny_loan", modules=modules)


def test_a_file_that_is_not_there_is_an_error_of_files(tmp_path, capsys):
    assert command(["run", str(ROOT / "cases" / "tiny_loan"), "--module", str(tmp_path / "no.py")]) == 4
    assert "no.py: no such file" in capsys.readouterr().err


def test_every_verb_that_reads_a_case_takes_a_module():
    from typer.main import get_command

    from finmodel.cli.command import app

    def verbs(group, above=""):
        for name, verb in group.commands.items():
            yield from verbs(verb, f"{name} ") if hasattr(verb, "commands") else [(above + name, verb)]

    without = {name for name, verb in verbs(get_command(app)) if "modules" not in {p.name for p in verb.params}}

    assert without == {"new", "audit"}
