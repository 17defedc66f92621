"""Verbs of price risk: simulate a case, and calibrate a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finmodel.cli.arguments import CaseFolder, Modules, Scenario, Sets, app
from finmodel.cli.requested_files import Targets
from finmodel.cli.terminal import changes, show, write, write_to

if TYPE_CHECKING:
    from rich.progress import Progress

    from finmodel.deal.read import Case
    from finmodel.risk.simulate import Options, Simulation


@app.command()
def risk(  # noqa: PLR0913  (an option is a parameter)
    case: CaseFolder,
    scenario: Scenario = None,
    sets: Sets = None,
    modules: Modules = None,
    paths: Annotated[int, typer.Option(metavar="N", help="Number of paths.")] = 10_000,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of all draws.")] = 1,
    sampling: Annotated[str, typer.Option(metavar="KIND", help="random, antithetic or sobol.")] = "random",
    output: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A result or line to keep too; all, checks.")
    ] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Processes; all cores for many paths.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Compile the lines by numba (an extra).")] = False,
    folder: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep parts there; run again to go on.")] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, or local.")] = None,
    band: Annotated[list[str] | None, typer.Option(metavar="KEY=LOW to HIGH", help="A parameter at both ends.")] = None,
    replay: Annotated[int | None, typer.Option(metavar="K", help="Show path K as a term sheet instead.")] = None,
    json: Annotated[str | None, typer.Option(metavar="FILE", help="Write the summary as JSON; - is stdout.")] = None,
    parquet: Annotated[Path | None, typer.Option(metavar="FILE", help="Write every path as Parquet.")] = None,
    charts: Annotated[Path | None, typer.Option(metavar="DIR", help="Draw the pictures into a folder.")] = None,
) -> None:
    """Run a case on many paths of its prices and show what comes out.

    Prices move as the case's [risk] table says; the debt stays as signed.
    """
    from finmodel.kernel.files import make_folder
    from finmodel.present.targets import PARQUET
    from finmodel.risk.simulate import Options, simulate
    from finmodel.run.run import load

    whole: dict[str, object] = {
        "output": output,
        "workers": workers,
        "folder": folder,
        "scheduler": scheduler,
        "json": json,
    }
    whole |= {"parquet": parquet, "charts": charts}
    _alone("--replay", replay, {"band": band, "fast": fast, **whole})
    _alone("--band", band, {"scenario": scenario, **whole})
    targets = Targets(case)
    targets.json(json)
    targets.file(parquet, PARQUET)
    targets.pictures(charts)
    loaded = load(case, scenario, changes(sets), modules or ())
    if charts is not None:
        make_folder(charts)
    if replay is not None:
        _replay(loaded, seed, replay, sampling)
        return
    if band:
        _bands(loaded, band, (paths, seed), Options(sampling=sampling, fast=fast))
        return
    options = Options(sampling=sampling, fast=fast, folder=folder, scheduler=scheduler)
    with progress_bar() as bar:
        watched = replace(options, progress=counted(bar, paths))
        found = simulate(loaded, paths, seed, ["usual", *(output or ())], workers, watched)
    _save(found, json, parquet)
    if charts is not None:
        _draw(found, charts, quiet=json == "-")


def _draw(found: Simulation, folder: Path, quiet: bool) -> None:
    """Draw the pictures; where stdout is JSON, nothing else goes there."""
    from finmodel.present.drawing import draw_into
    from finmodel.present.report import risk_pictures

    drawn = draw_into(folder, risk_pictures(found))
    if not quiet:
        write(f"{len(drawn)} pictures in {folder}")


def _replay(case: Case, seed: int, path: int, sampling: str) -> None:
    from finmodel.present.page import page
    from finmodel.risk.paths import one_path

    show(page(one_path(case, seed, path, sampling)))


def _bands(case: Case, band: list[str], draws: tuple[int, int], options: Options) -> None:
    from finmodel.analysis.bands import bands
    from finmodel.present.pages.bands import page

    table = bands(case, _ranges(band), *draws, None, options)
    show(page(table.base, table.ends))


def _alone(option: str, value: object, others: Mapping[str, object]) -> None:
    """Refuse what an option would leave unread.

    Raises:
        UsageError: The option is used, and one of the others too.
    """
    from finmodel.kernel.errors import UsageError

    unread = [f"--{name}" for name, other in others.items() if other not in (None, []) and other is not False]
    if value is not None and unread:
        raise UsageError(f"{option} shows its own page: leave out {', '.join(unread)}")


def _ranges(typed: list[str]) -> dict[str, tuple[str, str]]:
    """KEY=LOW to HIGH by key."""
    from finmodel.kernel.errors import UsageError

    found = {}
    for text in typed:
        key, equals, ends = text.partition("=")
        low, dots, high = ends.partition(" to ")
        if not (equals and dots and key.strip() and low.strip() and high.strip()):
            example = "risk.price.ndpr.volatility=30 % to 45 %"
            raise UsageError(f'--band wants KEY=LOW to HIGH, such as "{example}": got "{text[:80]}"')
        found[key.strip()] = (low.strip(), high.strip())
    return found


@app.command()
def calibrate(
    source: Annotated[Path, typer.Argument(metavar="CSV|CASE", help="A file of price histories, or a case folder.")],
    index: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this index; may be repeated.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Estimate reversion from less than ten years.")] = False,
    modules: Modules = None,
) -> None:
    """Estimate volatility, reversion and jumps from price histories, with intervals.

    A history has a month in its first column and one index in each further column.
    """
    from finmodel.case.histories import read_prices
    from finmodel.kernel.errors import UsageError
    from finmodel.present.pages.calibrate import page
    from finmodel.risk.draws.calibrate import calibrate as estimate
    from finmodel.risk.draws.calibrate import correlations
    from finmodel.run.run import load

    whole = source.is_dir() or source.suffix == ".toml"
    known = load(source, modules=modules or ()).prices if whole else read_prices(source)
    strange = [name for name in index or () if name not in known]
    if strange:
        raise UsageError(f'{source} has no index "{strange[0][:60]}"; it has {", ".join(known) or "none"}')
    chosen = {name: history for name, history in known.items() if not index or name in index}
    show(page(estimate(chosen, force=force), correlations(chosen)))


def _save(found: Simulation, json: str | None, parquet: Path | None) -> None:
    from finmodel.present.json_simulation import to_json
    from finmodel.present.pages.risk import page

    if parquet is not None:
        from finmodel.risk.export import write_parquet

        write_parquet(found.store, parquet)
    if json is not None:
        write_to(json, to_json(found.summary))
    if json != "-":
        show(page(found.summary))


def counted(bar: Progress, paths: int) -> Callable[[int, int], None]:
    """What shows on a bar how many paths are done."""
    task = bar.add_task("paths", total=paths)
    return lambda done, total: bar.update(task, completed=done, total=total, refresh=True)


def progress_bar() -> Progress:
    """A bar on stderr, in a terminal only; it is drawn when there is news, without a thread of its own."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, auto_refresh=False, transient=True, disable=not console.is_terminal)
