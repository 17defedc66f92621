"""Verbs for workbooks that were received: they are read, never saved."""

from __future__ import annotations

from typing import Annotated

import typer

from finmodel.terminal import show, write_to
from finmodel.verbs.app import app

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
    from finmodel.outputs.audit.auditing import audit as audited
    from finmodel.outputs.expectations import CheckError
    from finmodel.outputs.page_audit import page, summary

    found = audited(file, waive or ())
    if json is not None:
        write_to(json, found.to_json())
    if json != "-":
        show(page(found))
    if found.findings:
        raise CheckError(f"{file}: {summary(found.findings)}")
