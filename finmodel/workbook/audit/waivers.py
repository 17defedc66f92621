"""Waivers: findings that a person accepts, stated on the workbook's own Guide sheet or on the command line.

On the Guide they are a table headed "Waived rule", "Where", "Reason", in three neighbouring cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from finmodel.case.describe import nearest
from finmodel.kernel.errors import UsageError
from finmodel.workbook.audit.findings import RULES, Finding, Waiver
from finmodel.workbook.intake.contents import Book, Sheet
from finmodel.workbook.intake.formulas import address, column_number

GUIDE = "Guide"
HEADINGS = ("waived rule", "where", "reason")
EVERYWHERE = "*"
_PLACE = re.compile(r"(?:'?)(?P<sheet>.*?)(?:'?)!\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


def typed(text: str) -> Waiver:
    """A waiver from the command line: "RULE@WHERE=REASON".

    Raises:
        UsageError: Not in this form, or no such rule.
    """
    head, equals, reason = text.partition("=")
    rule, at, where = (part.strip() for part in head.partition("@"))
    if not (equals and at and where and reason.strip()):
        raise UsageError(f'--waive wants RULE@WHERE=REASON, such as "columns@Prices=months there": got "{text[:80]}"')
    if rule not in RULES:
        near = nearest(rule, RULES)
        raise UsageError(f'"{rule[:60]}" is no rule.{f" Did you mean {near}?" if near else ""}')
    return Waiver(rule, where, reason.strip(), "--waive")


def stated(book: Book) -> tuple[list[Waiver], list[Finding]]:
    """The waivers of a workbook's Guide, and what is wrong with them."""
    sheet = book.sheets.get(GUIDE)
    if sheet is None:
        return [], []
    waivers, faults = [], []
    for row, column in _tables(sheet):
        while any(texts := [sheet.text(row, column + step) for step in range(3)]):
            at = f"{GUIDE}!{address(row, column)}"
            if texts[0] in RULES and all(texts):
                waivers.append(Waiver(texts[0], texts[1], texts[2], at))
            else:
                wrong = f'"{texts[0][:40]}" is no rule' if texts[0] not in RULES else "it has no place or no reason"
                faults.append(Finding("waiver", GUIDE, address(row, column), wrong))
            row += 1
    return waivers, faults


def apply(findings: Iterable[Finding], waivers: Sequence[Waiver]) -> tuple[list[Finding], list[tuple[Waiver, int]]]:
    """Findings that no waiver covers, and each waiver with the number of those that it does.

    Args:
        findings: What was found.
        waivers: What is waived, each with its reason.
    """
    left, counts = [], [0] * len(waivers)
    for finding in findings:
        for number, waiver in enumerate(waivers):
            if waiver.rule == finding.rule and covers(waiver.where, finding):
                counts[number] += 1
                break
        else:
            left.append(finding)
    return left, list(zip(waivers, counts, strict=True))


def covers(where: str, finding: Finding) -> bool:
    """Whether a finding stands in a place: everywhere, a sheet, a cell or an area.

    Args:
        where: "*", a sheet, a cell or an area.
    """
    if where in (EVERYWHERE, finding.sheet):
        return True
    match = _PLACE.fullmatch(where)
    cell = re.fullmatch("([A-Z]+)([0-9]+)", finding.cell)
    if match is None or cell is None or match["sheet"].replace("''", "'") != finding.sheet:
        return False
    _, left, top, right, bottom = match.groups()
    inside_rows = int(top) <= int(cell[2]) <= int(bottom or top)
    return inside_rows and column_number(left) <= column_number(cell[1]) <= column_number(right or left)


def _tables(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Where the first row below each head of waivers starts."""
    for row, cells in sheet.rows.items():
        for column in cells:
            if tuple(sheet.text(row, column + step).casefold() for step in range(3)) == HEADINGS:
                yield row + 1, column
