"""What docs/architecture.md shows, read from the code: the tree, the imports between floors, and who calls whom.

`python -m tests.architecture` writes the page's tree and its three pictures.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests import drawing
from tests.drawing import Step

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "finmodel"
PAGE = ROOT / "docs" / "architecture.md"
FLOORS = ("cli", "workbook", "present", "analysis", "risk", "public_money", "run", "deal", "case", "kernel")
START, END = "<!-- tree: written by python -m tests.architecture -->\n", "<!-- end of the tree -->\n"

CASE_TO_WORKBOOK = """
run.run.load
  deal.read.read_case
    case.origin.opened
      case.guard.read_text
    case.laying.under
    case.expand.bind
run.run.run
  run.build.build
    deal.assemble.build
    kernel.order.plan
  run.size.size
    kernel.evaluate.settle
      kernel.search.solve
  kernel.evaluate.evaluate
    kernel.faces.generated.compile_kernel
  run.results.judge
workbook.write.write_workbook
  workbook.trials.Desk.of
  workbook.make.make
    workbook.pages.make_pages
    workbook.frame.make_frame
    workbook.pack.pack
    workbook.recalculate.Recalculated.open
    workbook.certificate.certify
  kernel.files.write_bytes
"""
DRAW_TO_STATISTICS = """
risk.simulate.simulate
  risk.paths.prepare
    risk.draws.setup.market_of
    run.run.run
    kernel.faces.generated.compile_kernel
  risk.checkpoint.FolderStore.missing
  risk.pool.run_pool
    risk.job.compute
      risk.job.draw
        risk.draws.streams.Stream
        risk.draws.worlds.Market.draw
      kernel.faces.function.Kernel.unchecked
      risk.keep.Keep.of
  risk.checkpoint.FolderStore.add
risk.simulate.Simulation.summary
  risk.summarise.summarise
    risk.checkpoint.Store.column
    risk.statistics.spread
    risk.statistics.chance
"""
FLOWS = {"case_to_workbook": CASE_TO_WORKBOOK, "draw_to_statistics": DRAW_TO_STATISTICS}


@cache
def modules() -> Mapping[str, ast.Module]:
    """Dotted name without finmodel → syntax; a package is named as its folder."""
    files = sorted(PACKAGE.rglob("*.py"))
    names = [".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__") for file in files]
    return {
        name: ast.parse(file.read_text(encoding="utf-8"))
        for name, file in zip(names, files, strict=True)
        if name[:2] != "__"
    }


def first_sentence(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    text = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
    return text.split(". ")[0].rstrip(".").replace("`", "") + "."


# --- the tree ---


def tree() -> str:
    """Floors from the top down, each with its rooms by name."""
    rows = []
    for floor in FLOORS:
        rows.append(f"- **{floor}/** {first_sentence(modules()[floor])}")
        rooms = [
            name for name in modules() if name.startswith(f"{floor}.") and (PACKAGE / name.replace(".", "/")).is_dir()
        ]
        rows += [f"  - **{room.partition('.')[2]}/** {first_sentence(modules()[room])}" for room in rooms]
    return "\n".join([START.strip(), *rows, END])


# --- imports between floors ---


def imports() -> Mapping[str, set[str]]:
    """Floor → floors that it reads."""
    read: dict[str, set[str]] = {floor: set() for floor in FLOORS}
    for name, module in modules().items():
        own = name.split(".")[0]
        froms = [n.module or "" for n in ast.walk(module) if isinstance(n, ast.ImportFrom)]
        read.setdefault(own, set()).update(
            {part.split(".")[1] for part in froms if part.startswith("finmodel.")} - {own}
        )
    return read


# --- who calls whom ---


@cache
def functions() -> Mapping[str, ast.FunctionDef | ast.ClassDef]:
    """module.function, module.Class and module.Class.method → syntax."""
    found: dict[str, ast.FunctionDef | ast.ClassDef] = {}
    for name, module in modules().items():
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[f"{name}.{node.name}"] = node
            if isinstance(node, ast.ClassDef):
                found |= {f"{name}.{node.name}.{m.name}": m for m in node.body if isinstance(m, ast.FunctionDef)}
    return found


@cache
def scope(module: str) -> Mapping[str, str]:
    """What a module calls by a name: its own functions and classes, and those it imports, wherever."""
    names = {name.split(".")[-1]: name for name in functions() if name.rpartition(".")[0] == module}
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("finmodel"):
            home = (node.module or "").removeprefix("finmodel").removeprefix(".")
            names |= {alias.asname or alias.name: f"{home}.{alias.name}".strip(".") for alias in node.names}
    return names


@cache
def mentioned(function: str) -> tuple[str, ...]:
    """Functions and methods that a function names, in the order of its text."""
    home = next(part for part in _above(function) if part in modules())
    known, all_functions = scope(home), functions()
    found: list[str] = []
    for node in _in_order(all_functions[function]):
        if isinstance(node, ast.Name) and node.id in known:
            found.append(known[node.id])
        if isinstance(node, ast.Attribute):
            named = ast.unparse(node.value)
            owners = [named] if named in known else [name for name in known if name[:1].isupper()]
            found += [f"{known[owner]}.{node.attr}" for owner in owners]
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                found.append(f"{function.rpartition('.')[0]}.{node.attr}")
    return tuple(dict.fromkeys(name for name in found if name in all_functions and name != function))


def _above(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def flow(text: str) -> list[Step]:
    """The steps of a flow, from a list in which each function stands indented below one whose code leads to it."""
    steps: list[Step] = []
    above: list[str] = []
    for row in text.strip().split("\n"):
        depth, name = (len(row) - len(row.lstrip())) // 2, row.strip()
        above = [*above[:depth], name]
        assert depth == 0 or name in reached(above[-2]), f"{above[-2]} no longer leads to {name}"
        steps.append(_step(name, depth))
    return steps


@cache
def reached(name: str) -> frozenset[str]:
    """All that a function leads to, through functions of any floor."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = set(mentioned(waiting.pop())) - found
        found |= new
        waiting += new
    return frozenset(found)


def _step(name: str, depth: int) -> Step:
    node = functions()[name]
    returns = ast.unparse(node.returns) if isinstance(node, ast.FunctionDef) and node.returns else ""
    return Step(depth, name, returns.strip("'"), first_sentence(node))


# --- files ---


def page() -> str:
    """The page with its tree as the code has it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    return before + tree() + rest.partition(END)[2]


def pictures() -> Mapping[str, str]:
    """File name → picture."""
    says = {floor: first_sentence(modules()[floor]) for floor in FLOORS}
    drawn = {"floors.svg": drawing.floors(says, imports())}
    return drawn | {f"{name}.svg": drawing.calls(flow(rows)) for name, rows in FLOWS.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for name, text in pictures().items():
        (PAGE.parent / "pictures" / name).write_text(text, encoding="utf-8")
