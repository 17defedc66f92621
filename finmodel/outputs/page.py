"""The term sheet in a terminal: what was run, what came out, and what does not hold.

Blocks that the deal does not have are left out; failed checks stand first. It fits 100 columns, and is plain text
when the output is no terminal.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.engine.results import ERROR, Results
from finmodel.outputs.expectations import Verdict, verdicts_of
from finmodel.outputs.grid import grid
from finmodel.outputs.numbers import clean
from finmodel.outputs.page_finance import equity, facilities, payments, sources_and_uses
from finmodel.outputs.page_results import goals, header, key_results
from finmodel.outputs.page_years import cash_flow, support

WIDTH = 100


def page(result: Results, *, quick: bool = False, year_end: int | None = None) -> Group:
    """The whole term sheet of a run; `quick` leaves out everything but key results, checks and expectations.

    Args:
        year_end: Month (1-12) in which the years of the cash flow end; that of the timeline without it.

    Raises:
        CaseError: [expect] names no result, or is in another unit than it.
    """
    blocks: list[RenderableType | None] = [header(result), failed_checks(result), key_results(result)]
    if not quick:
        blocks += [sources_and_uses(result), facilities(result), payments(result), equity(result)]
        blocks += [cash_flow(result, year_end), *support(result)]
    blocks += [expectations(verdicts_of(result, result.case.expect)), None if quick else goals(result)]
    blocks += [checks_passed(result)]
    return Group(*_spaced(block for block in blocks if block is not None))


def failed_checks(result: Results) -> Group | None:
    """Checks that do not hold: errors first, in red, then alerts, in yellow; None when all hold."""
    failed = sorted((check for check in result.checks if not check.passed), key=lambda check: check.kind != ERROR)
    rows = []
    for check in failed:
        style, word = ("bold red", "FAILED") if check.kind == ERROR else ("yellow", "alert")
        parts = (word, check.id, check.label, f"{check.worst:,.6g}", check.at)
        rows.append([Text(clean(part), style=style) for part in parts])
    headers = ("", "Check", "What it says", "Off by", "Worst in")
    return grid("Checks that do not hold", headers, rows, words=(0, 1, 2)) if rows else None


def checks_passed(result: Results) -> Text | None:
    """How many checks hold; None for a model without checks."""
    if not result.checks:
        return None
    count, good = len(result.checks), sum(check.passed for check in result.checks)
    style = "green" if good == count else "yellow" if result.passed else "bold red"
    return Text(f"Checks: {good} of {count} hold.", style=style)


def expectations(verdicts: Iterable[Verdict]) -> Group | None:
    """The analyst's own assertions, and whether each is met; None without any."""
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
