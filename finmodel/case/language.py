"""The version of the language that a case file is written in: `format = 1` at its top.

A file that says none was written before there was such a key: it is read as format 1. Each file of a chain of
`extends` says its own; the other files of a case are in the format of the case.toml beside them.
"""

from __future__ import annotations

from finmodel.case.positions import Document
from finmodel.case.quantity import clip
from finmodel.kernel.errors import CaseError, Problem

KEY, FORMAT = "format", 1
OWN = (KEY, "extends", "remove", "expect")
"""Keys of a main file that say how it is read or held to account; no table of the schema has them."""


def take_format(case: Document) -> None:
    """Cut the format out of a main file; nothing else of a file in an unknown language is judged.

    Raises:
        CaseError: It is not a format that is read here.
    """
    place, typed = case.places.pop((KEY,), None), case.tree.pop(KEY, FORMAT)
    if type(typed) is int and typed == FORMAT:
        return
    number = type(typed) is int and typed > FORMAT
    where = place or case.place((KEY,))
    got = clip(where.value or str(typed))
    wrong = f"this version of finmodel reads format {FORMAT}: got {got}."
    later = f", or read the case with the later version of finmodel that knows format {got}" if number else ""
    raise CaseError([Problem(where.file, where.line, KEY, where.text, wrong, f"Write format = {FORMAT}{later}.")])
