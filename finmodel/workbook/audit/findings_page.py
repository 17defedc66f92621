"""The page of an audit: what was looked at, findings by rule, and the waivers that were honoured."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.present.grid import grid
from finmodel.present.numbers import clean
from finmodel.workbook.audit.auditing import Audit
from finmodel.workbook.audit.findings import RULES, Finding

SHOWN = 10  # findings of a rule; all of them stand in the JSON
LONGEST = 160


def page(audit: Audit) -> Group:
    """Findings by rule, then waivers."""
    head = f"{clean(audit.file)}: {audit.sheets:,} sheets, {audit.formulas:,} formulas, {len(RULES)} rules"
    return Group(Text(head, style="bold"), *_findings(audit), *_waivers(audit), _verdict(audit))


def _findings(audit: Audit) -> Iterator[RenderableType]:
    for rule, group in groupby(audit.findings, key=lambda finding: finding.rule):
        found = list(group)
        rows = [(_clipped(finding.place), str(finding.count), _clipped(finding.reason)) for finding in found[:SHOWN]]
        yield Text()
        yield grid(f"{rule}: {RULES[rule]}", ("First cell", "Cells", "What was found"), rows, words=(0, 2))
        if len(found) > SHOWN:
            yield Text(f"… and {len(found) - SHOWN:,} more, which --json lists", style="dim")


def _waivers(audit: Audit) -> Iterator[RenderableType]:
    if audit.waived:
        rows = [
            (waiver.rule, _clipped(waiver.where), str(count), _clipped(waiver.reason), waiver.source)
            for waiver, count in audit.waived
        ]
        yield Text()
        yield grid("Waived", ("Rule", "Where", "Findings", "Reason", "Stated in"), rows, words=(0, 1, 3, 4))


def _verdict(audit: Audit) -> Text:
    if audit.findings:
        return Text(f"\n{summary(audit.findings)}.", style="bold red")
    return Text("\nNothing was found.", style="green")


def summary(findings: tuple[Finding, ...]) -> str:
    """How many findings, of how many rules."""
    rules = len({finding.rule for finding in findings})
    return f"{len(findings):,} finding{'s' * (len(findings) != 1)} of {rules} rule{'s' * (rules != 1)}"


def _clipped(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
