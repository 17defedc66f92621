"""What finmodel costs on this machine: one table, each figure the best of several runs.

python benchmarks/run.py [CASE]
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import finmodel as fm
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.run.build import build

CASE = Path(__file__).parents[1] / "cases" / "australia_japan"
PATHS = 4_096


def best(action: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


def paths(case: fm.Case) -> tuple[int, int, float]:
    """Lines that vary with prices for the usual outputs, operations a period, and microseconds a path."""
    deal, result = build(case), fm.run(case)
    outputs = ["ratios.dscr_min.number", "returns.net_equity_flow", "support.paid"]
    outputs = [id for id in outputs if id in deal.model.lines]
    vary = [id for id in deal.givens if id.startswith("price.") and id.endswith(".deck")]
    kernel = compile_kernel(deal.model, deal.plan, outputs, vary, paths=True)
    fixed = {
        id: np.array(result.values[id]) if deal.model.lines[id].series else result.values[id] for id in kernel.fixed
    }
    given = {id: np.array(value) if isinstance(value, tuple | list) else value for id, value in result.given.items()}
    shocks = np.exp(np.random.default_rng(1).normal(0, 0.2, PATHS))
    for id in vary:
        given[id] = given[id][:, None] * shocks if deal.givens[id].series else given[id] * shocks
    seconds = best(lambda: kernel.run(given, fixed, PATHS), 3)
    lines = sum(" = " in row for row in kernel.source.splitlines())
    return lines, len(kernel.fixed), seconds / PATHS * 1e6


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CASE
    process = best(
        lambda: subprocess.run([sys.executable, "-m", "finmodel", "run", str(folder)], capture_output=True), 3
    )
    start = time.perf_counter()
    case = fm.load(folder)
    result = fm.run(case)
    first = time.perf_counter() - start
    lines, fixed, each = paths(case)
    table = Table(
        "what", "measured", "budget", title=f"{case.name}: {len(result.model.lines)} lines × {case.timeline.count}"
    )
    table.add_row("finmodel run, whole process", f"{process:.2f} s", "1.5 s")
    table.add_row("import finmodel", f"{best(_import, 3):.2f} s", "0.5 s")
    table.add_row("read the case", f"{best(lambda: fm.load(folder)) * 1e3:.0f} ms", "")
    table.add_row("size and run, first call", f"{first * 1e3:.0f} ms", "300 ms")
    table.add_row("size and run, warm", f"{best(lambda: fm.run(case)) * 1e3:.0f} ms", "150 ms")
    table.add_row(f"NumPy face, {lines} statements, {fixed} fixed rows", f"{each:.0f} µs a path", "")
    Console(width=100).print(table)


def _import() -> None:
    subprocess.run([sys.executable, "-c", "import finmodel"], check=True)


if __name__ == "__main__":
    main()
