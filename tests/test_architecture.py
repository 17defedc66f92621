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
