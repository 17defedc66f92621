"""Checks: the verdict, each check by period with its worst value, solved values, and the certificate."""

from __future__ import annotations

from finmodel.kernel.model import Line
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOP, TOTAL, UNIT, Page
from finmodel.workbook.layout import CHECK_TOP
from finmodel.workbook.pages import inputs
from finmodel.workbook.pages.header import FAILED_ERRORS, IS_SIZING, RESHAPED, band, headings
from finmodel.workbook.pages.inputs import CHANGED, RESHAPED_TEXT
from finmodel.workbook.references import References
from finmodel.workbook.theme import format_of, unit_text

FAILED_ALERTS, TOLERANCE, MOVED, SIZED = range(FAILED_ERRORS + 1, FAILED_ERRORS + 5)
CHECK_TOLERANCE = 1e-9
KEY_RESULTS = 20
COLUMNS = ((LABEL, "Check"), (NOTE, "Class"), (UNIT, "Unit"), (CONSTANT, "Worst"), (TOTAL, "Fails"))


def fill(book: Book, page: Page) -> bool:
    """Judge every check, and say what was compared before the file was handed over."""
    headings(book, page, COLUMNS, TOTAL)
    page.widths |= {NOTE: 24}
    refs = References(book.layout, page.name, book.count)
    for id in book.model.checks:
        _check(book, page, refs, book.model.lines[id])
    row = _residuals(book, page, refs, page.last_row + 2)
    _verdict(book, page, row)
    _key_results(book, page, refs, page.last_row + 2)
    return True


def _check(book: Book, page: Page, refs: References, line: Line) -> None:
    row = book.layout.lines[line.id].row
    if line.series:
        cells = refs.row(line)
        page.formula(row, CONSTANT, f"MAX(MAX({cells}),-MIN({cells}))", "calc", "tiny")
    page.formula(row, TOTAL, f"IF(ABS($E{row})>$E${TOLERANCE},1,0)", "verdict", "count")
    page.verdicts.append(f"F{row}")


def _residuals(book: Book, page: Page, refs: References, row: int) -> int:
    """Solved values against their targets, while the case that debt was sized on is live."""
    if book.model.solved:
        band(page, row, book.say("Solved values: target less solved, of the size of the target, on the sizing case"), 6)
    for at, item in enumerate(book.model.solved, row + 1):
        page.text(at, LABEL, book.say("Solved: {label}", label=book.say.line(item.residual)))
        page.text(at, NOTE, book.say("solved"), "note")
        page.text(at, UNIT, book.say("ratio"), "unit")
        residual, target = (_largest(refs, line) for line in (item.residual, item.target))
        formula = f"Scenarios!$E${IS_SIZING}*{residual}/MAX(1,{target})"
        page.formula(at, CONSTANT, formula, "calc", "tiny")
        page.formula(at, TOTAL, f"IF($E{at}>$E${TOLERANCE},1,0)", "verdict", "count")
        page.verdicts.append(f"F{at}")
    return row


def _largest(refs: References, line: Line) -> str:
    """The largest absolute value of a line."""
    if not line.series:
        return f"ABS({refs.link(line)})"
    return f"MAX(MAX({refs.row(line)}),-MIN({refs.row(line)}))"


def _verdict(book: Book, page: Page, residuals: int) -> None:
    say = book.say
    band(page, TOP, say("Verdict"), TOTAL)
    rows = (
        (FAILED_ERRORS, "Checks of class error that fail", "count"),
        (FAILED_ALERTS, "Checks of class alert that fail", "count"),
        (TOLERANCE, "Tolerance of a check", "ratio"),
        (MOVED, "Inputs changed since the file was written, as counted there", "count"),
        (SIZED, "Debt", "text"),
        (RESHAPED, RESHAPED_TEXT, "count"),
    )
    for row, label, unit in rows:
        page.text(row, LABEL, say(label))
        page.text(row, UNIT, say(unit), "unit")
    checks = [book.layout.lines[id].row for id in book.model.checks]
    first, last = min(checks, default=CHECK_TOP), max(checks, default=CHECK_TOP)
    for row, kind in ((FAILED_ERRORS, "error"), (FAILED_ALERTS, "alert")):
        formula = f'SUMIF($C${first}:$C${last},"{say(kind)}",$F${first}:$F${last})'
        if kind == "error":
            formula += f"+$E${RESHAPED}"
        page.formula(row, CONSTANT, formula, "verdict", "count")
        page.verdicts.append(f"E{row}")
    page.formula(RESHAPED, CONSTANT, f"Inputs!$E${inputs.RESHAPED}", "verdict", "count")
    page.verdicts.append(f"E{RESHAPED}")
    page.number(TOLERANCE, CONSTANT, CHECK_TOLERANCE, "fixed", "tiny")
    page.formula(MOVED, CONSTANT, f"Inputs!$E${CHANGED}", "link", "count")
    amber = f"IF({_solved_fail(book, residuals)}+Inputs!$E${CHANGED}>0"
    page.formula(SIZED, CONSTANT, f'{amber},"{say("as sized: re-run")}","{say("as sized")}")', "verdict")
    page.verdicts.append(f"E{SIZED}")
    page.text(SIZED, TOTAL, book.say(book.result.facts.get("debt_sized_on", "")), "note")


def _solved_fail(book: Book, row: int) -> str:
    return f"SUM($F${row + 1}:$F${row + len(book.model.solved)})" if book.model.solved else "0"


def _key_results(book: Book, page: Page, refs: References, row: int) -> None:
    """Key results as the engine had them beside what the sheet says now."""
    band(page, row, book.say("Engine against sheet, for the case that was live when the file was written"), FIRST + 1)
    page.text(row, CONSTANT, book.say("Engine"), "section")
    page.text(row, TOTAL, book.say("Sheet"), "section")
    page.text(row, FIRST, book.say("Difference"), "section")
    chosen = list(book.model.metrics.items())[:KEY_RESULTS]
    for at, (name, metric) in enumerate(chosen, row + 1):
        format = format_of(metric.line.unit, name)
        page.text(at, LABEL, book.say("{label}: engine and sheet", label=book.say.line(metric.line)))
        page.text(at, NOTE, name, "note")
        page.text(at, UNIT, book.say.unit(unit_text(metric.line.unit, format)), "unit")
        value = book.result.metrics[name]
        if value is None:
            page.text(at, CONSTANT, "n/a", "stamp")
        else:
            page.number(at, CONSTANT, value, "stamp", format)
        page.formula(at, TOTAL, refs.link(metric.line), "link", format)
        page.formula(at, FIRST, f"IF(COUNT($E{at}:$F{at})=1+1,$F{at}-$E{at},0)", "calc", "tiny")


def fill_certificate(book: Book, page: Page) -> None:
    """Write below all else what was compared; no formula, so nothing that was compared changes."""
    found, row = book.certificate, page.last_row + 2
    assert found is not None
    band(page, row, book.say("Certificate: the file, recalculated by another program, against the model"), FIRST + 1)
    page.text(row + 1, LABEL, book.say("Recalculated by {engine}", engine=found.engine))
    page.text(row + 2, LABEL, book.say("Cells compared"))
    page.number(row + 2, CONSTANT, found.cells, "stamp", "whole")
    page.text(row + 3, LABEL, book.say("Largest difference, of the size of its row or what it reads"))
    page.number(row + 3, CONSTANT, found.largest, "stamp", "tiny")
    page.text(row + 3, NOTE, found.where, "note")
    for at, text in enumerate(found.compared, row + 4):
        page.text(at, LABEL, book.say("Compared: {what}", what=book.say(text)), "note")
