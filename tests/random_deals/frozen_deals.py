"""Random deals as they were once drawn, with their results: a slip of the hand in a clause moves one of them.

python -m tests.random_deals.frozen_deals            renews the results after a meant change, and says what moved
python -m tests.random_deals.frozen_deals --draw 30  draws the deals again, so that they have most keys and choices

A result is a metric, or of the lines that share the first word of their ids (such as `facility`) the sum of all values,
each times the number of its period: what moves from one period to another is seen.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path

import finmodel as fm
from finmodel.kernel.errors import FinmodelError
from tests.random_deals.random_deals import Tree, draw
from tests.random_deals.test_random_deals import typed
from tests.random_deals.toml import dumps

FOLDER = Path(__file__).parent / "frozen"
RESULTS = FOLDER / "results.json"
TOLERANCE = 1e-9
SEEDS = range(5000, 5400)
Results = dict[str, float | None]


def names() -> list[str]:
    """The deals, by the seed that drew them."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def results(name: str) -> tuple[Results, dict[str, float]]:
    """The results of a deal, and how large the amounts are that each is made of."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "case.toml").write_bytes((FOLDER / f"{name}.toml").read_bytes())
        run = fm.run(Path(folder))
    found: Results = dict(run.metrics)
    sizes = {id: abs(value or 0.0) for id, value in found.items()}
    for id, line in run.model.lines.items():
        value = run.values[id]
        values = value if line.series and isinstance(value, list) else [value]
        weighted = [each * number for number, each in enumerate(values, 1) if math.isfinite(each)]
        group = f"lines of {id.split('.')[0]}"
        found[group] = (found.get(group) or 0.0) + math.fsum(weighted)
        sizes[group] = sizes.get(group, 0.0) + math.fsum(map(abs, weighted))
    return found, sizes


def moved(name: str, before: Results) -> list[str]:
    """What differs from the results of before, with both numbers."""
    now, sizes = results(name)
    return [
        f"{id}: {before.get(id)} → {now.get(id)}"
        for id in sorted(before.keys() | now.keys())
        if not _same(before.get(id), now.get(id), sizes.get(id, 0.0))
    ]


def _same(before: float | None, now: float | None, size: float) -> bool:
    if before is None or now is None:
        return before is now
    return abs(before - now) <= TOLERANCE * max(1.0, size)


def kept() -> dict[str, Results]:
    """The results of all deals as they were kept."""
    found: dict[str, Results] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Renew the results, or draw the deals anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draw", type=int, default=0)
    asked = parser.parse_args()
    before = {} if asked.draw else kept()
    if asked.draw:
        for path in FOLDER.glob("*.toml"):
            path.unlink()
        for seed, tree in _chosen(asked.draw).items():
            (FOLDER / f"{seed}.toml").write_text(dumps(tree), encoding="utf-8")
    for name in names():
        for row in moved(name, before.get(name, {})) if not asked.draw else []:
            print(f"{name}: {row}")
    found = {name: results(name)[0] for name in names()}
    RESULTS.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")


def _chosen(count: int) -> dict[int, Tree]:
    """Deals that run, each the one that has most keys and choices which those before it lack."""
    drawn = {seed: draw(seed) for seed in SEEDS}
    keys = {seed: set(typed(deal.tree)) for seed, deal in drawn.items()}
    found: dict[int, Tree] = {}
    had: set[str] = set()
    while len(found) < count and keys:
        seed = max(keys, key=lambda each: len(keys[each] - had))
        own = keys.pop(seed)
        try:
            fm.run(drawn[seed].case)
        except FinmodelError as error:
            print(f"{seed}: {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        had |= own
        found[seed] = drawn[seed].tree
    return found


if __name__ == "__main__":
    main()
