"""The verb that writes a report with pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from finmodel.cli.arguments import CaseFolder, HoldDebt, Modules, Scenario, Seed, Sets, app, seed_of
from finmodel.cli.deal import failures_of
from finmodel.cli.requested_files import Targets
from finmodel.cli.risk import counted, progress_bar
from finmodel.cli.terminal import changes, fail, write


@app.command()
def report(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The report to write, .html.")],
    scenario: Scenario = None,
    sets: Sets = None,
    modules: Modules = None,
    hold_debt: HoldDebt = False,
    paths: Annotated[int | None, typer.Option(metavar="N", help="Show price risk over N paths too.")] = None,
    seed: Seed = None,
) -> None:
    """Write a case as a report with pictures, one HTML file.

    It has the tables of run, scenarios, sensitivity, government and, with --paths, of risk.
    """
    from finmodel.present.report import write_report
    from finmodel.present.targets import REPORT
    from finmodel.run.run import load
    from finmodel.run.run import run as run_case

    Targets(case).file(output, REPORT)
    drawn = seed_of(seed, paths is not None, "--paths")
    result = run_case(load(case, scenario, changes(sets), modules or ()), hold_debt=hold_debt)
    simulation = None
    with progress_bar() as bar:
        if paths is not None:
            from finmodel.risk.simulate import Options, simulate

            options = Options(progress=counted(bar, paths))
            simulation = simulate(result.case, paths, drawn, options=options)
        parts = bar.add_task("report", total=None)
        write_report(result, output, simulation=simulation, progress=lambda title: bar.update(parts, description=title))
    faults = failures_of(result, golden=scenario is None and not sets)
    write(f"{output}: written, {output.stat().st_size / 1e6:.1f} MB")
    if faults:
        fail(faults)
