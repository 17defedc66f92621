"""Verbs that run a deal: once, in its scenarios, under shocks, and against another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finmodel.cli.arguments import CaseFolder, HoldDebt, Modules, Resize, Scenario, Sets, TableJson, app
from finmodel.cli.requested_files import Targets
from finmodel.cli.terminal import changes, fail, given, show, write, write_to
from finmodel.kernel.errors import UsageError

if TYPE_CHECKING:
    from finmodel.analysis.varied import Varied
    from finmodel.deal.read import Case
    from finmodel.run.debt_limits import Bank
    from finmodel.run.results import Results


@app.command()
def run(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    scenario: Scenario = None,
    sets: Sets = None,
    modules: Modules = None,
    hold_debt: HoldDebt = False,
    resize: Resize = False,
    json: Annotated[str | None, typer.Option(metavar="FILE", help="Write the run as JSON; - is stdout.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write CSV tables into a folder.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Show key results and checks only.")] = False,
    year_ends: Annotated[str | None, typer.Option(metavar="MONTH", help="Tables by year to this month.")] = None,
    bank: Annotated[bool, typer.Option("--bank", help="Show limits of the debt and what they are worth.")] = False,
) -> None:
    """Run a case and show its term sheet.

    Debt is sized, every line computed, and every check, expectation and golden result judged.
    """
    from finmodel.present.annual import month_of
    from finmodel.present.page import page
    from finmodel.run.run import load
    from finmodel.run.run import run as run_case

    targets = Targets(case)
    targets.json(json)
    if csv is not None:
        from finmodel.present.csv_tables import NAMES

        targets.tables(csv, *NAMES)
    changed = changes(sets)
    result = run_case(load(case, scenario, changed, modules or ()), hold_debt=hold_debt, resize=resize)
    year_end = None if year_ends is None else month_of(result.model.timeline, year_ends)
    golden = scenario is None and not changed
    faults = failures_of(result, golden=golden)
    debt = _bank(result.case.signed() if hold_debt else result.case, resize) if bank else None
    _save(result, json, csv, year_end, debt)
    if json != "-":
        show(page(result, quick=quick, year_end=year_end))
        if debt is not None:
            from finmodel.present.pages.bank import page as bank_page

            show(bank_page(debt))
    if faults:
        fail(faults)


@app.command()
def scenarios(
    case: CaseFolder,
    sets: Sets = None,
    modules: Modules = None,
    hold_debt: HoldDebt = False,
    resize: Resize = False,
    json: TableJson = None,
) -> None:
    """Show the scenarios of a case side by side, money weighted by probability.

    Each keeps the debt of the case as it stands, unless it is sized anew.
    """
    from finmodel.analysis.scenarios import scenarios as run_scenarios
    from finmodel.analysis.scenarios import to_json
    from finmodel.present.pages.scenarios import page

    Targets(case).json(json)
    table = run_scenarios(given(case, modules), changes(sets), hold_debt, resize)
    faults = [f"{name}: {fault}" for name, run in table.runs.items() for fault in failures_of(run, golden=False)]
    if json is not None:
        write_to(json, to_json(table))
    if json != "-":
        show(page(table.base, table.runs, table.weighted, table.worst))
    if faults:
        fail(faults)


@app.command()
def sensitivity(
    case: CaseFolder,
    sets: Sets = None,
    modules: Modules = None,
    json: TableJson = None,
    bank: Annotated[bool, typer.Option("--bank", help="The bank's standard shocks; so it is without --vary.")] = False,
    values: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="KEY=V1;V2;…", help="An input at several values; a second one makes columns."),
    ] = None,
) -> None:
    """Show a case under the bank's standard shocks, or with one or two inputs varied.

    Each row keeps the debt of the case as it stands. The bank's grid ends with the price at which cover breaks even.
    """
    from finmodel.analysis.sensitivity import sensitivity as run_sensitivity
    from finmodel.analysis.sensitivity import to_json
    from finmodel.present.pages.sensitivity import page

    Targets(case).json(json)
    if values:
        if bank:
            raise UsageError("the bank's shocks and inputs to vary are two tables: leave out --bank or --vary")
        _varied(run_sensitivity(given(case, modules), changes(sets), vary=_ways(values)), json)
        return
    table = run_sensitivity(given(case, modules), changes(sets))
    if json is not None:
        write_to(json, to_json(table))
    if json != "-":
        show(page(table.rows, table.remarks))
    if faults := failures_of(table.base, golden=False):
        fail(faults)


def _ways(typed: list[str]) -> dict[str, list[str]]:
    """KEY=V1;V2;… by key."""
    found: dict[str, list[str]] = {}
    for one in typed:
        key, equals, listed = (part.strip() for part in one.partition("="))
        if not equals or not key or not listed:
            raise UsageError(f'write --vary "support.ndpr_floor.floor=90 USD/kg;100 USD/kg": got "{one[:80]}"')
        if key in found:
            raise UsageError(f"--vary {key} stands twice: write all its values after one --vary")
        found[key] = [value.strip() for value in listed.split(";") if value.strip()]
    return found


def _varied(table: Varied, json: str | None) -> None:
    """Show inputs varied: a row a run for one, a table a result for two."""
    from finmodel.analysis.sensitivity import varied_to_json
    from finmodel.present.pages.sensitivity import page
    from finmodel.present.pages.varied import page as two_way

    if json is not None:
        write_to(json, varied_to_json(table))
    if json == "-":
        return
    if table.column_key:
        keys, values = (table.row_key, table.column_key), (table.row_values, table.column_values)
        show(two_way(table.base, keys, values, table.runs))
    else:
        show(page(table.rows, [f"Varied: {table.row_key}."]))


@app.command()
def solve(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    key: Annotated[str, typer.Argument(help="The input to find, such as support.ndpr_floor.floor.")],
    goal: Annotated[str, typer.Argument(help='What must come out, such as "dscr_min = 1.30x".')],
    sets: Sets = None,
    modules: Modules = None,
    hold_debt: HoldDebt = False,
    between: Annotated[tuple[str, str] | None, typer.Option(metavar="LOW HIGH", help="Where to search.")] = None,
) -> None:
    """Find the value of one input at which a result is what is wanted."""
    from finmodel.analysis.solve import solve as solve_case
    from finmodel.present.numbers import metric_text

    found = solve_case(given(case, modules), key, goal, set=changes(sets), hold_debt=hold_debt, between=between)
    got, name = found.result.metrics[found.metric], found.metric
    write(f'{found.key} = "{found.typed}"')
    write(f"{name} is then {metric_text(name, got, found.result.units[name], 4)} ({found.runs} runs)")


@app.command()
def compare(
    first: CaseFolder,
    second: Annotated[str | None, typer.Argument(metavar="[CASE]", help="Another; without it, --set.")] = None,
    sets: Sets = None,
    modules: Modules = None,
) -> None:
    """Compare two cases, or a case with itself under --set, and bridge the difference by input.

    The debt of each is sized anew; so it is in each run of the bridge.
    """
    from finmodel.analysis.compare import compare as compare_cases
    from finmodel.present.pages.compare import page

    other = None if second is None else given(second, modules)
    found = compare_cases(given(first, modules), other, changes(sets))
    rows = [(change.key, change.first, change.second) for change in found.inputs]
    show(page((found.first, found.second), rows, found.method, found.bridges, found.notes))


def _bank(case: Case, resize: bool) -> Bank:
    """What `--bank` shows, of the debt that the case sizes."""
    from finmodel.analysis.bank import bank

    return bank(case, resize=resize)


def failures_of(result: Results, *, golden: bool) -> list[str]:
    """Checks, expectations and, for the case as it stands, golden results that do not hold."""
    from finmodel.present.expectations import failures, verdicts_of

    expected = [*result.case.expect, *(result.case.expected if golden else ())]
    return failures(result, verdicts_of(result, expected))


def _save(result: Results, json: str | None, csv: Path | None, year_end: int | None, bank: Bank | None) -> None:
    if csv is not None:
        from finmodel.present.csv_tables import write_tables

        write_tables(result, csv, year_end)
    if json is not None:
        from finmodel.present.json_run import to_json

        write_to(json, to_json(result, bank).rstrip("\n"))
