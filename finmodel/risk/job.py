"""A job: everything a worker needs to compute a part of a simulation, as plain data.

A part is 8 blocks of 1,024 paths, whole but for the last one of a run, so it is the same whoever computes it and in
what company. Blocks are evaluated some at a time (`chunk`), which changes speed and memory but no bit: the generated
code works element by element, and no sum runs over paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import NumberError
from finmodel.kernel.faces.compiled import FastKernel, FastText
from finmodel.kernel.faces.generated import Kernel, Values, face
from finmodel.risk.draws.sobol import Points
from finmodel.risk.draws.streams import BLOCK, Stream
from finmodel.risk.draws.worlds import Drawn, Market
from finmodel.risk.keep import Keep

Floats = NDArray[np.float64]
PART_BLOCKS = 8
PART = PART_BLOCKS * BLOCK


@dataclass(frozen=True)
class KernelText:
    """A kernel as text, so that it can be sent to another process and compiled there."""

    outputs: tuple[str, ...]
    given: tuple[str, ...]
    fixed: tuple[str, ...]
    source: str

    @classmethod
    def of(cls, kernel: Kernel) -> KernelText:
        """What a kernel was made of."""
        return cls(kernel.outputs, kernel.given, kernel.fixed, kernel.source)

    def kernel(self) -> Kernel:
        """The kernel, compiled in this process."""
        return face(self.outputs, self.given, self.fixed, self.source)


@dataclass(frozen=True)
class Job:
    """One simulation.

    Args:
        identity: Hash of all that decides the numbers.
        seed: Of all draws.
        paths: How many.
        sampling: "random", "antithetic" or "sobol".
        chunk: Blocks evaluated at a time.
        market: What is drawn.
        text: The lines that are asked for, and what they need.
        given: Inputs that are not drawn.
        fixed: Lines that do not vary.
        keep: What is kept of each path.
    """

    identity: str
    seed: int
    paths: int
    sampling: str
    chunk: int
    market: Market
    text: KernelText | FastText
    given: Mapping[str, Any]
    fixed: Mapping[str, Any]
    keep: Keep

    @property
    def parts(self) -> int:
        """Number of parts."""
        return -(-self.paths // PART)

    def paths_of(self, part: int) -> int:
        """Paths in a part.

        Args:
            part: Number of the part, from 0.
        """
        return min(PART, self.paths - part * PART)


@dataclass(frozen=True)
class Part:
    """What is kept of the paths of one part.

    Args:
        values: Shape (columns, paths).
        fans: Yearly rows for pictures, in single precision; shape (columns, paths).
        flags: Zeros and ones by date; shape (columns, paths).
        labels: Number of the regime whose name each path bears.
    """

    number: int
    values: Floats
    fans: NDArray[np.float32]
    flags: NDArray[np.uint8]
    labels: NDArray[np.int8]


class PathError(NumberError):
    """A number that is not finite on a path."""


def draw(job: Job, block: int) -> Drawn:
    """The drawn inputs of a block, and the names that its paths bear.

    Args:
        block: Number of the block, from 0.
    """
    stream = Stream(job.seed, block, job.sampling == "antithetic")
    return job.market.draw(stream, Points(job.seed, block) if job.sampling == "sobol" else None)


def compute(job: Job, part: int, kernel: Kernel | FastKernel | None = None) -> Part:
    """Compute a part.

    Args:
        part: Number of the part, from 0.
        kernel: The code of the job, if it was made before.

    Returns:
        What is kept of the paths of the part.

    Raises:
        PathError: A line is not finite; names the line and the path.
    """
    kernel = kernel or job.text.kernel()
    first = part * PART_BLOCKS
    last = first + -(-job.paths_of(part) // BLOCK)
    made = _empty(job, part)
    for start in range(first, last, job.chunk):
        drawn = [draw(job, block) for block in range(start, min(start + job.chunk, last))]
        rows = {id: np.concatenate([rows[id] for rows, _ in drawn], axis=-1) for id in drawn[0][0]}
        labels = np.concatenate([labels for _, labels in drawn])
        values, at = _run(job, kernel, rows, len(labels), start * BLOCK), (start - first) * BLOCK
        _fill(job, made, at, values, labels)
    return made


def _run(job: Job, kernel: Kernel | FastKernel, rows: Mapping[str, Any], width: int, first: int) -> Values:
    """The lines asked for on some paths.

    Args:
        first: The number of the first path.

    Raises:
        PathError: Some line, asked for or not, is no finite number on a path of the run.
    """
    with np.errstate(all="ignore"):  # what is not finite is looked for afterwards
        values, total = kernel.unchecked({**job.given, **rows}, job.fixed, width)
    bad = ~np.isfinite(np.broadcast_to(total, width))[: job.paths - first]
    if bad.any():
        raise PathError(f"a line is not a finite number on path {first + int(np.argmax(bad))}")
    return values


def _empty(job: Job, part: int) -> Part:
    """A part with room for all that is kept."""
    count, keep = job.paths_of(part), job.keep
    return Part(
        part,
        np.empty((len(keep.columns), count)),
        np.empty((len(keep.fan_columns), count), dtype=np.float32),
        np.empty((len(keep.flag_columns), count), dtype=np.uint8),
        np.empty(count, dtype=np.int8),
    )


def _fill(job: Job, part: Part, at: int, values: Values, labels: NDArray[np.int8]) -> None:
    """What is kept of some paths, into their place; paths beyond the last one asked for are left out."""
    width = len(labels)
    count = min(width, part.labels.size - at)
    kept, bad = job.keep.of(values, width)
    if bad is not None and bad.path < count:
        raise PathError(f"{bad.line} is not a finite number on path {part.number * PART + at + bad.path}")
    targets: tuple[NDArray[Any], ...] = (part.values, part.fans, part.flags)
    for target, rows in zip(targets, kept, strict=True):
        for row, numbers in enumerate(rows):
            target[row, at : at + count] = numbers[:count]
    part.labels[at : at + count] = labels[:count]
