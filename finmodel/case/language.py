"""What a case file says of itself, and the version of the language that it is written in: `format = 1` at its top.

A file that says none was written before there was such a key: it is read as format 1. Each file of a chain of
`extends` says its own; the other files of a case are in the format of the case.toml beside them.
"""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Count, default
from finmodel.case.positions import Document
from finmodel.case.quantity import clip
from finmodel.case.says import Says
from finmodel.case.table import Table
from finmodel.kernel.errors import CaseError, Problem
from finmodel.kernel.expr import Given

KEY, FORMAT = "format", 1


class LendersCase(Table):
    """What differs in the case on which lenders size debt."""

    case: dict[
        str, Annotated[str, Says("Value of the dotted key of that name when lenders size debt", example='"0.90x"')]
    ] = {}


class OwnKeys(Table):
    """What a case file says of how it is read and held to account; it is taken out before the deal is read."""

    format: Annotated[Given, Count(ge=1, le=FORMAT, meaning="Version of the language of the file")] = default(FORMAT)
    extends: Annotated[str, Says("Folder of the case that this one is laid over", example='"../other_case"')] = ""
    remove: Annotated[
        list[str], Says("Keys and tables taken out of the case that it extends", example='["facility.mezzanine"]')
    ] = []
    expect: dict[
        str,
        Annotated[str, Says("What the result of that name must be, judged on every run", example='"at least 1.30x"')],
    ] = {}
    sizing: LendersCase = LendersCase()


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
