"""The head of the term sheet: what was run, and its key results."""

from __future__ import annotations

import math
from itertools import zip_longest

from rich.console import Group
from rich.text import Text

from finmodel.deal.read import Case
from finmodel.kernel.model import Model
from finmodel.present.annual import month_name
from finmodel.present.grid import grid
from finmodel.present.listings import RISK, figures, is_assumed
from finmodel.present.numbers import clean, metric_text, millions, percent
from finmodel.run.results import Results

RETURNS = (
    ("Project IRR, pre-tax", "project_irr_pre_tax"),
    ("Project IRR, post-tax", "project_irr_post_tax"),
    ("Equity IRR", "equity_irr"),
    ("NPV, post-tax", "npv_post_tax"),
    ("Payback", "payback_years"),
    ("Support paid", "support_paid"),
    ("Support given back", "support_given_back"),
    ("Support imputed", "support_imputed"),
)
COVER = (
    ("DSCR, lowest", "dscr_min"),
    ("DSCR, average", "dscr_avg"),
    ("LLCR, lowest", "llcr_min"),
    ("PLCR, lowest", "plcr_min"),
    ("Gearing", "gearing"),
    ("Support unmet", "support_unmet"),
    ("Support, net, PV", "support_net_pv"),
)
GOAL = "residual_"
ROUNDING = 1e-9  # of a ratio
UNASKED = ("equity_npv",)  # not applicable until its rate is given: no news on a page
FACTS = (("path", "Simulated path"), ("debt_sized_on", "Debt sized on"), ("binding_constraint", "Debt limited by"))


def header(result: Results) -> Group:
    """Name, scenario, currency, what the debt is sized on, and how far the figures can be trusted."""
    case = result.case
    rows = [Text(clean(case.name), style="bold"), Text(_scenario(case))]
    timeline = result.model.timeline
    span = f"{timeline.labels[0]} to {timeline.labels[-1]} by {timeline.frequency}"
    years = f"years end in {month_name(timeline.year_end)}"
    rows.append(Text(f"Amounts in {case.tables.currency} million; {span}; {years}."))
    rows += [Text(f"{label}: {clean(result.facts[name])}") for name, label in FACTS if name in result.facts]
    if case.modules:
        rows.append(Text(f"Own clauses: {clean(', '.join(case.modules))}"))
    if "cover_worth" in result.facts:
        worth = f"{millions(float(result.facts['cover_worth']))} {case.tables.currency} m"
        rows.append(Text(f"0.01x of cover: {worth} of debt, first order; --bank sizes it again."))
    return Group(*rows, *_trust(result))


def goals(result: Results) -> Text | None:
    """What was solved together with the debt, each with its largest relative residual; None where nothing was."""
    found = {name.removeprefix(GOAL): size for name, size in result.facts.items() if name.startswith(GOAL)}
    if not found:
        return None
    told = ", ".join(f"{name.replace('_', ' ')} {size}" for name, size in found.items())
    return Text(f"Solved together in {result.facts['sizing_passes']} passes, relative residuals: {told}.")


def key_results(result: Results) -> Group:
    """Returns beside cover ratios; below, why a result is not applicable or what to know of it."""
    left, right = (_metrics(result, names) for names in (RETURNS, COVER))
    rows = [(*a, "", *b) for a, b in zip_longest(left, right, fillvalue=("", "", ""))]
    told = {name: note for name, note in result.notes.items() if name not in UNASKED}
    notes = [Text(clean(f"  {name}: {note}"), style="dim") for name, note in told.items()]
    table: list[Group | Text] = [grid("Key results", ("",) * 7, rows, words=(0, 2, 3, 4, 6))] if rows else []
    own = [row[:2] for row in _metrics(result, own_results(result.model))]
    table += [grid("Results of own clauses", ("",) * 2, own, words=(0,))] if own else []
    return Group(*table, *notes)


def own_results(model: Model) -> tuple[tuple[str, str], ...]:
    """Label and name of each result of an own clause."""
    own = {name: metric.line for name, metric in model.metrics.items() if metric.line.id.startswith("own.")}
    return tuple((line.label, name) for name, line in own.items())


def _scenario(case: Case) -> str:
    if case.scenario is None:
        return "Base case"
    return f"Scenario {case.scenario}: {clean(case.scenarios[case.scenario].label)}"


def _trust(result: Results) -> list[Text]:
    """How many figures of the run are assumed, and how many have no source; what a simulation draws moves none."""
    told = [given for given in figures(result.case) if not given.id.startswith(RISK)]
    assumed = sum(map(is_assumed, told))
    unsourced = len([id for id in result.case.unsourced if not id.startswith(RISK)])
    counts = [(assumed, "assumed or hypothetical"), (unsourced, "without a source")]
    said = [f"{count} {words}" for count, words in counts if count]
    return [Text(f"Figures: {', '.join(said)}; `finmodel check` lists them.", style="yellow")] if said else []


def _metrics(result: Results, names: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
    metrics, units = result.metrics, result.units
    rows = []
    for label, name in names:
        if name in metrics:
            text = metric_text(name, metrics[name], units[name])
            rows.append((_full(result.case, label, name), text, _date(result, name)))
    return rows


def _full(case: Case, label: str, name: str) -> str:
    """A present value says its rate, and when flows fall if not by their dates."""
    if name != "npv_post_tax":
        return label
    when = {"end": ", end of period", "mid": ", mid-period"}.get(case.tables.npv.timing, "")
    return f"{label}, at {percent(case.tables.returns.npv_rate.number)}{when}"


def _date(result: Results, name: str) -> str:
    """The first day on which the ratio is at its lowest, but for rounding: sculpted debt has the same on many."""
    row = result.values.get(f"ratios.{name.removesuffix('_min')}") if name.endswith("_min") else None
    if row is None or all(math.isnan(value) for value in row):
        return ""
    least = min(float(value) for value in row if not math.isnan(value))
    at = next(t for t, value in enumerate(row) if value <= least + ROUNDING * max(1.0, abs(least)))
    return f"on {result.model.timeline.periods[at].last_day}"
