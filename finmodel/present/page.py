"""The term sheet in a terminal: what was run, what came out, and what does not hold.

Blocks that the deal does not have are left out; failed checks stand first. It fits 100 columns, and is plain text
when the output is no terminal.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.present.expectations import Verdict, off_by, verdicts_of
from finmodel.present.grid import grid
from finmodel.present.numbers import clean, millions
from finmodel.present.pages.finance import equity, facilities, payments, sources_and_uses
from finmodel.present.pages.results import goals, header, key_results
from finmodel.present.pages.years import cash_flow, delivered, support
from finmodel.run.covenant_events import events_of
from finmodel.run.results import ALERT, ERROR, Results

WIDTH = 100
EVENTS = {
    "lock_up": "Lock-up of distributions",
    "default": "Default",
    "untested": "Lock-up not tested yet",
    "cured": "Default cured by owners",
    "arrears": "Senior debt in arrears",
    "arrears_mezzanine": "Mezzanine in arrears",
    "deferred": "Mezzanine interest deferred",
    "reserve_short": "Reserve below its target",
}
"""Covenant events in words."""


def page(result: Results, *, quick: bool = False, year_end: int | None = None) -> Group:
    """The whole term sheet of a run; `quick` leaves out everything but key results, checks and expectations.

    Args:
        year_end: Month (1-12) in which the years of the cash flow end; that of the timeline without it.

    Raises:
        CaseError: [expect] names no result, or is in another unit than it.
    """
    blocks: list[RenderableType | None] = [header(result), failed_checks(result), key_results(result)]
    blocks += [covenant_events(result)]
    if not quick:
        blocks += [sources_and_uses(result), facilities(result), payments(result), equity(result)]
        blocks += [cash_flow(result, year_end), delivered(result, year_end), *support(result)]
    blocks += [expectations(verdicts_of(result, result.case.expect)), None if quick else goals(result)]
    blocks += [checks_passed(result)]
    return Group(*_spaced(block for block in blocks if block is not None))


def failed_checks(result: Results) -> Group | None:
    """Checks that do not hold: errors first, in red, then alerts, in yellow; None when all hold."""
    failed = sorted((check for check in result.checks if not check.passed), key=lambda check: check.kind != ERROR)
    rows = []
    for check in failed:
        style, word = ("bold red", "FAILED") if check.kind == ERROR else ("yellow", "alert")
        parts = (word, check.id, check.label, off_by(result, check), check.at)
        rows.append([Text(clean(part), style=style) for part in parts])
    headers = ("", "Check", "What it says", "Off by", "Worst in")
    return grid("Checks that do not hold", headers, rows, words=(0, 1, 2)) if rows else None


def checks_passed(result: Results) -> Text | None:
    """How many checks of the model hold, and how many about the deal; None for a model without checks."""
    if not result.checks:
        return None
    told = []
    for word, kind in (("Integrity checks", ERROR), ("Alerts", ALERT)):
        passed = [check.passed for check in result.checks if check.kind == kind]
        told += [f"{word}: {sum(passed)} of {len(passed)} passed."] if passed else []
    good = all(check.passed for check in result.checks)
    style = "green" if good else "yellow" if result.passed else "bold red"
    return Text(" ".join(told), style=style)


def covenant_events(result: Results) -> Group | None:
    """Covenant events that hold on some date; None when there is none, or no debt."""
    rows = []
    found = events_of(result)
    ranks = [event for name, event in found.items() if "." not in name]
    for name, event in found.items():
        alone = "." in name and any(event.dates == of.dates and event.peak == of.peak for of in ranks)
        if event.dates and not alone:
            peak = "" if event.peak is None else millions(event.peak)
            rows.append([_event(result, name), str(len(event.dates)), event.first or "", event.last or "", peak])
    headers = ("", "Dates", "First", "Last", f"Most, {result.case.tables.currency} m")
    return grid("Covenant events", headers, rows) if rows else None


def _event(result: Results, name: str) -> str:
    """An event in words; arrears of one facility by its name."""
    kind, _, facility = name.partition(".")
    return f"{result.case.tables.facility[facility].label}, in arrears" if facility else EVENTS[kind]


def expectations(verdicts: Iterable[Verdict]) -> Group | None:
    """The analyst's own assertions, and whether each is met; None without any.

    Args:
        verdicts: Expectations as judged.
    """
    rows = [
        (
            verdict.expect.metric,
            verdict.expected,
            verdict.got,
            Text("met", style="green") if verdict.met else Text("NOT MET", style="bold red"),
            verdict.note,
        )
        for verdict in verdicts
    ]
    return grid("Expectations", ("Result", "Expected", "Got", "", ""), rows, words=(0, 1, 3, 4)) if rows else None


def _spaced(blocks: Iterable[RenderableType]) -> Iterable[RenderableType]:
    for number, block in enumerate(blocks):
        if number:
            yield Text()
        yield block
