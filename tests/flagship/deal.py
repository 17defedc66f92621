"""The flagship, built and run once for the tests of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from finmodel.run.build import Built, build
from finmodel.run.results import Results
from finmodel.run.run import load, run

CASES = Path(__file__).parents[2] / "cases"


@cache
def built() -> Built:
    """Its lines in order."""
    return build(load(CASES / "australia_japan"))


@cache
def result() -> Results:
    """Its numbers."""
    return run(load(CASES / "australia_japan"))
