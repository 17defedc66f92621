"""Verbs that look into a case without running its scenarios: problems, keys, lines, explanations, templates."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from finmodel.cli.arguments import CaseFolder, Modules, Scenario, Sets, app
from finmodel.cli.requested_files import Targets
from finmodel.cli.terminal import changes, write, write_to
from finmodel.kernel.errors import CaseError, Problem, UsageError

if TYPE_CHECKING:
    from finmodel.deal.read import Case


@app.command()
def check(case: CaseFolder, modules: Modules = None) -> None:
    """Report every problem of a case.

    Scenarios are read too; figures that are assumed or have no source are listed.
    """
    from finmodel.present.expectations import expect_problems
    from finmodel.present.listings import check_text
    from finmodel.run.build import build, refuse_idle_draws
    from finmodel.run.run import load

    loaded = load(case, modules=modules or ())
    built = build(loaded)
    refuse_idle_draws(built)
    model = built.model
    units = {name: str(metric.line.unit) for name, metric in model.metrics.items()}
    problems = expect_problems([*loaded.expect, *loaded.expected], units) + _scenario_problems(loaded)
    if problems:
        raise CaseError(problems)
    write(check_text(loaded, model))


@app.command()
def keys(
    asked: Annotated[
        str, typer.Argument(metavar="[TABLE|KEY]", help="Such as facility, sizing.llcr, rate, scenarios or prices.")
    ] = "",
    json_schema: Annotated[str | None, typer.Option(metavar="FILE", help="Write the JSON Schema; - is stdout.")] = None,
    modules: Modules = None,
) -> None:
    """List the keys of a case file, or say all of a table, a key, or a file beside it."""
    from finmodel.deal.known import schema_with
    from finmodel.present.key_list import keys_text
    from finmodel.present.listings import schema_text

    root = schema_with(modules or ()).root
    if json_schema is None:
        write(keys_text(asked, root, get_terminal_size((80, 24)).columns))
    else:
        Targets(None).json(json_schema)
        write_to(json_schema, schema_text(root))


@app.command()
def lines(
    case: CaseFolder,
    pattern: Annotated[str, typer.Argument(help='Only ids that match, such as "facility.*".')] = "*",
    modules: Modules = None,
) -> None:
    """List the lines of a case's model."""
    from finmodel.present.listings import lines_text
    from finmodel.run.build import build
    from finmodel.run.run import load

    write(lines_text(build(load(case, modules=modules or ())).model, pattern))


@app.command()
def explain(
    case: CaseFolder,
    line: Annotated[str, typer.Argument(help="A line, a result such as dscr_min, or an input.")],
    period: Annotated[str | None, typer.Argument(help="Such as 2031Q1; a single number needs none.")] = None,
    scenario: Scenario = None,
    sets: Sets = None,
    modules: Modules = None,
) -> None:
    """Show how a number comes about.

    Its formula, what each line in it is worth, and the file and line of each input.
    """
    from finmodel.present.explain import explain as explained
    from finmodel.run.run import load
    from finmodel.run.run import run as run_case

    write(explained(run_case(load(case, scenario, changes(sets), modules or ())), line, period))


@app.command()
def new(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="The new case's folder.")] = None,
    template: Annotated[str | None, typer.Option(metavar="NAME", help="What to copy; without it, a list.")] = None,
) -> None:
    """Start a case from a template."""
    from finmodel.case.templates import new_case, summary, templates
    from finmodel.present.listings import aligned

    if template is None and folder is None:
        write(aligned((name, summary(home)) for name, home in templates().items()))
    elif template is None or folder is None:
        raise UsageError(f"write finmodel new --template NAME FOLDER; templates are {', '.join(templates())}")
    else:
        made = new_case(template, folder)
        write(f"{made}: made from the template {template}. Next: finmodel check {made}")


def _scenario_problems(loaded: Case) -> list[Problem]:
    """What is wrong with the case under each of its scenarios."""
    problems: list[Problem] = []
    for name in loaded.scenarios:
        try:
            loaded.with_scenario(name)
        except CaseError as error:
            problems += error.problems
    return list(dict.fromkeys(problems))
