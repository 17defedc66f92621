"""Verbs of the government's account: how support is spent, and where it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finmodel.terminal import changes, show, write
from finmodel.verbs.app import CaseFolder, HoldDebt, Scenario, Sets, app


@app.command()
def government(
    case: CaseFolder,
    scenario: Scenario = None,
    sets: Sets = None,
    hold_debt: HoldDebt = False,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the tables into a folder.")] = None,
    charts: Annotated[Path | None, typer.Option(metavar="DIR", help="Draw the pictures into a folder.")] = None,
) -> None:
    """Show how price support is spent and where it ends.

    Programmes, public bodies, parties with and without support, instruments, and the cost to the public.
    """
    from finmodel.outputs.page_government import page
    from finmodel.run import load
    from finmodel.run import run as run_case

    account = run_case(load(case, scenario, changes(sets)), hold_debt=hold_debt).government
    show(page(account))
    if csv is not None:
        from finmodel.outputs.government import write_account

        write(f"{len(write_account(account, csv))} tables in {csv}")
    if charts is not None:
        from finmodel.outputs.charts_government import write_charts

        write(f"{len(write_charts(account, charts))} pictures in {charts}")
