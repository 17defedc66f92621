"""Rules of claims and of events: what is covered, and what happens where and when."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.quantity import clip
from finmodel.deal.ruling import Rule, unknown, whole_periods
from finmodel.deal.schema import CaseTables
from finmodel.kernel.timeline import MONTHS


def claims_know_what_they_pay(case: CaseTables) -> Iterator[Fault]:
    """A cover with claims says what it pays of political and of commercial loss; recovery follows claims."""
    for name, cover in case.cover.items():
        key = f"cover.{name}"
        if cover.waiting is None:
            if typed(cover.recovery_cost):
                wrong = "what recovery costs is read with claims alone, and this cover has none."
                yield f"{key}.recovery_cost", wrong, 'Write waiting = "3 months" beside it, or remove the line.'
            continue
        for word in ("political", "commercial"):
            if getattr(cover, word) is None:
                wrong = f'"{word}" is missing: claims are paid at the share of each risk.'
                yield key, wrong, f'Write {word} = "100 %", or "0 %" for what is not covered.'


def a_facility_is_insured_once(case: CaseTables) -> Iterator[Fault]:
    """An unpaid instalment is claimed under one cover."""
    insurer: dict[str, str] = {}
    for name, cover in case.cover.items():
        for number, facility in enumerate(cover.facilities):
            if cover.waiting is not None and facility in insurer:
                wrong = f'cover.{insurer[facility]} pays claims of "{clip(facility)}" already.'
                yield (
                    f"cover.{name}.facilities.{number}",
                    wrong,
                    "Remove it here, or remove the waiting of one of them.",
                )
            elif cover.waiting is not None:
                insurer[facility] = name


def events_hit_nodes_of_the_case(case: CaseTables) -> Iterator[Fault]:
    """An event that stops output names nodes; one that stops money names none."""
    for name, event in case.event.items():
        if event.nodes and event.kind == "transfer_stop":
            wrong = "a stop of transfers blocks cash of the whole deal, and names no nodes."
            yield f"event.{name}.nodes", wrong, "Remove the line."
            continue
        for number, node in enumerate(event.nodes):
            key = f"event.{name}.nodes.{number}"
            if node not in case.node:
                yield unknown(key, node, case.node, "node", "node", event.nodes)
            elif node in event.nodes[:number]:
                yield key, f'"{clip(node)}" stands twice in the list.', "Remove one of the two."


def events_last_whole_periods(case: CaseTables) -> Iterator[Fault]:
    """The duration of an event, and how much later it starts, are whole periods."""
    size = MONTHS[case.timeline.frequency]
    period = "half-year" if case.timeline.frequency == "half" else case.timeline.frequency
    for name, event in case.event.items():
        for key, months in (("duration", event.duration.number), ("later", event.later.number)):
            yield from whole_periods(f"event.{name}.{key}", months, size, f"one {period}", key == "later")


RULES: list[Rule] = [
    claims_know_what_they_pay,
    a_facility_is_insured_once,
    events_hit_nodes_of_the_case,
    events_last_whole_periods,
]
