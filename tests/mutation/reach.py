"""Which test files reach which lines of the model: what a fault is tried on, and in what order.

Each test file runs alone, so that no result kept by another hides what it reaches.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from coverage import CoverageData


@dataclass(frozen=True)
class Reach:
    """What a test file reaches.

    Args:
        test: The file, relative to the tree.
        lines: File of the model, relative to the tree → numbers of the lines that run.
    """

    test: str
    lines: dict[str, list[int]]

    @property
    def size(self) -> int:
        """How many lines it reaches; one that reaches few takes little time."""
        return sum(map(len, self.lines.values()))

    def touches(self, file: str, rows: range) -> bool:
        """Whether any of some lines of a file runs."""
        return any(row in rows for row in self.lines.get(file, ()))


def measured(root: Path, folders: list[str], workers: int) -> list[Reach]:
    """Run every test file that is fast, and see what it reaches in some folders."""
    tests = sorted(path.relative_to(root).as_posix() for path in (root / "tests").rglob("test_*.py"))
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda test: _reach(root, folders, test), tests))


def _reach(root: Path, folders: list[str], test: str) -> Reach:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        include = ",".join(f"{each}/*" for each in folders)
        run = [sys.executable, "-m", "coverage", "run", f"--data-file={data}", f"--include={include}", "-m", "pytest"]
        subprocess.run([*run, "-n0", "-q", "-p", "no:cacheprovider", test], cwd=root, capture_output=True, check=False)
        found = CoverageData(str(data))
        found.read()
        files = {Path(file).resolve().relative_to(root.resolve()).as_posix(): file for file in found.measured_files()}
        return Reach(test, {name: sorted(found.lines(file) or ()) for name, file in files.items()})


def kept(file: Path, found: list[Reach]) -> list[Reach]:
    """Keep what was found in a file."""
    file.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
    return found


def known(file: Path) -> list[Reach]:
    """What was kept in a file."""
    return [Reach(**each) for each in json.loads(file.read_text(encoding="utf-8"))]


def statement(text: str, row: int) -> range:
    """The lines of the innermost statement that holds a line; of one with a body, its head."""
    spans = [span for node in ast.walk(ast.parse(text)) for span in _span(node) if row in span]
    return min(spans, key=len, default=range(row, row + 1))


def _span(node: ast.AST) -> Iterator[range]:
    if isinstance(node, ast.stmt):
        body = getattr(node, "body", None)
        end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
        yield range(node.lineno, max(end, node.lineno) + 1)
