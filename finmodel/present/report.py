"""The report of a run: one HTML file with the tables of every page and pictures between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from finmodel.case.folder import reserved
from finmodel.kernel.errors import want, want_path
from finmodel.kernel.files import write_text
from finmodel.present.targets import REPORT, check_output
from finmodel.public_money.account import government
from finmodel.risk.ask import years
from finmodel.risk.paths import check_same_run
from finmodel.run.results import Results

if TYPE_CHECKING:
    from finmodel.present.drawing import Picture as Draw
    from finmodel.present.html import Block
    from finmodel.risk.simulate import Simulation

TOLD = {
    "deal_funding": "Funding in construction: what each source pays in each period.",
    "deal_debt": "Debt outstanding at the end of each period, by facility.",
    "deal_owners": "What each class of owners receives, by fiscal year.",
    "deal_cover": "CFADS against debt service by fiscal year, and the lowest debt service cover ratio of the year.",
    "deal_revenue": "Sales billed by fiscal year, by the node that makes the product.",
    "deal_sensitivity": "What each of the bank's shocks does to the lowest cover and to owners, with the debt held.",
    "government_years": "Support by fiscal year against each programme's ceiling, in the currency of its budget.",
    "government_cumulative": "Support so far against each programme's envelope.",
    "government_flow": "Where net support ends: present value of each party's cash with support less without it.",
    "government_price": "What support costs, and what cover is with and without it, as every price deck moves.",
    "risk_prices": "Drawn market prices by fiscal year: nine tenths of the paths, the middle half, and the median.",
    "risk_cover": "Lowest cover ratio of each fiscal year over all paths.",
    "risk_support": "Support paid in each fiscal year over all paths.",
    "risk_results": "How results spread over all paths; the outer classes hold all beyond them.",
    "risk_events": "What may happen and when: share of paths by date, and by fiscal year for the budget.",
    "risk_regimes": "Results by the regime whose name a path bears: nine tenths, the middle half, the median.",
    "risk_convergence": "How results settle as paths are added: mean and tail quantile with their 95 % intervals.",
}
"""What each picture shows, in words."""
TILES = (
    ("Equity IRR", "equity_irr"),
    ("Project IRR, post-tax", "project_irr_post_tax"),
    ("Lowest DSCR", "dscr_min"),
    ("Lowest LLCR", "llcr_min"),
    ("Gearing", "gearing"),
    ("Support paid", "support_paid"),
    ("Net support, present value", "support_net_pv"),
)
SETTLING = ("equity_irr", "dscr_min", "support_net_pv")
MOST_WORLDS = 16_384
Progress = Callable[[str], None]
Blocks = Iterator["Block | None"]


class _Section(NamedTuple):
    """A part of the report: its title, and what makes it."""

    title: str
    make: Callable[[], Blocks]


def write_report(
    result: Results,
    path: Path | str,
    *,
    simulation: Simulation | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write a run as one HTML file: results, financing, cash, scenarios, sensitivities, support, risk, and sources.

    The file holds all that it shows, has no script, and prints on A4. The same run gives the same bytes,
    but for the seconds that a simulation took.

    Args:
        simulation: Paths of the same run; without it the report has no part on price risk.
        progress: Called with the title of each part before it is made.

    Raises:
        UsageError: The name does not end in .html, or the simulation is of another run.
        RefusedError: It is a file of the case.
        FileError: It cannot be written.
    """
    want(result, Results, "a report is written of a run, fm.run(case)")
    want_path(path, "the name of a report")
    check_output(path, REPORT, reserved(result.case.files))
    text = report_text(result, simulation=simulation, progress=progress)
    write_text(Path(path), text)
    return Path(path)


def report_text(result: Results, *, simulation: Simulation | None = None, progress: Progress | None = None) -> str:
    """The report as text; arguments as of `write_report`.

    Args:
        progress: Called as parts are done.
    """
    from finmodel.kernel.version import version
    from finmodel.present.html import Report, Section, document
    from finmodel.present.numbers import metric_text
    from finmodel.present.pages.results import header

    if simulation is not None:
        check_same_run(simulation.prepared, result, "report")
    known = [(label, name) for label, name in TILES if result.metrics.get(name) is not None]
    tiles = [(label, metric_text(name, result.metrics[name], result.units[name])) for label, name in known]
    name = result.case.name
    sections = []
    for title, make in _parts(result, simulation):
        if progress is not None:
            progress(title)
        blocks = [block for block in make() if block is not None]
        sections.append(Section(title.lower().replace(" ", "-"), title, blocks))
    foot = [f"finmodel {version()}. Case {result.case.sha256}."]
    if simulation is not None:
        foot.append(f"Simulation {simulation.run.identity}, seed {simulation.run.seed}.")
    return document(Report(name, header(result), tiles, sections, foot))


def _parts(result: Results, simulation: Simulation | None) -> Iterator[_Section]:
    """Title and maker of each part that the case has."""
    yield _Section("Results", lambda: _results(result))
    yield _Section("Financing", lambda: _financing(result))
    yield _Section("Cash", lambda: _cash(result))
    if result.case.scenarios and result.case.scenario is None:
        yield _Section("Scenarios", lambda: _scenarios(result))
    if result.case.scenario is None:
        yield _Section("Sensitivities", lambda: _sensitivities(result))
    if result.case.tables.support:
        yield _Section("Price support", lambda: _support(result, simulation))
    if simulation is not None:
        yield _Section("Price risk", lambda: _risk(simulation))
    yield _Section("Figures and sources", lambda: _sources(result))


def _results(result: Results) -> Blocks:
    from finmodel.present.expectations import verdicts_of
    from finmodel.present.page import checks_passed, expectations, failed_checks
    from finmodel.present.pages.results import goals, key_results

    yield from (failed_checks(result), key_results(result), expectations(verdicts_of(result, result.case.expect)))
    yield from (goals(result), checks_passed(result))


def _financing(result: Results) -> Blocks:
    from finmodel.present.charts.deal import pictures
    from finmodel.present.pages.finance import equity, facilities, payments, sources_and_uses

    drawn = pictures(result)
    yield from (sources_and_uses(result), _picture("deal_funding", drawn))
    yield from (facilities(result), payments(result), _picture("deal_debt", drawn))
    yield from (equity(result), _picture("deal_owners", drawn))


def _cash(result: Results) -> Blocks:
    from finmodel.present.charts.deal import pictures
    from finmodel.present.pages.years import cash_flow, delivered

    drawn = pictures(result)
    yield from (_picture("deal_cover", drawn), _picture("deal_revenue", drawn), cash_flow(result))
    yield delivered(result)


def _scenarios(result: Results) -> Blocks:
    from finmodel.analysis.scenarios import scenarios
    from finmodel.present.pages.scenarios import page

    table = scenarios(result.case)
    if not _same_debt(result, table.base):
        table = scenarios(result.case, hold_debt=True)
    yield page(table.base, table.runs, table.weighted, table.worst)


def _sensitivities(result: Results) -> Blocks:
    from rich.text import Text

    from finmodel.analysis.sensitivity import sensitivity
    from finmodel.present.charts.deal import pictures
    from finmodel.present.pages.sensitivity import page

    table = sensitivity(result.case)
    if not _same_debt(result, table.base):
        yield Text("The shocks are not shown: they would size the debt anew, and this run holds it.")
        return
    shocks = {"Base case": table.base, **{table.shocks[name]: run for name, run in table.runs.items()}}
    yield _picture("deal_sensitivity", pictures(table.base, shocks))
    yield page(table.rows, table.remarks)


def _same_debt(result: Results, again: Results) -> bool:
    """Whether a run of the case, its debt sized anew, has the debt of the report."""
    return all(again.given[item.value.id] == result.given[item.value.id] for item in result.model.solved)


def _support(result: Results, simulation: Simulation | None) -> Blocks:
    from finmodel.analysis.incidence_over_paths import incidence_over_paths
    from finmodel.present.charts.government import pictures
    from finmodel.present.pages.government import blocks

    account = government(result)
    drawn = pictures(account)
    for name in drawn:
        yield _picture(name, drawn)
    over = None
    if simulation is not None:
        run = simulation.run
        over = incidence_over_paths(result, min(run.paths, MOST_WORLDS), run.seed)
    yield from blocks(account, over)


def _risk(simulation: Simulation) -> Blocks:
    from finmodel.present.pages.risk import page

    drawn = risk_pictures(simulation)
    for name in drawn:
        yield _picture(name, drawn)
    yield page(simulation.summary)


def risk_pictures(simulation: Simulation) -> dict[str, Draw]:
    """Name → what draws it: fans, spreads, events, regimes, and how the results settle."""
    from finmodel.present.charts.risk import Drawn, pictures

    metrics = [name for name, spread in simulation.metrics.items() if spread.sd]
    main = [name for name in SETTLING if name in metrics] or metrics[:1]
    classes = [name for name in metrics if name.startswith("equity_irr.")]
    found = Drawn(
        simulation.summary,
        [simulation.convergence(name) for name in main],
        [simulation.fan(name) for name in simulation.fans],
        {name: simulation.histogram(name) for name in [*main, *classes]},
        _floors(simulation.prepared.base),
    )
    return pictures(found)


def _floors(result: Results) -> dict[str, dict[str, float]]:
    """Price → fiscal year → its plain floor while a contract is in force; one that rises is no single level."""
    found: dict[str, dict[str, float]] = {}
    spans = years(result.case)
    for id, terms in result.case.tables.support.items():
        floor, price = terms.floor, result.model.lines[f"price.{terms.price}.market"]
        if floor is None or floor.unit != price.unit or terms.inflation is not None or terms.escalation is not None:
            continue
        row = floor.value if isinstance(floor.value, tuple) else (floor.value,) * result.model.timeline.count
        active = np.asarray(result.values[f"support.{id}.active"]) > 0
        for year, (first, after) in spans.items():
            live = [row[t] for t in range(first, after) if active[t]]
            if live:
                found.setdefault(f"price.{terms.price}", {})[year] = max(live)
    return found


def _sources(result: Results) -> Blocks:
    from rich.text import Text

    from finmodel.present.html import Folded
    from finmodel.present.pages.sources import sources

    table = sources(result.case)
    yield Text(f"{len(table.rows)} figures; assumed ones, and those without a source, stand out.")
    yield Folded("Every figure with its source", [table])


def _picture(name: str, drawn: Mapping[str, Draw]) -> Block | None:
    from finmodel.present.drawing import svg
    from finmodel.present.html import Picture

    return Picture(svg(drawn[name]), TOLD[name]) if name in drawn else None
