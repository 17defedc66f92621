"""The verb that writes a live workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finmodel.terminal import changes, write
from finmodel.verbs.app import CaseFolder, HoldDebt, Scenario, Sets, app


@app.command()
def workbook(
    case: CaseFolder,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write, .xlsx.")],
    scenario: Scenario = None,
    sets: Sets = None,
    hold_debt: HoldDebt = False,
    quick: Annotated[bool, typer.Option("--quick", help="Compare the live case only before writing.")] = False,
) -> None:
    """Write a case as a live Excel workbook.

    Another program recalculates it first, and every line is compared with the model.
    """
    from finmodel.outputs.workbook.told import certificate_text
    from finmodel.run import load
    from finmodel.run import run as run_case
    from finmodel.workbook import write_workbook

    result = run_case(load(case, scenario, changes(sets)), hold_debt=hold_debt)
    certificate = write_workbook(result, output, quick=quick)
    write(certificate_text(str(output), certificate))
