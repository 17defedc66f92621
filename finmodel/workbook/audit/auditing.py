"""The audit: a file in, findings and waivers out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from finmodel.kernel.version import version
from finmodel.workbook.audit import cell_rules, formula_rules, sheet_rules, waivers
from finmodel.workbook.audit.findings import RULES, Finding, Waiver
from finmodel.workbook.audit.view import View
from finmodel.workbook.intake.contents import Book
from finmodel.workbook.intake.reading import read_book

SCHEMA = "finmodel.audit/1"
_RULES: tuple[Callable[[View], Iterator[Finding]], ...] = (
    sheet_rules.tabs,
    cell_rules.columns,
    formula_rules.row_consistency,
    formula_rules.constants,
    formula_rules.links,
    formula_rules.circles,
    formula_rules.iteration,
    formula_rules.functions,
    formula_rules.names_in_formulas,
    formula_rules.references,
    cell_rules.labels,
    cell_rules.units,
    sheet_rules.hidden,
    cell_rules.input_styles,
    cell_rules.named_styles,
    sheet_rules.master_check,
    sheet_rules.properties,
    sheet_rules.printing,
    sheet_rules.foreign,
    cell_rules.text_numbers,
    cell_rules.errors,
    cell_rules.caches,
)


@dataclass(frozen=True)
class Audit:
    """What was found in a workbook.

    Args:
        file: As the user named it.
        sheets, formulas: How many were looked at.
        findings: Those that no waiver covers, in the order of RULES.
        waived: Each waiver, and how many findings it covers.
    """

    file: str
    sheets: int
    formulas: int
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Waiver, int], ...]

    def to_json(self) -> str:
        """As JSON, schema "finmodel.audit/1"."""
        body = {
            "schema": SCHEMA,
            "version": version(),
            "file": self.file,
            "sheets": self.sheets,
            "formulas": self.formulas,
            "findings": [{**asdict(finding), "meaning": RULES[finding.rule]} for finding in self.findings],
            "waivers": [{**asdict(waiver), "findings": count} for waiver, count in self.waived],
        }
        return json.dumps(body, indent=2, ensure_ascii=False)


def audit(path: Path | str, waive: Sequence[str] = ()) -> Audit:
    """Audit a workbook; it is only read.

    Args:
        path: An .xlsx file, ours or another's.
        waive: Further waivers, each "RULE@WHERE=REASON".

    Raises:
        FileError: It cannot be read.
        BadWorkbook: It is no workbook, or beyond a bound.
        UsageError: A waiver is not in its form.
    """
    further = [waivers.typed(text) for text in waive]
    return audit_book(read_book(path, strict=False), further)


def audit_book(book: Book, further: Sequence[Waiver] = ()) -> Audit:
    """Audit a workbook that was read.

    Args:
        further: Waivers beside those in the workbook.
    """
    view = View(book)
    own, faults = waivers.stated(book)
    found = [finding for rule in _RULES for finding in rule(view)] + faults
    order = {rule: number for number, rule in enumerate(RULES)}
    left, waived = waivers.apply(sorted(found, key=lambda finding: order[finding.rule]), [*own, *further])
    return Audit(book.file, len(book.sheets), len(view.formulas), tuple(left), tuple(waived))
