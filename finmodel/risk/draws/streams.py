"""Random numbers by name: the draws of a variable depend on the seed, its name and the block of paths, and on nothing
else.

A block is exactly 1,024 paths. Its stream is Philox, keyed by the seed and the first 8 bytes of the SHA-256 of the
variable's name, and counted from the number of the block. Uniform and normal numbers are made here from the raw bits,
so that no change of a library's samplers moves them. Adding a variable moves no other one.
Source:  J. K. Salmon and others, Parallel random numbers: as easy as 1, 2, 3 (2011).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import UsageError

Floats = NDArray[np.float64]
BLOCK = 1_024
SEEDS = 2**64
_BITS = 52  # so that the middle of each of the 2**52 equal steps is a float, and 1 - u another


def check_seed(seed: int) -> int:
    """A seed that a stream can be keyed by.

    Args:
        seed: Any whole number.

    Raises:
        UsageError: Not a whole number from 0 to 2**64 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEEDS:
        raise UsageError(f"a seed is a whole number from 0 to 18446744073709551615: got {str(seed)[:40]}")
    return seed


@dataclass(frozen=True)
class Stream:
    """The random numbers of one block of paths.

    Args:
        seed: From 0 to 2**64 - 1.
        block: Number of the block, from 0.
        antithetic: Whether the second half of the block mirrors the first.
    """

    seed: int
    block: int
    antithetic: bool = False

    def uniform(self, name: str, rows: int) -> Floats:
        """Numbers between 0 and 1, both excluded, with shape (rows, 1024).

        Args:
            name: Name of what is drawn.
            rows: Number of rows.
        """
        width = BLOCK // 2 if self.antithetic else BLOCK
        key = self.seed | _name(name) << 64
        raw = np.random.Philox(key=key, counter=self.block << 128).random_raw(rows * width)
        found = ((raw >> (64 - _BITS)).astype(np.float64) + 0.5) * 2.0**-_BITS
        drawn = found.reshape(rows, width)
        return np.concatenate([drawn, 1 - drawn], axis=1) if self.antithetic else drawn

    def normal(self, name: str, rows: int) -> Floats:
        """Standard normal numbers with shape (rows, 1024).

        Args:
            name: Name of what is drawn.
            rows: Number of rows.
        """
        return quantile(self.uniform(name, rows))


def quantile(probability: Floats) -> Floats:
    """The standard normal quantile.

    Args:
        probability: Numbers between 0 and 1.
    """
    from scipy.special import ndtri  # takes long to load, and a run of one case does not need it

    result: Floats = ndtri(probability)
    return result


def _name(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "little")
