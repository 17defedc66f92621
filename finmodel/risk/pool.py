"""Processes of this machine that compute parts: a worker that dies is replaced, and its part computed again.

A worker is a fresh interpreter that gets the job as data. It ends by itself when the process that started it is gone,
and leaves interruption to that one. A part that kills four workers in a row is given up, by its name.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from finmodel.kernel.errors import LimitError
from finmodel.kernel.faces.compiled import FastText
from finmodel.risk.job import PART_BLOCKS, Job, Part, compute

TRIES = 4
READY = "ready"
_LOOK = 0.5  # seconds between looks at whether the parent lives
Done = Callable[[Part], None]


class WorkerError(LimitError):
    """A part that no worker survives."""


@dataclass
class _Worker:
    """A process, our end of its pipe, and the part that it works on."""

    process: SpawnProcess
    pipe: Connection
    part: int | None = None


def run_here(job: Job, parts: Sequence[int], done: Done) -> None:
    """Compute parts in this process.

    Args:
        parts: Numbers of the parts.
        done: Called with each part.
    """
    kernel = job.text.kernel()
    for number in parts:
        done(compute(job, number, kernel))


def run_pool(job: Job, parts: Sequence[int], workers: int, done: Done) -> None:
    """Compute parts in some processes; `done` is called here with each, in any order.

    Args:
        parts: Numbers of the parts.
        workers: Number of processes.

    Raises:
        WorkerError: A part has killed its worker four times.
        Exception: As a worker raised it.
    """
    waiting, tries = deque(parts), dict.fromkeys(parts, 0)
    crew: list[_Worker] = []
    try:
        crew.append(_start(job))
        if isinstance(job.text, FastText) and not job.text.compiled:
            crew[0].pipe.poll(None)  # it compiles, and the others take the code from the cache
        crew += [_start(job) for _ in range(min(workers, len(parts)) - 1)]
        left = len(parts)
        while left:
            for worker in crew:
                if worker.part is None and waiting:
                    _give(worker, waiting.popleft())
            ready = wait([worker.pipe for worker in crew])
            for worker in [worker for worker in crew if worker.pipe in ready]:
                answer = _answer(worker)
                if answer == READY:
                    continue
                if isinstance(answer, Part):
                    worker.part = None
                    left -= 1
                    done(answer)
                elif isinstance(answer, BaseException):
                    raise answer
                else:
                    _lost(worker, waiting, tries)
                    crew[crew.index(worker)] = _start(job)
    finally:
        _end(crew)


def _give(worker: _Worker, part: int) -> None:
    worker.part = part
    with contextlib.suppress(OSError):  # a dead worker is seen when its answer is awaited
        worker.pipe.send(part)


def _answer(worker: _Worker) -> Any:
    """A part, an error, or None when the worker is dead."""
    try:
        return worker.pipe.recv()
    except (EOFError, OSError):
        return None


def _lost(worker: _Worker, waiting: deque[int], tries: dict[int, int]) -> None:
    worker.process.join()
    worker.pipe.close()
    part = worker.part
    if part is None:
        part = -1  # died before it was given anything
    tries[part] = tries.get(part, 0) + 1
    if tries[part] >= TRIES:
        first = part * PART_BLOCKS
        what = "starting" if part < 0 else f"blocks {first} to {first + PART_BLOCKS - 1}"
        raise WorkerError(
            f"{what}: the worker was killed {TRIES} times; it may be out of memory. Parts that are done are kept."
        )
    if part >= 0:
        waiting.appendleft(part)


def _start(job: Job) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, os.getpid()), daemon=True)
    if os.name == "posix":
        resource_tracker.ensure_running()  # it lets signals through when it starts, so it starts first
    with _without_main(), held(signal.SIGINT, signal.SIGTERM):
        process.start()
    theirs.close()
    with contextlib.suppress(OSError):
        ours.send(job)
    return _Worker(process, ours)


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """A worker needs nothing of the script that runs, so it must not run it again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def held(*signals: signal.Signals) -> Iterator[None]:
    """Signals wait until a worker is started whole; it inherits that they wait, so none reaches it while it loads."""
    if os.name != "posix":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(crew: list[_Worker]) -> None:
    """A worker keeps nothing that would be lost, so it need not be asked."""
    for worker in crew:
        worker.process.kill()
    for worker in crew:
        worker.process.join()
        worker.pipe.close()


def serve(pipe: Connection, parent: int) -> None:
    """What a worker does: get a job, then compute the parts that it is given until the pipe closes.

    Args:
        pipe: Where parts are asked for and answered.
        parent: Process id of the asker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if os.name == "posix":
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        job: Job = pipe.recv()
        kernel = job.text.kernel()
        pipe.send(READY)
        while True:
            number = pipe.recv()
            try:
                answer: Part | Exception = compute(job, number, kernel)
            except Exception as error:  # it is raised again where the run was asked for
                answer = error
            pipe.send(answer)


def _watch(parent: int) -> None:
    """End with the process that started this one, even if that one was killed."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
