"""What a file says of itself as a whole: names of cells, document properties, and what its checks show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.kernel.errors import ModelError
from finmodel.kernel.version import version
from finmodel.present import marks
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, Page, letter, safe_text
from finmodel.workbook.layout import Spot
from finmodel.workbook.pages.header import FAILED_ERRORS
from finmodel.workbook.references import References


@dataclass(frozen=True)
class Labels:
    """What the frame says about the whole file.

    Args:
        title: Of the document.
        properties: Custom document properties.
        names: Defined name → the cell or row that it stands for.
        verdicts: What a check shows: good, bad, amber.
        font: Which font of the theme shows the words.
    """

    title: str
    properties: Mapping[str, str]
    names: Mapping[str, str]
    verdicts: tuple[tuple[str, str], ...]
    font: str


def labels(book: Book, pages: Sequence[Page]) -> Labels:
    """Names and properties of the file.

    Args:
        pages: The pages of the workbook.
    """
    say = book.say
    named = names(book)
    properties = {
        marks.SCHEMA: marks.SCHEMA_VERSION,
        marks.LANGUAGE: say.language,
        marks.VERSION: version(),
        marks.CASE_NAME: safe_text(book.case.name),
        marks.CASE_HASH: book.case.sha256,
        **{f"{marks.LOGIC}{page.name}": _logic(page, named) for page in pages},
    }
    verdicts = (
        (say("OK"), "good"),
        (say("FAIL"), "bad"),
        (say("FAIL: change the case file"), "bad"),
        (say("as sized"), "good"),
        (say("as sized: re-run"), "amber"),
        (say("STALE"), "amber"),
        (say("current"), "good"),
    )
    return Labels(safe_text(book.case.name), properties, named, verdicts, say.font)


def names(book: Book) -> dict[str, str]:
    """Defined names: one for each input, one for each result, and the master check.

    Raises:
        ModelError: Two inputs or results come to the same name.
    """
    found: dict[str, str] = {marks.MASTER: f"Checks!$E${FAILED_ERRORS}"}
    refs = References(book.layout, "", book.count)
    pairs = [(marks.input_name(key.id), _target(book, key.id)) for key in book.keys if _is_number(key.kind, key.value)]
    for name, metric in book.model.metrics.items():
        spot = book.layout.lines[metric.line.id]
        pairs.append((marks.output_name(name), refs.scalar(Spot(spot.sheet, spot.row, CONSTANT))))
    for name, target in pairs:
        if name in found:
            raise ModelError(f"two inputs or results are called {name} in a workbook")
        found[name] = target
    return found


def _logic(page: Page, named: Mapping[str, str]) -> str:
    """The fingerprint of a sheet, as whoever receives the file computes it."""
    here = [(name, target) for name, target in named.items() if target.startswith(f"{page.name}!")]
    return marks.fingerprint(page.relative(), here)


def _is_number(kind: str, value: object) -> bool:
    return kind == "case" and not isinstance(value, str)


def _target(book: Book, id: str) -> str:
    spot = book.layout.inputs[id]
    if spot.column:
        return f"{spot.sheet}!${letter(spot.column)}${spot.row}"
    last = letter(FIRST + book.count - 1)
    return f"{spot.sheet}!${letter(FIRST)}${spot.row}:${last}${spot.row}"
