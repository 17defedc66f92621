"""The command `finmodel`: one short function a verb. Results go to stdout, messages to stderr.

Exit codes: 0 ok, 1 a fault of finmodel, 2 bad input or usage, 3 refused, 4 cannot read or write, 5 a limit reached,
6 a check or an expectation does not hold (outputs are written), 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer

from finmodel.base.errors import CaseError, FileError, FinmodelError, LimitError, Problem, UsageError
from finmodel.terminal import changes, fail, show, write, write_to

if TYPE_CHECKING:
    from finmodel.case.read import Case
    from finmodel.engine.results import Results

DEBUG = "--debug"
INTERNAL, INTERRUPTED, TERMINATED = 1, 130, 143

app = typer.Typer(name="finmodel", add_completion=False, no_args_is_help=True, rich_markup_mode=None)

CaseFolder = Annotated[str, typer.Argument(metavar="CASE", help="A case folder, or a case file.")]
Scenario = Annotated[str | None, typer.Option(metavar="NAME", help="A scenario of the case's scenarios.toml.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key; may be repeated.")]
HoldDebt = Annotated[bool, typer.Option("--hold-debt", help="Keep the debt as sized without --set.")]
TableJson = Annotated[str | None, typer.Option(metavar="FILE", help="Write the table as JSON; - is stdout.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        from finmodel.outputs.version import version

        write(f"finmodel {version()}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show the traceback of an error; may stand anywhere.")] = False,
) -> None:
    """Project-finance modelling of blended public-private deals."""


@app.command()
def run(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    scenario: Scenario = None,
    sets: Sets = None,
    hold_debt: HoldDebt = False,
    json: Annotated[str | None, typer.Option(metavar="FILE", help="Write the run as JSON; - is stdout.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write CSV tables into a folder.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Show key results and checks only.")] = False,
) -> None:
    """Run a case and show its term sheet.

    Debt is sized, every line computed, and every check, expectation and golden result judged.
    """
    from finmodel.outputs.page import page
    from finmodel.run import load
    from finmodel.run import run as run_case

    changed = changes(sets)
    result = run_case(load(case, scenario, changed), hold_debt=hold_debt)
    golden = scenario is None and not changed
    faults = _failures(result, golden=golden)
    _save(result, json, csv)
    if json != "-":
        show(page(result, quick=quick))
    if faults:
        fail(faults)


@app.command()
def scenarios(
    case: CaseFolder,
    sets: Sets = None,
    hold_debt: HoldDebt = False,
    json: TableJson = None,
) -> None:
    """Show the scenarios of a case side by side, money weighted by probability.

    Each keeps the debt of the case as it stands.
    """
    from finmodel.outputs.page_scenarios import page
    from finmodel.scenarios import scenarios as run_scenarios
    from finmodel.scenarios import to_json

    table = run_scenarios(case, changes(sets), hold_debt)
    faults = [f"{name}: {fault}" for name, run in table.runs.items() for fault in _failures(run, golden=False)]
    if json is not None:
        write_to(json, to_json(table))
    if json != "-":
        show(page(table.base, table.runs, table.weighted, table.worst))
    if faults:
        fail(faults)


@app.command()
def sensitivity(case: CaseFolder, sets: Sets = None, json: TableJson = None) -> None:
    """Show a case under the bank's standard shocks, and the price at which cover breaks even.

    Each row keeps the debt of the case as it stands.
    """
    from finmodel.outputs.page_sensitivity import page
    from finmodel.sensitivity import sensitivity as run_sensitivity
    from finmodel.sensitivity import to_json

    table = run_sensitivity(case, changes(sets))
    if json is not None:
        write_to(json, to_json(table))
    if json != "-":
        show(page(table.rows, table.dates, table.remarks))
    if faults := _failures(table.base, golden=False):
        fail(faults)


@app.command()
def compare(
    first: CaseFolder,
    second: Annotated[str | None, typer.Argument(metavar="[CASE]", help="Another; without it, --set.")] = None,
    sets: Sets = None,
) -> None:
    """Compare two cases, or a case with itself under --set, and bridge the difference by input.

    The debt of each is sized anew; so it is in each run of the bridge.
    """
    from finmodel.compare import compare as compare_cases
    from finmodel.outputs.page_compare import page

    found = compare_cases(first, second, changes(sets))
    rows = [(change.key, change.first, change.second) for change in found.inputs]
    show(page((found.first, found.second), rows, found.method, found.bridges, found.notes))


@app.command()
def check(case: CaseFolder) -> None:
    """Report every problem of a case.

    Scenarios are read too; figures that are assumed or have no source are listed.
    """
    from finmodel.build import build
    from finmodel.outputs.expectations import expect_problems
    from finmodel.outputs.listings import check_text
    from finmodel.run import load

    loaded = load(case)
    model = build(loaded).model
    units = {name: str(metric.line.unit) for name, metric in model.metrics.items()}
    problems = expect_problems([*loaded.expect, *loaded.expected], units) + _scenario_problems(case, loaded)
    if problems:
        raise CaseError(problems)
    write(check_text(loaded, model))


@app.command()
def keys(
    prefix: Annotated[str, typer.Argument(help="Only keys that start so, such as facility.")] = "",
    json_schema: Annotated[str | None, typer.Option(metavar="FILE", help="Write the JSON Schema; - is stdout.")] = None,
) -> None:
    """List the keys of a case file."""
    from finmodel.outputs.listings import keys_text, schema_text

    if json_schema is None:
        write(keys_text(prefix))
    else:
        write_to(json_schema, schema_text())


@app.command()
def lines(
    case: CaseFolder, pattern: Annotated[str, typer.Argument(help='Only ids that match, such as "facility.*".')] = "*"
) -> None:
    """List the lines of a case's model."""
    from finmodel.build import build
    from finmodel.outputs.listings import lines_text
    from finmodel.run import load

    write(lines_text(build(load(case)).model, pattern))


@app.command()
def explain(
    case: CaseFolder,
    line: Annotated[str, typer.Argument(help="A line, a result such as dscr_min, or an input.")],
    period: Annotated[str | None, typer.Argument(help="Such as 2031Q1; a single number needs none.")] = None,
    scenario: Scenario = None,
    sets: Sets = None,
) -> None:
    """Show how a number comes about.

    Its formula, what each line in it is worth, and the file and line of each input.
    """
    from finmodel.outputs.explain import explain as explained
    from finmodel.run import load
    from finmodel.run import run as run_case

    write(explained(run_case(load(case, scenario, changes(sets))), line, period))


@app.command()
def new(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="The new case's folder.")] = None,
    template: Annotated[str | None, typer.Option(metavar="NAME", help="What to copy; without it, a list.")] = None,
) -> None:
    """Start a case from a template."""
    from finmodel.outputs.listings import aligned
    from finmodel.outputs.templates import new_case, summary, templates

    if template is None and folder is None:
        write(aligned((name, summary(home)) for name, home in templates().items()))
    elif template is None or folder is None:
        raise UsageError(f"write finmodel new --template NAME FOLDER; templates are {', '.join(templates())}")
    else:
        made = new_case(template, folder)
        write(f"{made}: made from the template {template}. Next: finmodel check {made}")


def main() -> Never:
    """The entry point of the command."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    sys.exit(command(sys.argv[1:]))


def command(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; an error is one message on stderr."""
    debug = DEBUG in arguments
    try:
        words = [word for word in arguments if word != DEBUG]
        code = app(args=words, prog_name="finmodel", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        code, message = _told(error)
        typer.echo(message, err=True)
        return code


def _told(error: Exception) -> tuple[int, str]:
    """The exit code and the message of an error."""
    if isinstance(error, FinmodelError):
        return error.exit_code, str(error)
    if isinstance(error, typer.TyperException):
        message = error.format_message()
        hint = "" if message.startswith("Usage:") else " (finmodel --help lists verbs and options)"
        return UsageError.exit_code, message + hint
    if isinstance(error, MemoryError):
        return LimitError.exit_code, "not enough memory"
    if isinstance(error, OSError):
        return FileError.exit_code, f"cannot read or write: {error}"
    return INTERNAL, f"internal error: {type(error).__name__}: {error}; run again with {DEBUG} to see where"


def _scenario_problems(case: str, loaded: Case) -> list[Problem]:
    """What is wrong with the case under each of its scenarios."""
    from finmodel.run import load

    problems: list[Problem] = []
    for name in loaded.scenarios:
        try:
            load(case, name)
        except CaseError as error:
            problems += error.problems
    return list(dict.fromkeys(problems))


def _failures(result: Results, *, golden: bool) -> list[str]:
    """Checks, expectations and, for the case as it stands, golden results that do not hold."""
    from finmodel.outputs.expectations import failures, verdicts_of

    expected = [*result.case.expect, *(result.case.expected if golden else ())]
    return failures(result, verdicts_of(result, expected))


def _save(result: Results, json: str | None, csv: Path | None) -> None:
    from finmodel.outputs.contract import to_json
    from finmodel.outputs.tables import write_tables

    if csv is not None:
        write_tables(result, csv)
    if json is not None:
        write_to(json, to_json(result).rstrip("\n"))
