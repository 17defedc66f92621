"""Puts seeded faults into the lines of the model and says which of them the tests find.

python -m tests.mutation.run --faults 100 --seed 1 [--report FILE] [--near]

Each fault stands alone in a copy of the tree. The tests called as its file run first, then the golden cases, then those
that share a word with it and the random deals, then all that is fast; the first test that fails ends it. A fault that
no test finds is named, and the exit code is 1 if fewer than nine of ten are found. A fault that changes no result is
listed in equivalents.toml with its reason. --near leaves out the last stage, which takes ten minutes a fault: what it
would find counts as survived.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.mutation.faults import Fault, chosen

ROOT = Path(__file__).parents[2]
FOLDERS = ["finmodel/deal", "finmodel/kernel", "finmodel/run", "finmodel/public_money", "finmodel/risk/draws"]
LEFT_OUT = (".git", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__", "*.egg-info", "build")
GOLDEN = ["tests/random_deals/test_frozen_deals.py", "tests/test_frozen.py", "tests/test_cases.py"]
NEAR, ALL = 3, 4
SHORT = 3
FOUND, SURVIVED, EQUIVALENT = "found", "survived", "equivalent"
LONGEST = 900
"""Seconds after which a run that a fault sent round for ever counts as found."""


def main() -> int:
    """Choose the faults, try each, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--near", action="store_true")
    asked = parser.parse_args()
    faults = chosen(ROOT, FOLDERS, asked.faults, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(asked.workers)]
        rows = list(_tried(faults, copies, NEAR if asked.near else ALL))
    report = _report(rows, asked.seed)
    print(report)
    if asked.report:
        asked.report.write_text(report, encoding="utf-8")
    caught = sum(outcome == FOUND for _, outcome, _ in rows)
    return 0 if caught >= 0.9 * len(rows) else 1


def _copy(target: Path) -> Path:
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return target


def _tried(faults: list[Fault], copies: list[Path], stages: int) -> list[tuple[Fault, str, str]]:
    free = list(copies)
    rows: list[tuple[Fault, str, str]] = []

    def one(fault: Fault) -> tuple[Fault, str, str]:
        copy = free.pop()
        try:
            return (fault, *_outcome(fault, copy, stages))
        finally:
            free.append(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        for done in as_completed([pool.submit(one, fault) for fault in faults]):
            rows.append(done.result())
            fault, outcome, by = rows[-1]
            print(f"{len(rows)}/{len(faults)} {outcome:9} {fault.told}  {by}", file=sys.stderr, flush=True)
    return sorted(rows, key=lambda row: (row[0].path.as_posix(), row[0].start))


def _outcome(fault: Fault, copy: Path, stages: int) -> tuple[str, str]:
    path = copy / fault.path
    text = path.read_text(encoding="utf-8")
    if fault.quoted(text) in equivalents():
        return EQUIVALENT, equivalents()[fault.quoted(text)]
    path.write_text(fault.plant(text), encoding="utf-8")
    try:
        for stage in _stages(fault, copy)[:stages]:
            by = _fails(stage, copy) if stage else ""
            if by:
                return FOUND, by
        return SURVIVED, ""
    finally:
        path.write_text(text, encoding="utf-8")


def equivalents() -> dict[str, str]:
    """Faults that change no result, each with the reason, by the line that they change."""
    return tomllib.loads((Path(__file__).parent / "equivalents.toml").read_text(encoding="utf-8"))


def _stages(fault: Fault, copy: Path) -> list[list[str]]:
    """The tests called as the file, the golden cases, those that share a word with it and random deals, all others."""
    tests = sorted(path for path in (copy / "tests").rglob("test_*.py"))
    words = {word for word in fault.path.stem.split("_") if len(word) > SHORT}
    called = [path for path in tests if fault.path.stem in path.stem]
    kin = [path for path in tests if path not in called and words & set(path.stem.split("_"))]
    named = [[str(path.relative_to(copy)) for path in paths] for paths in (called, kin)]
    return [named[0], GOLDEN, [*named[1], "tests/random_deals"], ["tests"]]


def _fails(paths: list[str], copy: Path) -> str:
    """The first test that fails; empty if none does."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-n0", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *paths]
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return "does not end"
    if done.returncode == 0:
        return ""
    said = [row for row in done.stdout.splitlines() if row.startswith(("FAILED", "ERROR"))]
    return said[0].split(" - ")[0].removeprefix("FAILED ").removeprefix("ERROR ") if said else f"exit {done.returncode}"


def _report(rows: list[tuple[Fault, str, str]], seed: int) -> str:
    count = {outcome: sum(row[1] == outcome for row in rows) for outcome in (FOUND, SURVIVED, EQUIVALENT)}
    lines = [f"{len(rows)} faults (seed {seed}): {count[FOUND]} found, {count[SURVIVED]} survived, "]
    lines[0] += f"{count[EQUIVALENT]} change no result"
    lines += [f"  {outcome:10} {fault.told}  {by}" for fault, outcome, by in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
