"""Verbs for workbooks that were received: they are read, never saved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finmodel.cli.arguments import Modules, app
from finmodel.cli.requested_files import Targets
from finmodel.cli.terminal import fail, given, show, write, write_to

Waive = Annotated[
    list[str] | None, typer.Option("--waive", metavar="RULE@WHERE=REASON", help="Accept findings; may be repeated.")
]
ReportJson = Annotated[str | None, typer.Option(metavar="FILE", help="Write all findings as JSON; - is stdout.")]


@app.command()
def audit(
    file: Annotated[str, typer.Argument(metavar="FILE.xlsx", help="A workbook, ours or another's.")],
    waive: Waive = None,
    json: ReportJson = None,
) -> None:
    """Audit a workbook by the mechanical rules: rule, cell, reason.

    It is only read. Waivers on its Guide sheet, headed "Waived rule", "Where", "Reason", are honoured and shown.
    """
    from finmodel.present.expectations import CheckError
    from finmodel.workbook.audit.auditing import audit as audited
    from finmodel.workbook.audit.findings_page import page, summary

    Targets(None, file).json(json)
    found = audited(file, waive or ())
    if json is not None:
        write_to(json, found.to_json())
    if json != "-":
        show(page(found))
    if found.findings:
        raise CheckError(f"{file}: {summary(found.findings)}")


@app.command("import")
def import_(
    edited: Annotated[str, typer.Argument(metavar="EDITED.xlsx", help="A workbook of finmodel with edited inputs.")],
    onto: Annotated[str, typer.Option("--onto", metavar="CASE", help="The case that it was written from.")],
    new: Annotated[Path, typer.Option("--output", "-o", metavar="NEW", help="The new case's folder, beside CASE.")],
    modules: Modules = None,
) -> None:
    """Make a case from a workbook whose inputs were edited.

    The new case extends the old one. Formulas must be as they were written; results are shown before and after.
    """
    from finmodel.cli.deal import failures_of
    from finmodel.present.pages.imported import page
    from finmodel.workbook.intake.importing import import_workbook

    made = import_workbook(edited, given(onto, modules), new)
    rows = [(edit.key, edit.cell, edit.before, edit.after) for edit in made.edits]
    show(page(rows, made.before, made.held, made.after))
    write(f"\n{made.folder}: a new case that extends {onto}. Next: finmodel check {made.folder}")
    if faults := failures_of(made.after, golden=False):
        fail(faults)
