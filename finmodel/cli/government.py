"""Verbs of the government's account: how support is spent, and what other designs would cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finmodel.cli.arguments import CaseFolder, HoldDebt, Modules, Scenario, Seed, Sets, TableJson, app, seed_of
from finmodel.cli.requested_files import Targets
from finmodel.cli.terminal import changes, given, show, write, write_to
from finmodel.kernel.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Group

    from finmodel.public_money.public_cost import Amount
    from finmodel.run.results import Results


@app.command()
def government(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    scenario: Scenario = None,
    sets: Sets = None,
    modules: Modules = None,
    hold_debt: HoldDebt = False,
    paths: Annotated[int | None, typer.Option(help="Show it over so many paths of price risk too.")] = None,
    seed: Seed = None,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the tables into a folder.")] = None,
    charts: Annotated[Path | None, typer.Option(metavar="DIR", help="Draw the pictures into a folder.")] = None,
) -> None:
    """Show how price support is spent and where it ends.

    Programmes, public bodies, parties with and without support, instruments, and the cost to the public.
    """
    from finmodel.present.account_tables import NAMES
    from finmodel.present.pages.government import page
    from finmodel.public_money.account import government as account_of
    from finmodel.run.run import load
    from finmodel.run.run import run as run_case

    targets = Targets(case)
    targets.tables(csv, *NAMES)
    targets.pictures(charts)
    drawn = seed_of(seed, paths is not None, "--paths")
    account = account_of(run_case(load(case, scenario, changes(sets), modules or ()), hold_debt=hold_debt))
    over = None
    if paths is not None:
        from finmodel.analysis.incidence_over_paths import incidence_over_paths

        over = incidence_over_paths(account.result, paths, drawn)
    years = None if paths is None else _years(account.result, hold_debt, paths, drawn)
    show(page(account, over, _variance(account.result, hold_debt) if scenario else ()))
    if years is not None:
        write("")
        show(years)
    if csv is not None:
        from finmodel.present.account_tables import write_account

        write(f"{len(write_account(account, csv))} tables in {csv}")
    if charts is not None:
        from finmodel.present.charts.government import write_charts

        write(f"{len(write_charts(account, charts))} pictures in {charts}")


def _years(result: Results, hold_debt: bool, paths: int, seed: int) -> Group | None:
    """Support by fiscal year over the paths: what to expect, and what to hold for a bad year."""
    from finmodel.present.pages.risk import support_by_year
    from finmodel.risk.simulate import simulate

    if hold_debt and result.case.sets:
        raise UsageError("paths size the debt with --set: leave out --hold-debt, or --paths")
    return support_by_year(simulate(result.case, paths, seed, ["support_paid", "support.paid"]).summary)


def _variance(result: Results, hold_debt: bool) -> list[Amount]:
    """What moved the cost of support from the case as it stands to a scenario of it."""
    from finmodel.public_money.variance import support_variance
    from finmodel.run.run import run as run_case

    return support_variance(run_case(result.case.with_scenario(None), hold_debt=hold_debt), result)


support = typer.Typer(name="support", help="Compare designs of price support.", no_args_is_help=True)
app.add_typer(support)


@support.command("compare")
def compare_support(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    outcome: Annotated[str, typer.Option(metavar="dscr|irr", help="What all designs must reach.")] = "dscr",
    target: Annotated[str | None, typer.Option(metavar="VALUE", help="Such as 1.30x; else the case's own.")] = None,
    scenario: Annotated[str | None, typer.Option(metavar="NAME", help="Where it is measured; else the case.")] = None,
    sets: Sets = None,
    modules: Modules = None,
    json: TableJson = None,
) -> None:
    """Size each published scheme to the same outcome and rank them by public cost."""
    from finmodel.analysis.designs.comparison import compare_designs, to_json
    from finmodel.present.pages.designs import page

    Targets(case).json(json)
    table = compare_designs(given(case, modules), outcome, _ratio(target), scenario, changes(sets))
    if json is not None:
        write_to(json, to_json(table))
    if json != "-":
        show(page(table.base, table.rows, table.metric, table.target, table.world))


@support.command("floor")
def cheapest(
    case: CaseFolder,
    dscr: Annotated[str, typer.Option(metavar="VALUE", help="The lowest DSCR to reach, such as 1.20x.")],
    probability: Annotated[str, typer.Option(metavar="SHARE", help="With this probability, such as 85 %.")],
    sets: Sets = None,
    modules: Modules = None,
) -> None:
    """Find the cheapest floor, or floor and budget, that reaches a cover with a probability."""
    from finmodel.analysis.designs.comparison import cheapest_floor
    from finmodel.present.pages.designs import floor_page

    asked = (_ratio(dscr) or 0.0, _ratio(probability) or 0.0)
    table = cheapest_floor(given(case, modules), *asked, changes(sets))
    show(floor_page(table.base, table.rows, table.unit, asked, table.cheapest))


def _ratio(text: str | None) -> float | None:
    """A ratio as typed: 1.30x, 85 %."""
    from finmodel.case.quantity import BadValue, read
    from finmodel.kernel.errors import UsageError

    if text is None:
        return None
    try:
        return read(text, "ratio", "x")[0]
    except BadValue as error:
        raise UsageError(f'"{text[:40]}" is no ratio: write 1.30x or 85 %') from error
