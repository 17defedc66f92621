"""Frozen cases: benchmarks/frozen holds the cases of version 0.1 (commit ee8ad62) as they were shipped.

Every later version reads them, and their operating lines (prices, tonnes, revenue, operating cost, capital cost before
financing) keep their bits: benchmarks/frozen/operating.json holds what version 0.1 gave, as a hash a line. A scenario
keeps them too. Speed is measured on these cases, so that a case that is recast does not change what is compared.
"""

from __future__ import annotations

import fnmatch
import json
import struct
from hashlib import sha256
from pathlib import Path

import pytest

import finmodel as fm

FROZEN = Path(__file__).parents[1] / "benchmarks" / "frozen"
OPERATING = json.loads((FROZEN / "operating.json").read_text(encoding="utf-8"))
PATTERNS = (
    "price.*.market",
    "node.*.produced",
    "node.*.by_product.*",
    "node.*.taken",
    "product.*.available",
    "product.*.sold",
    "offtake.*.delivered",
    "offtake.*.billed",
    "spot.*.billed",
    "sales.billed",
    "cost.*.billed",
    "costs.billed",
    "capex.*.spent",
    "capex.spent",
    "capex.*.sustaining",
    "capex.sustaining",
)
MOVED = {  # lines that a mended fault moves, and why
    ("kyushu_magnet_recycling", "sales.billed"): "the rebate for taking scrap is on the recycled share of the feed",
}


def bits(values: float | list[float]) -> str:
    """A hash of a line's numbers, bit by bit, with -0 as 0."""
    values = values if isinstance(values, list) else [values]
    return sha256(b"".join(struct.pack("<d", value + 0.0) for value in values)).hexdigest()[:16]


def is_operating(id: str) -> bool:
    return any(fnmatch.fnmatchcase(id, pattern) for pattern in PATTERNS)


@pytest.mark.parametrize("name", sorted(OPERATING))
def test_operating_lines_of_a_frozen_case_keep_their_bits(name: str) -> None:
    folder, scenario = name.split("@")

    result = fm.run(fm.load(FROZEN / folder, None if scenario == "base" else scenario))

    moved = [id for id, hashed in OPERATING[name].items() if bits(result.values[id]) != hashed]
    assert [id for id in moved if (folder, id) not in MOVED] == []


def test_a_frozen_case_has_operating_lines_of_every_kind() -> None:
    held = {
        pattern for lines in OPERATING.values() for id in lines for pattern in PATTERNS if fnmatch.fnmatch(id, pattern)
    }

    assert held == set(PATTERNS)


def test_a_line_that_moves_in_its_last_bit_is_found() -> None:
    assert bits([1.0, 2.0]) != bits([1.0, 2.0000000000000004])
    assert bits([0.0]) == bits([-0.0])
