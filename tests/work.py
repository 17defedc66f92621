"""How much work something is, counted and not timed; and how a test waits for an event."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType

GIVEN_UP = 300  # seconds: an event that has not come by then never comes


def calls(work: Callable[[], object]) -> int:
    """Number of Python functions that are called while something is done: the same on every machine."""
    count = 0

    def look(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def wait_for(happens: Callable[[], object]) -> None:
    """Until something is true; how long that takes is no matter.

    Raises:
        AssertionError: It never comes.
    """
    end = time.monotonic() + GIVEN_UP
    while not happens():
        assert time.monotonic() < end, "what was waited for never came"
        time.sleep(0.02)
