"""The house keeps its shape: floors, budgets, docstrings, and what `import finmodel` may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "finmodel"
FLOORS = ["kernel", "case", "deal", "run", "public_money", "risk", "analysis", "present", "workbook", "cli"]
ROOF = ["__init__", "__main__"]
ROLES = {"__init__", "terms", "rules"}  # what every room of the deal may have
FILES = sorted(PACKAGE.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def floor(module: str) -> int:
    """Number of the floor of a dotted module; the roof is above all floors."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS else len(FLOORS)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("finmodel"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("finmodel"))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_imports_only_from_its_own_floor_and_those_below(path):
    own = floor(".".join(path.relative_to(ROOT).with_suffix("").parts))

    assert [module for module in imported(path) if floor(module) > own] == []


def test_every_folder_of_the_package_is_a_floor():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}

    assert folders == set(FLOORS)


def test_the_roof_has_no_module_but_the_public_face_and_the_entry_of_the_command():
    assert {path.stem for path in PACKAGE.glob("*.py")} == set(ROOF)


def test_no_two_files_of_one_name_hold_two_ideas():
    """Terms and rules stand in every room; a page, a picture or a verb has the name of what it shows."""
    faces = ("pages", "charts", "cli")
    stems = [path.stem for path in FILES if path.stem not in ROLES and path.parent.name not in faces]

    assert sorted({stem for stem in stems if stems.count(stem) > 1}) == []


def test_no_folder_holds_a_family_by_prefix():
    """Three files that share the first word of their names are a folder."""
    families = {
        (name(folder), word)
        for folder in {path.parent for path in FILES}
        for word, count in Counter(path.stem.split("_")[0] for path in folder.glob("[!_]*.py")).items()
        if count > 2
    }

    assert families == set()


def test_modules_import_each_other_without_a_circle():
    """A module that is imported for its types alone counts too; a shift and the line that it shifts need each other."""
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
    reads = {
        module: {_module(target, modules) for target in imported(path)} - {module, "finmodel"}
        for module, path in modules.items()
        if module != "finmodel"
    }

    reads["finmodel.kernel.expr"].remove("finmodel.kernel.model")
    order = TopologicalSorter(reads)

    order.prepare()  # a circle is a CycleError that names it


def _module(target: str, modules: Mapping[str, Path]) -> str:
    """The module that a dotted import reads: itself, or the one that holds the name."""
    return target if target in modules else target.rsplit(".", 1)[0]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_has_at_most_300_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_function_has_at_most_60_lines_and_6_parameters(path):
    long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno + 1 > 60]
    verbs = path.parent.name == "cli"  # there an option of the command is a parameter
    wide = [f.name for f in functions(path) if _parameters(f) > 6 and not verbs]

    assert (long, wide) == ([], [])


def _parameters(function: Function) -> int:
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return len([arg for arg in every if arg.arg not in ("self", "cls")])


def test_the_median_function_has_at_most_8_lines():
    lengths = sorted((f.end_lineno or 0) - f.lineno + 1 for path in FILES for f in functions(path))

    assert lengths[len(lengths) // 2] <= 8


@pytest.mark.parametrize("path", FILES, ids=name)
def test_modules_classes_and_public_functions_say_what_they_are(path):
    module = tree(path)
    nodes = [module, *(node for node in ast.walk(module) if isinstance(node, ast.ClassDef))]
    nodes += [f for f in _public(module) if not f.name.startswith("_")]

    assert [getattr(node, "name", "module") for node in nodes if not ast.get_docstring(node)] == []


def _public(module: ast.Module) -> Iterator[Function]:
    """Functions and methods that are not inside another function."""
    for node in module.body:
        if isinstance(node, Function):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from (inner for inner in node.body if isinstance(inner, Function))


ROOMS = [
    "capital", "completion", "costs", "cover", "funding", "loans", "market", "owners", "plant",
    "reserves", "sales", "short_term", "shutdown", "sizing", "statements", "support", "tax", "time",
    "uncertainty", "waterfall",
]  # fmt: skip
"""Rooms of the deal that hand on Lines in named records; the others join as they do."""
HANDED_ON = [path for room in ROOMS for path in sorted((PACKAGE / "deal" / room).rglob("*.py"))]
HANDED_ON += [PACKAGE / "deal" / f"{name}.py" for name in ("assemble", "cfads", "context", "operations", "parts")]


PLAIN = [path for room in ("run", "public_money", "risk", "cli") for path in sorted((PACKAGE / room).rglob("*.py"))]


@pytest.mark.parametrize("path", [*HANDED_ON, *PLAIN], ids=name)
def test_no_parameter_result_or_field_is_a_tuple_of_different_things(path):
    """Such a tuple is a record without names: a reader must count to know which is which. An alias is no name."""
    assert packed(tree(path)) == []


@pytest.mark.parametrize("path", HANDED_ON, ids=name)
def test_no_clause_of_the_deal_looks_a_line_up_by_the_text_of_its_id(path):
    """The clause that declares a line hands it on; extra lines alone are text of the case."""
    assert looked_up(tree(path)) == []


def test_a_packed_tuple_and_a_look_up_are_seen():
    """Each of these is a way in which they stood in the deal."""
    tuples = """
        Frame = tuple[Clock, Macro]
        def wide(at: tuple[Deals, Line | None], frame: Frame) -> list[tuple[str, bool]]: ...
        class Taken:
            made: tuple[Line, Expr] | None
        def fine(pair: tuple[Line, Line], many: tuple[Line, ...]) -> None: ...
        class Builder:
            def __init__(self): self.takes: list[tuple[Contracting, Take]] = []
    """
    texts = """
        model.find(f"node.{name}.taken")
        section.model.lines.get(f"{section.name}.shares")
        model.lines["income.net_profit"]
        model.sections["capex"].ahead("grants_received", "Grants received")
        "escalation" in section.model.lines
        self.sections[product].line("contained", label, 1)
    """

    found = packed(ast.parse(dedent(tuples)))

    assert found == ["Frame", "at", "frame", "wide", "made", "self.takes"]
    assert looked_up(ast.parse(dedent(texts))) == [2, 3, 4, 5, 6]


def packed(module: ast.Module) -> list[str]:
    """Names of parameters, results, fields and aliases that hold a tuple of fixed length of two or more types."""
    aliases: set[str] = set()
    found: list[str] = []

    def note(what: str, annotation: ast.expr | None) -> None:
        if annotation is not None and _mixed(annotation, aliases):
            found.append(what)

    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _mixed(node.value, aliases):
            aliases.add(node.targets[0].id)
            found.append(node.targets[0].id)
    for node in sorted(ast.walk(module), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, Function):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            for arg in every:
                note(arg.arg, arg.annotation)
            note(node.name, node.returns)
        if isinstance(node, ast.AnnAssign):
            note(ast.unparse(node.target), node.annotation)
    return found


def _mixed(annotation: ast.expr, aliases: set[str]) -> bool:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name) and node.id in aliases:
            return True
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "tuple":
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
            kinds = {ast.unparse(part) for part in parts} - {"..."}
            if len(kinds) > 1:
                return True
    return False


def looked_up(module: ast.Module) -> list[int]:
    """Numbers of the lines of code that read a model's lines or sections by a text."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr == "find":
            found.add(node.lineno)
        # a room may keep sections or lines of its own in `self.sections`: those are no model's
        if isinstance(node, ast.Attribute) and node.attr in ("lines", "sections") and _is_model(node.value):
            found.add(node.lineno)
    return sorted(found)


def _is_model(node: ast.expr) -> bool:
    return ast.unparse(node).split(".")[-1] == "model"


LINES = [
    path for path in FILES if path.is_relative_to(PACKAGE / "deal") and "finmodel.kernel.model" in path.read_text()
]


@pytest.mark.parametrize("path", LINES, ids=name)
def test_the_deal_declares_lines_and_holds_no_numbers_but_0_and_1(path):
    """Others come from units and the calendar; a lag may name its whole number of periods."""
    allowed = {
        ("contracting.py", 2),
        ("working.py", 28),
        ("extra.py", 2),
        ("extra.py", 2000),
        ("extra.py", 60),
        ("extra.py", 57),
    }
    found = {
        (path.name, node.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in (0, 1)
    }
    numpy = "numpy" in path.read_text(encoding="utf-8")

    assert (found - allowed, numpy) == (set(), False)


def test_importing_finmodel_loads_no_heavy_library():
    code = "import sys, finmodel; print(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout

    heavy = {"pandas", "scipy", "openpyxl", "matplotlib", "numpy_financial", "rich", "typer", "numba"}

    assert heavy & set(loaded.split()) == set()


def test_no_code_of_a_case_is_ever_evaluated():
    """Only the engine compiles text, and that text is its own."""
    calls = re.compile(r"(?<![\w.])(eval|exec|pickle\.loads?|__import__|os\.system)\(")
    found = [name(path) for path in FILES if calls.search(path.read_text(encoding="utf-8"))]

    assert found == ["finmodel/kernel/faces/generated.py"]


def test_the_tree_holds_what_the_readme_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    top = {path.name for path in ROOT.iterdir()}

    assert {"finmodel", "templates", "cases", "tests", "README.md", "LICENSE", "CHANGES.md", ".ci"} <= top
    assert {"fast", "test"} <= set(project["optional-dependencies"])


def test_a_quick_look_touches_every_floor():
    """`pytest -m smoke`."""
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    quick = [path for path in tests if re.search(r"mark\.smoke", path.read_text(encoding="utf-8"))]
    touched = {module.split(".")[1] for path in quick for module in imported(path) if module.count(".")}

    assert set(FLOORS) <= touched


CLOCKS = {"perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "monotonic", "monotonic_ns", "time_ns"}
CLOCKS |= {"thread_time", "thread_time_ns", "timeit", "getrusage", "default_timer"}


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")), ids=name)
def test_no_test_looks_at_a_clock(path):
    """Work is counted (tests/work.py), events are waited for: a slow machine fails nothing. A clock may be replaced."""
    if path == ROOT / "tests" / "work.py":
        return
    named = [node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr in CLOCKS]
    named += [node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name) and node.id in CLOCKS]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom | ast.Import):
            named += [alias.name for alias in node.names if alias.name in CLOCKS]
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.time", "time.clock_gettime"):
            named.append(ast.unparse(node.func))

    assert named == []


def test_every_folder_of_code_is_installed():
    """A package that is not named is in a checkout and missing from what pip installs."""
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in FILES}

    assert set(setup["packages"]) == folders | {"finmodel._templates"}
