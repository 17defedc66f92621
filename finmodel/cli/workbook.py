"""The verb that writes a live workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finmodel.cli.arguments import CaseFolder, HoldDebt, Modules, Scenario, Seed, Sets, app, seed_of
from finmodel.cli.requested_files import Targets
from finmodel.cli.terminal import changes, write
from finmodel.kernel.errors import UsageError

if TYPE_CHECKING:
    from finmodel.deal.read import Case
    from finmodel.risk.paths import World

MOST_PATHS = 20


@app.command()
def workbook(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write, .xlsx.")],
    scenario: Scenario = None,
    sets: Sets = None,
    modules: Modules = None,
    hold_debt: HoldDebt = False,
    paths: Annotated[str, typer.Option(metavar="K1,K2", help="Simulated paths as columns, 20 at most.")] = "",
    simulate: Annotated[int | None, typer.Option(metavar="N", help="Show what comes out of N paths.")] = None,
    seed: Seed = None,
    quick: Annotated[bool, typer.Option("--quick", help="Compare the live case only before writing.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="Language of labels, headings and notes: en or ja.")] = "en",
) -> None:
    """Write a case as a live Excel workbook.

    Another program recalculates it first, and every line is compared with the model.
    """
    from finmodel.present.targets import WORKBOOK
    from finmodel.run.run import load
    from finmodel.run.run import run as run_case
    from finmodel.workbook.told import certificate_text
    from finmodel.workbook.write import write_workbook

    Targets(case).file(output, WORKBOOK)
    start = seed_of(seed, bool(paths) or simulate is not None, "--simulate or --paths")
    result = run_case(load(case, scenario, changes(sets), modules or ()), hold_debt=hold_debt)
    drawn = _drawn(result.case, paths, start, simulate)
    simulation = None
    if simulate is not None:
        from finmodel.risk.simulate import simulate as run_paths

        simulation = run_paths(result.case, simulate, start)
    certificate = write_workbook(result, output, quick=quick, paths=drawn, simulation=simulation, lang=lang)
    write(certificate_text(str(output), certificate))


def _drawn(case: Case, typed: str, seed: int, simulated: int | None) -> dict[str, World]:
    """The inputs of some simulated paths, from their numbers as typed."""
    if not typed:
        return {}
    from finmodel.risk.paths import worlds
    from finmodel.risk.simulate import MOST_PATHS as LONGEST_RUN

    words = [word.strip() for word in typed.split(",")]
    if len(words) > MOST_PATHS or not all(word.isdecimal() and word.isascii() and len(word) < 10 for word in words):
        raise UsageError(f'--paths wants at most {MOST_PATHS} numbers, such as 3,2000: got "{typed[:80]}"')
    count = LONGEST_RUN if simulated is None else simulated
    beyond = [word for word in words if int(word) >= count]
    if beyond:
        raise UsageError(f"path {beyond[0]} is not in the run: it has {count:,} paths, numbered from 0")
    return worlds(case, seed, [int(word) for word in words])
