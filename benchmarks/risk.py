"""What a simulation costs on this machine, against others on a like task: seconds and processor time per 1,000 paths.

python benchmarks/risk.py [CASE] [--paths N] [--workers N]

The flagship is 96 quarters with every rate of equity, the lowest cover and the support ledger. The plain reference is
the tiny loan written out by hand in NumPy, with the price, the driver and the event that are drawn for it; it and the
same deal in finmodel stand side by side. numpy-financial solves one flow at a time. PySAM, if it is installed, runs its
single-owner model of 25 years once a path, which is another deal: it is here as the nearest thing that is published.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy_financial as npf
from rich.console import Console
from rich.table import Table

import finmodel as fm
from finmodel.kernel.returns.irr import irr_batch
from finmodel.risk.draws.streams import Stream
from finmodel.risk.job import compute, draw
from finmodel.risk.paths import Draws, prepare

ROOT = Path(__file__).parents[1]
FEWER = (1_000, 10_000)  # run too, to see that time grows in proportion
sys.path.insert(0, str(ROOT))
from tests.risk.deals import tiny  # noqa: E402  (a deal of the tests, found beside this folder)


def cost(action: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds, children included."""
    before = _spent()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start, _spent() - before


def _spent() -> float:
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def by_hand(paths: int) -> float:
    """The tiny loan in plain NumPy: price, unit cost, debt service, cover and rate of equity of each path."""
    rng = np.random.default_rng(1)
    months = np.exp(np.cumsum(rng.normal(-0.5 * 0.4**2 / 12, 0.4 / np.sqrt(12), (72, paths)), axis=0))
    price = 40 * months.reshape(12, 6, paths).mean(axis=1)[2:]
    unit_cost = 10 * rng.triangular(0.9, 1.0, 1.4, paths)
    cash = 500_000 * (price - unit_cost)
    balance = 60e6 - 7.5e6 * np.minimum(np.arange(10), 8)
    service = np.where(np.arange(10) < 8, 7.5e6, 0.0) + balance * 0.05 * 182.5 / 365
    cover = (cash[:8] / service[:8, None]).min(axis=0)
    equity = np.concatenate([np.full((2, paths), -20e6), cash - service[:, None]])
    rate, _ = irr_batch(equity, 0.02)
    return float(cover.mean() + np.nanmean(rate))


def parts(case: Path, fast: bool) -> dict[str, float]:
    """Processor microseconds a path for draws, and for lines, rates and what is kept."""
    prepared = prepare(fm.load(case), Draws(16_384, 1, fast=fast))
    kernel = prepared.job.text.kernel()
    compute(prepared.job, 0, kernel)
    whole = min(cost(lambda: compute(prepared.job, 0, kernel))[1] for _ in range(3)) / 8192 * 1e6
    draws = min(cost(lambda: [draw(prepared.job, block) for block in range(8)])[1] for _ in range(3)) / 8192 * 1e6
    return {"draws": draws, "lines, rates, kept": whole - draws}


def run(case: Path, paths: int, workers: int, fast: bool) -> tuple[float, float]:
    """A whole simulation with its statistics."""
    options = fm.Options(fast=fast)
    return cost(lambda: fm.simulate(case, paths, 1, workers=workers, options=options).summary)


def pysam(paths: int) -> tuple[float, float] | None:
    """PySAM's single-owner model, once a path; None where it is not installed."""
    try:
        import PySAM.Singleowner as single
    except ImportError:
        return None
    model = single.default("FlatPlatePVSingleOwner")
    model.Lifetime.system_use_lifetime_output = 0  # one year of output stands for all
    model.SystemOutput.gen = [20_000.0] * 8760
    model.SystemOutput.system_pre_curtailment_kwac = [20_000.0] * 8760

    def once() -> None:
        for _ in range(paths):
            model.execute(0)

    return cost(once)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", nargs="?", type=Path, default=ROOT / "cases" / "australia_japan")
    parser.add_argument("--paths", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    table = Table("what", "paths", "wall s", "cpu s", "wall s per 1,000", title="Simulation")

    def row(name: str, paths: int, spent: tuple[float, float]) -> None:
        table.add_row(name, f"{paths:,}", f"{spent[0]:.2f}", f"{spent[1]:.2f}", f"{spent[0] / paths * 1000:.4f}")

    for fast in (False, True):
        try:
            prepared = prepare(fm.load(asked.case), Draws(1, 1, fast=fast))
        except fm.FinmodelError as error:
            table.add_row(f"--fast: {error}", "", "", "", "")
            continue
        prepared.job.text.kernel()
        face = "numba" if fast else "NumPy"
        for paths in sorted({*(few for few in FEWER if few < asked.paths), asked.paths}):
            row(f"{prepared.base.case.name[:24]}, {face}", paths, run(asked.case, paths, asked.workers, fast))
        for what, micro in parts(asked.case, fast).items():
            table.add_row(f"  {what}", "", "", f"{micro:.0f} µs a path", "")
    with tempfile.TemporaryDirectory() as folder:
        deal = tiny(Path(folder))
        row("tiny loan, finmodel", asked.paths, run(deal, asked.paths, 1, False))
    row("tiny loan, by hand in NumPy", asked.paths, cost(lambda: by_hand(asked.paths)))
    flows = np.concatenate([[-20e6, -20e6], 8e6 * np.ones(10)])[:, None] * np.exp(Stream(1, 0).normal("x", 12) / 4)
    row("rates alone, finmodel", 1_024, cost(lambda: irr_batch(flows, 0.02)))
    row("rates alone, numpy-financial", 1_024, cost(lambda: [npf.irr(flows[:, p]) for p in range(1_024)]))
    found = pysam(100)
    if found is None:
        table.add_row("PySAM single owner: not installed (pip install NREL-PySAM)", "", "", "", "")
    else:
        row("PySAM single owner", 100, found)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
