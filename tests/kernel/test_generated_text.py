"""Generated code goes when nobody uses it: its text does not stay with linecache for ever."""

from __future__ import annotations

import gc
import linecache
import traceback

import pytest

from finmodel.kernel.faces.generated import _compiled

KEPT = 32


def texts() -> int:
    """How many generated texts linecache holds."""
    gc.collect()
    return sum(name.startswith("<finmodel ") for name in linecache.cache)


def kernel(number: int) -> str:
    """The text of a structure of its own."""
    return f"def kernel(given, fixed, paths):\n    return ({number}.0 / given[0],)\n"


def test_the_text_of_a_structure_goes_with_the_last_user_of_its_code() -> None:
    """Two hundred structures leave the 32 that are kept in case they are run again."""
    _compiled.cache_clear()
    before = texts()
    for number in range(200):
        _compiled(kernel(number), False)

    assert texts() - before <= KEPT
    _compiled.cache_clear()
    assert texts() == before


def test_a_traceback_shows_the_text_of_code_in_use() -> None:
    _compiled.cache_clear()
    held = _compiled(kernel(7), False)
    _compiled.cache_clear()
    gc.collect()
    with pytest.raises(ZeroDivisionError) as error:
        held([0.0], [], 1)

    assert "return (7.0 / given[0],)" in "".join(traceback.format_exception(error.value))
