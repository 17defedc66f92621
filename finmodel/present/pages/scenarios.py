"""The page of scenarios side by side: the base case, each scenario, what is weighted, and where ratios are worst."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.kernel.units import CURRENCIES
from finmodel.present.grid import grid
from finmodel.present.numbers import clean, decimals_for, metric_text, millions, percent
from finmodel.run.covenant_events import events_of
from finmodel.run.results import ERROR, Results

ROWS = (
    ("Project IRR, pre-tax", "project_irr_pre_tax"),
    ("Project IRR, post-tax", "project_irr_post_tax"),
    ("Equity IRR", "equity_irr"),
    ("Equity IRR of weighted flows", "equity_irr_of_weighted_flows"),
    ("DSCR, lowest", "dscr_min"),
    ("DSCR, average", "dscr_avg"),
    ("LLCR, lowest", "llcr_min"),
    ("Support paid", "support_paid"),
    ("Support unmet", "support_unmet"),
    ("Support given back", "support_given_back"),
    ("Support imputed", "support_imputed"),
)
EVENTS = (
    ("Lock-up, dates", "lock_up"),
    ("Default, dates", "default"),
    ("Lock-up not tested yet, dates", "untested"),
    ("Senior arrears, dates", "arrears"),
    ("Mezzanine arrears, dates", "arrears_mezzanine"),
    ("Mezzanine interest deferred, dates", "deferred"),
    ("Reserve short, dates", "reserve_short"),
)
CLASS = "equity_irr."
A_ROW = 4  # scenarios beside each other; more stand in a further table, so that the page keeps its width
LONGEST = 11


def page(
    base: Results, runs: Mapping[str, Results], weighted: Mapping[str, float | None], worst: Mapping[str, str]
) -> Group:
    """Scenarios side by side.

    Args:
        base: The case as it stands.
        runs: Scenario → its run.
        weighted: Result → its weighted value; empty when no scenario has a probability.
        worst: Ratio → the scenario in which it is worst.
    """
    names = list(runs)
    blocks: list[RenderableType] = [*_head(base), Text()]
    for start in range(0, len(names), A_ROW):
        part = {name: runs[name] for name in names[start : start + A_ROW]}
        last = start + A_ROW >= len(names)
        sums = (weighted, worst) if last else ({}, {})
        blocks += [_table(base, part, *sums), Text()]
    return Group(*blocks, *_legend(base, runs))


def _head(base: Results) -> Iterator[Text]:
    yield Text(clean(base.case.name), style="bold")
    sized = base.facts.get("debt_sized_on")
    if sized:
        yield Text(f"Debt of every scenario sized on: {clean(sized)}")


def _table(
    base: Results, runs: Mapping[str, Results], weighted: Mapping[str, float | None], worst: Mapping[str, str]
) -> Group:
    columns = [base, *runs.values()]
    headers = ["", "Base case", *(_header(name) for name in runs)]
    headers += ["Weighted"] if weighted else []
    headers += ["Worst in"] if worst else []
    rows = [_probabilities(base, runs)]
    for label, name in _metrics(base):
        unit = base.units.get(name, "1/year")
        cells = [_cell(name, result.metrics, unit) for result in columns]
        if any(cells) or name in weighted:
            cells += [_cell(name, weighted, unit)] if weighted else []
            cells += [_header(worst.get(name, ""))] if worst else []
            rows.append([f"{label}, {unit} m" if unit in CURRENCIES else label, *cells])
    rows += [*_events(columns), ["Integrity checks that fail", *map(_faults, columns)]]
    return grid("Scenarios", headers, rows)


def _events(columns: Sequence[Results]) -> Iterator[list[str]]:
    """On how many dates each covenant event holds; events that happen in no scenario are left out."""
    found = [events_of(result) for result in columns]
    for label, name in EVENTS:
        counts = [len(events[name].dates) if name in events else 0 for events in found]
        if any(counts):
            yield [label, *map(str, counts)]


def _faults(result: Results) -> str:
    """How many checks of the model itself fail; what a bad day does to a deal is told as an event or an alert."""
    return str(sum(not check.passed for check in result.checks if check.kind == ERROR))


def _metrics(base: Results) -> Iterator[tuple[str, str]]:
    """Label and name of each result; owners' rates follow the rate of all equity."""
    for label, name in ROWS:
        yield label, name
        if name == "equity_irr_of_weighted_flows":
            classes = [other for other in base.units if other.startswith(CLASS)]
            for other in classes if len(classes) > 1 else ():
                yield f"IRR, {base.case.tables.equity[other.removeprefix(CLASS)].label}", other


def _probabilities(base: Results, runs: Mapping[str, Results]) -> list[str]:
    weights = [base.case.scenarios[name].probability for name in runs]
    return ["Probability", "", *("-" if weight is None else percent(weight, 0) for weight in weights)]


def _cell(name: str, values: Mapping[str, float | None], unit: str) -> str:
    """One result; empty where the deal does not have it."""
    value = values.get(name)
    if unit in CURRENCIES and value is not None:
        return millions(value, decimals_for([value]))
    return metric_text(name, value, unit) if name in values else ""


def _header(name: str) -> str:
    """A scenario's name on lines short enough for a column."""
    return "\n".join(wrap(name.replace("_", " "), LONGEST))


def _legend(base: Results, runs: Mapping[str, Results]) -> Iterator[Text]:
    """What each scenario is called in words, and which of its checks fail."""
    for name, result in runs.items():
        terms = base.case.scenarios[name]
        shown = ", shown only" if terms.probability is None else ""
        yield Text(clean(f"{name}: {terms.label}{shown}"))
        yield from _failed(result)


def _failed(result: Results) -> Iterator[Text]:
    for check in result.checks:
        if not check.passed:
            style = "bold red" if check.kind == ERROR else "yellow"
            yield Text(f"  {check.kind} {check.id}: {clean(check.label)}, worst in {check.at}", style=style)
