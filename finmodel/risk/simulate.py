"""Many paths of a deal: what is drawn goes in, statistics come out, and any path can be looked at in full.

The debt is the one signed: a path never re-sizes it (S3).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.read import Case
from finmodel.kernel.errors import LimitError, UsageError, want, want_path
from finmodel.kernel.faces.compiled import FastText
from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.kernel.version import version
from finmodel.risk import curves
from finmodel.risk.ask import year_end
from finmodel.risk.checkpoint import FolderStore, Store
from finmodel.risk.draws.sobol import REPLICATES
from finmodel.risk.draws.streams import BLOCK, check_seed
from finmodel.risk.job import PART_BLOCKS, Job, Part, PathError
from finmodel.risk.paths import Draws, Prepared, prepare, replayed, told
from finmodel.risk.pool import run_here, run_pool
from finmodel.risk.simulated import Convergence, Fan, Histogram, RunFacts, Spread, Summary
from finmodel.risk.statistics import histogram
from finmodel.risk.summarise import summarise
from finmodel.run.results import Results
from finmodel.run.run import opened

MOST_PATHS = 20_000_000
IN_MEMORY = 131_072
ALONE = 16_384  # up to here starting a second process costs more than it brings
SAMPLING = ("random", "antithetic", "sobol")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Options:
    """How a simulation runs; only `sampling` moves its numbers beyond rounding.

    Args:
        sampling: "random", "antithetic" (the second half of each block mirrors the first) or "sobol".
        chunk: Blocks of 1,024 paths evaluated at a time, 1 to 8; None is 2, or 1 of the compiled face.
        fast: Whether lines are compiled by numba, an extra; numbers agree to 1e-12.
        folder: Where parts are kept, so that a run that was stopped goes on; None is memory.
        scheduler: Address of a Dask scheduler, or "local" for a cluster on this machine; None is none.
        progress: Called with paths done and paths asked for.
    """

    sampling: str = "random"
    chunk: int | None = None
    fast: bool = False
    folder: Path | str | None = None
    scheduler: str | None = None
    progress: Progress | None = None


@dataclass(frozen=True, eq=False)
class Simulation:
    """A finished simulation.

    `risk.metrics["dscr_min"].mean`, `risk.quantiles("equity_irr.jogmec")`, `risk.support_by_year`, `risk.replay(7)`.
    """

    prepared: Prepared
    store: Store
    run: RunFacts

    @cached_property
    def summary(self) -> Summary:
        """All statistics."""
        return summarise(self.store, self.run, told(self.prepared))

    @property
    def metrics(self) -> Mapping[str, Spread]:
        """Result → its spread over all paths."""
        return self.summary.metrics

    def quantiles(self, name: str) -> Mapping[str, float]:
        """Quantiles of a result, "p1" to "p99".

        Raises:
            UsageError: It was not asked for.
        """
        if name not in self.metrics:
            raise UsageError(f"{name} was not asked for; kept are {', '.join(self.metrics)}")
        return self.metrics[name].quantiles

    @property
    def support_by_year(self) -> Mapping[str, Spread]:
        """Fiscal year → spread of the support paid in it [reporting currency]."""
        return self.summary.by_year.get("support_paid", {})

    def column(self, name: str) -> NDArray[Any]:
        """One number of every path: a result, or a yearly row as "support_paid:FY2031".

        Raises:
            UsageError: It was not kept.
        """
        if name not in self.store.names():
            raise UsageError(f"{name} was not kept; kept are results, name:year and name:period")
        return self.store.column(name)

    def histogram(self, name: str) -> Histogram:
        """How often a result, or a yearly row, fell into each of about twenty classes.

        Raises:
            UsageError: It was not kept.
        """
        return histogram(self.column(name))

    @property
    def fans(self) -> list[str]:
        """What was kept by fiscal year or by period: support, prices, the lowest DSCR of the year."""
        return curves.fans(self.store)

    def fan(self, name: str) -> Fan:
        """How a row that was kept by year spreads over time.

        Raises:
            UsageError: It was not kept.
        """
        return curves.fan(self.store, name, told(self.prepared), self.prepared.base.values)

    def convergence(self, name: str) -> Convergence:
        """How a result settles as paths are added.

        Raises:
            UsageError: It was not asked for.
        """
        return curves.convergence(self.store, name, told(self.prepared), self.run.tail)

    @property
    def labels(self) -> NDArray[np.str_]:
        """The regime whose name each path bears; empty texts without regimes."""
        chain = self.prepared.job.market.chain
        names = np.array([""] if chain is None else chain.names)
        return names[self.store.labels()]

    def replay(self, path: int) -> Results:
        """Every line of one path, as `run` gives them for a case.

        Raises:
            UsageError: No such path.
        """
        if not 0 <= path < self.run.paths:
            raise UsageError(f"path {path} is not in this run: it has {self.run.paths:,}, from 0")
        return replayed(self.prepared, path)


def simulate(
    case: Case | Path | str,
    paths: int = 10_000,
    seed: int = 1,
    outputs: Sequence[str] | None = None,
    workers: int | None = None,
    options: Options | None = None,
) -> Simulation:
    """Run a case on many paths of what its [risk] table draws.

    Args:
        paths: How many, from 1 to 20 million.
        seed: From 0 to 2**64 - 1; the same seed gives the same numbers, whatever the workers and chunks.
        outputs: Results and lines to keep, such as "dscr_min", "support.paid", "facility.jbic.interest:each"; None
            keeps rates of equity, the lowest DSCR, the present value and support.
        workers: Processes; None is as many as the machine has, and one for few paths.

    Raises:
        UsageError: The case has no [risk] table, or an argument makes no sense.
        LimitError: Too many paths.
        RefusedError: The folder holds another run, or another process is in it.
        NumberError: A line is no finite number on some path; names line, period and path.
    """
    options = options or Options()
    want(options, Options, "options are fm.Options(…)")
    want_path(options.folder or "", "the folder of parts")
    want(outputs, (list, tuple, type(None)), "outputs are a list of names")
    begun = time.perf_counter()
    crew = _checked(paths, seed, workers, options)
    draws = Draws(paths, seed, options.sampling, options.chunk or (1 if options.fast else 2), options.fast)
    prepared = prepare(opened(case), draws, outputs)
    store = _store(prepared, options)
    try:
        _run(prepared, store, crew, options)
    finally:
        store.close()
    job, base = prepared.job, prepared.base
    risk = base.case.tables.risk
    facts = RunFacts(
        paths=paths,
        seed=seed,
        sampling=options.sampling,
        seconds=time.perf_counter() - begun,
        workers=crew,
        identity=job.identity,
        calendar=MONTH_NAMES[year_end(base.case) - 1],
        tail=0.95 if risk is None else risk.tail.number,
        sized_on=base.facts.get("debt_sized_on", ""),
        named_by=base.case.timeline.named_by(year_end(base.case)),
    )
    return Simulation(prepared, store, facts)


def _checked(paths: int, seed: int, workers: int | None, options: Options) -> int:
    """The number of processes, once every argument makes sense."""
    check_seed(seed)
    if isinstance(paths, bool) or not isinstance(paths, int) or paths < 1:
        raise UsageError(f"paths is a whole number from 1: got {str(paths)[:40]}")
    if paths > MOST_PATHS:
        raise LimitError(f"{paths:,} paths; at most {MOST_PATHS:,} are run, so that exact quantiles fit in memory")
    if options.sampling not in SAMPLING:
        raise UsageError(f'sampling is {", ".join(SAMPLING)}: got "{options.sampling[:40]}"')
    whole = REPLICATES * BLOCK
    if options.sampling == "sobol" and (paths % whole or (paths // whole) & (paths // whole - 1)):
        raise UsageError(f"Sobol points come in {whole:,} times a power of two: got {paths:,} paths")
    if options.chunk is not None and not 1 <= options.chunk <= PART_BLOCKS:
        raise UsageError(f"a chunk has 1 to {PART_BLOCKS} blocks: got {options.chunk}")
    want(workers, (int, type(None)), "workers is a whole number")
    if workers is not None and not 1 <= workers <= 1024:
        raise UsageError(f"workers is a number from 1 to 1,024: got {workers}")
    if options.scheduler is not None:
        from finmodel.risk.cluster import reach

        reach(options.scheduler)
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return workers if workers is not None else 1 if paths <= ALONE else known


def _facts(prepared: Prepared) -> dict[str, str]:
    """What a folder says of its run, so that another one can be told apart in words."""
    job, case = prepared.job, prepared.base.case
    return {
        "name": case.name,
        "case": case.sha256,
        "seed": str(job.seed),
        "paths": str(job.paths),
        "sampling": job.sampling,
        "outputs": sha256(repr(job.keep).encode()).hexdigest(),
        "finmodel": version(),
        "numpy": np.__version__,
        "fast": str(isinstance(job.text, FastText)),
    }


def _store(prepared: Prepared, options: Options) -> Store:
    job = prepared.job
    if options.folder is not None:
        return FolderStore(job, Path(options.folder), _facts(prepared))
    if job.paths <= IN_MEMORY:
        return Store(job)
    folder = tempfile.mkdtemp(prefix="finmodel-")
    store = FolderStore(job, Path(folder), _facts(prepared))
    weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
    return store


def _run(prepared: Prepared, store: Store, workers: int, options: Options) -> None:
    job, missing = prepared.job, store.missing
    ready = job.paths - sum(job.paths_of(part) for part in missing)

    def done(part: Part) -> None:
        nonlocal ready
        store.add(part)
        ready += job.paths_of(part.number)
        if options.progress is not None:
            options.progress(ready, job.paths)

    if options.progress is not None:
        options.progress(ready, job.paths)
    try:
        _start(job, missing, workers, options.scheduler, done)
    except PathError as error:
        replayed(prepared, int(str(error).rsplit(" ", 1)[1]))  # finds line and period
        raise


def _start(job: Job, missing: Iterable[int], workers: int, scheduler: str | None, done: Callable[[Part], None]) -> None:
    parts = list(missing)
    if scheduler is not None:
        from finmodel.risk.cluster import run_cluster

        run_cluster(job, parts, scheduler, workers, done)
    elif workers > 1 and len(parts) > 1:
        run_pool(job, parts, workers, done)
    else:
        run_here(job, parts, done)
