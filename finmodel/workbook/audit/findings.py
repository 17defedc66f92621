"""What an audit says: the rules by name, a finding, a waiver."""

from __future__ import annotations

from dataclasses import dataclass

RULES = {
    "sheet-groups": "Sheets are grouped and their tabs coloured by type",
    "columns": "Columns are the same on every sheet",
    "header": "The time header is frozen, in the same place on every sheet",
    "row-consistency": "A row has one formula over all periods, without gaps",
    "constant-in-formula": "Formulas hold no numbers but 0, 1, 12, 365 and 1000",
    "link-to-link": "A link leads to where a value is made, not to another link",
    "circular": "No cell depends on itself",
    "iteration": "Iteration is off",
    "function": "No volatile, array or new functions, and no NPV",
    "name-in-formula": "Names are for machines, never inside formulas",
    "reference": "References lead to cells of one sheet that is there",
    "label": "Every line has a label of its own",
    "unit": "Every line has a unit",
    "hidden": "Nothing is hidden",
    "merged": "Nothing is merged",
    "input-style": "Inputs differ from formulas by named style",
    "named-style": "Cells have named styles",
    "theme": "There is one theme",
    "master-check": "One master check is shown on every sheet",
    "properties": "Document properties hold title, version and case hash",
    "cover": "The cover holds contents, limitations, change log and version",
    "print": "Every sheet is set up to print: title rows, landscape, one page wide, footer",
    "macro": "No macros",
    "external-link": "No links to other files",
    "object": "No embedded objects or controls",
    "text-number": "Numbers are not stored as text",
    "error-value": "No cell shows an error",
    "missing-cache": "Every formula has its value beside it",
    "waiver": "A waiver names a rule, a place and a reason",
}


@dataclass(frozen=True)
class Finding:
    """Something that a rule does not allow.

    Args:
        rule: A key of RULES.
        sheet: Empty when the whole workbook is meant.
        cell: The first cell; empty when the whole sheet is meant.
        reason: In words, with what was found.
        count: How many cells it is about.
    """

    rule: str
    sheet: str
    cell: str
    reason: str
    count: int = 1

    @property
    def place(self) -> str:
        """Sheet and cell as people write them."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet or "workbook"


@dataclass(frozen=True)
class Waiver:
    """A rule that does not hold somewhere, and why that is accepted.

    Args:
        where: "*", a sheet, a cell ("Prices!H9") or an area ("Prices!H9:K12").
        source: Where the waiver stands: a cell of the Guide, or the command line.
    """

    rule: str
    where: str
    reason: str
    source: str
