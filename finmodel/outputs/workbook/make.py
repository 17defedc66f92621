"""Pages become a file: filled, framed, recalculated by another program, compared with the model, and packed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from finmodel.base.errors import ModelError
from finmodel.outputs.version import version
from finmodel.outputs.workbook.book import Book
from finmodel.outputs.workbook.cells import CONSTANT, FIRST, Page, letter
from finmodel.outputs.workbook.certificate import Trial, certify
from finmodel.outputs.workbook.frame import Labels, make_frame
from finmodel.outputs.workbook.layout import Spot
from finmodel.outputs.workbook.logic import fingerprint
from finmodel.outputs.workbook.pack import pack
from finmodel.outputs.workbook.pages import make_pages
from finmodel.outputs.workbook.pages.header import FAILED_ERRORS
from finmodel.outputs.workbook.recalculate import Recalculated
from finmodel.outputs.workbook.references import References

SCHEMA = "finmodel.workbook/1"


def make(book: Book, trials: Callable[[Book], Sequence[Trial]]) -> tuple[bytes, Book]:
    """The file, and the book with its certificate.

    Args:
        trials: What to compare; the first one is the file as it stands.

    Raises:
        CertificateError: The file does not compute to the model's numbers.
        NumberError: A formula is worth no finite number.
        LimitError: More than a sheet or a cell holds.
    """
    pages = make_pages(book)
    frame = make_frame(pages, labels(book, pages))
    file = Recalculated.open(pack(frame, pages, {}))
    cached = file.formulas(pages)
    book = replace(book, certificate=certify(book, file, trials(book)))
    final = make_pages(book)  # the same pages, with the certificate on them
    return pack(make_frame(final, labels(book, final)), final, cached), book


def labels(book: Book, pages: Sequence[Page]) -> Labels:
    """Names and properties of the file."""
    say = book.say
    properties = {
        "finmodel.schema": SCHEMA,
        "finmodel.version": version(),
        "finmodel.case": book.case.name,
        "finmodel.case_sha256": book.case.sha256,
        **{f"finmodel.logic.{page.name}": fingerprint(page.formulas_by_cell()) for page in pages},
    }
    verdicts = (
        (say("OK"), "good"),
        (say("FAIL"), "bad"),
        (say("as sized"), "good"),
        (say("as sized: re-run"), "amber"),
        (say("STALE"), "amber"),
        (say("current"), "good"),
    )
    return Labels(book.case.name, properties, names(book), verdicts)


def names(book: Book) -> dict[str, str]:
    """Defined names: one for each input, one for each result, and the master check.

    Raises:
        ModelError: Two inputs or results come to the same name.
    """
    found: dict[str, str] = {"Check_Master": f"Checks!$E${FAILED_ERRORS}"}
    refs = References(book.layout, "", book.count)
    pairs = [(f"in_{as_name(key.id)}", _target(book, key.id)) for key in book.keys if _is_number(key.kind, key.value)]
    for name, metric in book.model.metrics.items():
        spot = book.layout.lines[metric.line.id]
        pairs.append((f"out_{as_name(name)}", refs.scalar(Spot(spot.sheet, spot.row, CONSTANT))))
    for name, target in pairs:
        if name in found:
            raise ModelError(f"two inputs or results are called {name} in a workbook")
        found[name] = target
    return found


def as_name(key: str) -> str:
    """A key as a name of the workbook may be written."""
    return key.replace(".", "__").replace("-", "_")


def _is_number(kind: str, value: object) -> bool:
    return kind == "case" and not isinstance(value, str)


def _target(book: Book, id: str) -> str:
    spot = book.layout.inputs[id]
    if spot.column:
        return f"{spot.sheet}!${letter(spot.column)}${spot.row}"
    last = letter(FIRST + book.count - 1)
    return f"{spot.sheet}!${letter(FIRST)}${spot.row}:${last}${spot.row}"


