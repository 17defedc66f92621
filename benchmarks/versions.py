"""Processor time of one command in two versions of finmodel, in turns, so that a busy machine slows both alike.

python benchmarks/versions.py OLD NEW [CASE] [--times N]

OLD and NEW are Python interpreters in which the versions are installed. Each runs `-m finmodel run CASE`; what is
printed is user plus system time of the whole process, with its modules compiled before (a first turn is not counted).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CASE = Path(__file__).parent / "frozen" / "australia_japan"


def taken(python: str, case: Path, folder: str) -> float:
    """Seconds of processor time of one run."""
    ours = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [python, "-m", "finmodel", "run", str(case)]
    done = subprocess.run(command, env={**os.environ, **ours}, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 6):  # 6: golden results of an older version do not hold
        sys.exit(f"{python}: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("case", nargs="?", type=Path, default=CASE)
    parser.add_argument("--times", type=int, default=9)
    asked = parser.parse_args()
    times: dict[str, list[float]] = {"old": [], "new": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.times + 1):
            for name in times if turn % 2 else reversed(times):
                seconds = taken(getattr(asked, name), asked.case.resolve(), folder)
                if turn:
                    times[name].append(seconds)
    for name, found in times.items():
        sys.stdout.write(f"{name}: median {statistics.median(found):.2f} s, {min(found):.2f} to {max(found):.2f}\n")
    pairs = sorted(new / old for old, new in zip(*times.values(), strict=True))
    ratio, turn = statistics.median(times["new"]) / statistics.median(times["old"]), statistics.median(pairs)
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    sys.stdout.write(f"new over old: {ratio:.2f} by medians, {turn:.2f} by the median turn; load {load}\n")


if __name__ == "__main__":
    main()
