"""Pages become a file: filled, framed, recalculated by another program, compared with the model, and packed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from finmodel.workbook.book import Book
from finmodel.workbook.certificate import Trial, certify
from finmodel.workbook.labels import labels
from finmodel.workbook.pack import pack
from finmodel.workbook.pages import make_pages
from finmodel.workbook.pages.checks import fill_certificate
from finmodel.workbook.recalculate import Recalculated


def make(book: Book, trials: Callable[[Book], Sequence[Trial]]) -> tuple[bytes, Book]:
    """The file, and the book with its certificate.

    Args:
        trials: What to compare; the first one is the file as it stands.

    Raises:
        CertificateError: The file does not compute to the model's numbers.
        NumberError: A formula is worth no finite number.
        LimitError: More than a sheet or a cell holds.
    """
    from finmodel.workbook.frame import make_frame  # loads openpyxl

    pages = make_pages(book)
    frame = make_frame(pages, labels(book, pages))
    file = Recalculated.open(pack(frame, pages, {}))
    cached = file.formulas(pages)
    book = replace(book, certificate=certify(book, file, trials(book)))
    fill_certificate(book, next(page for page in pages if page.name == "Checks"))
    return pack(make_frame(pages, labels(book, pages)), pages, cached), book
