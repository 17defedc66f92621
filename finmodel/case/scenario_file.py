"""Scenarios: named overrides of live keys, with a probability or without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from finmodel.case.messages import placed, shown, unknown_key
from finmodel.case.overlay import dotted, take
from finmodel.case.positions import Document, Place
from finmodel.case.quantity import BadValue, BareNumber, read
from finmodel.case.says import Part
from finmodel.kernel.errors import Problem

TOLERANCE = 1e-9
_KEYS = ("label", "label_ja", "probability", "set")
PART = Part(
    "scenarios.toml",
    "Named changes of the case. Probabilities are shares that sum to 100 %; a scenario without one is shown and not "
    "weighted. `set` changes live keys of the case by dotted key: neither structural keys nor switches that the case "
    "leaves out. label_ja is the label in Japanese.",
    """\
[gradual]
label       = "Gradual escalation"
probability = "60 %"

[severe]
label       = "Severe escalation"
label_ja    = "急激な悪化"
probability = "40 %"

[severe.set]
"price.ndpr.premium" = "1.20x"
"capex.plant.amount" = "450 million USD"
""",
)


@dataclass(frozen=True)
class Scenario:
    """A scenario.

    Args:
        name: As in `--scenario`.
        label: In words.
        label_ja: In Japanese; empty when not given.
        probability: Between 0 and 1; None when the scenario is shown but not weighted.
        changes: Dotted key → value as typed.
        where: "file:line".
        overlay: What it changes, with places.
    """

    name: str
    label: str
    label_ja: str
    probability: float | None
    changes: Mapping[str, Any]
    where: str
    overlay: Document = field(repr=False, compare=False, default_factory=Document)


def read_scenarios(document: Document, problems: list[Problem]) -> dict[str, Scenario]:
    """The scenarios of a scenarios.toml; what is wrong with them is added to `problems`."""
    scenarios = {}
    for name, table in document.tree.items():
        if not isinstance(table, dict):
            wrong = f"a scenario is a table: got {shown(table, document.places.get((name,)))}."
            problems.append(placed(document.place((name,)), (name,), wrong, f"Write a table [{name}]."))
        elif not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
            wrong = f'"{name[:60]}" is not a name: names are small letters, digits and single underscores.'
            problems.append(placed(document.place((name,)), (name,), wrong))
        else:
            scenarios[name] = _scenario(name, document, problems)
    problems += _sum_fault(scenarios, document)
    return scenarios


def _scenario(name: str, document: Document, problems: list[Problem]) -> Scenario:
    part = take(Document({name: dict(document.tree[name])}, dict(document.places)), name)
    for key in part.tree:
        if key not in _KEYS:
            fault = unknown_key((key,), part, _KEYS)
            problems.append(Problem(fault.file, fault.line, f"{name}.{key}", fault.text, fault.wrong, fault.remedy))
    probability = _probability(name, part, problems)
    texts = {key: _text(name, key, part, problems) for key in ("label", "label_ja")}
    overlay = Document()
    if isinstance(part.tree.get("set"), dict):
        overlay = dotted(take(part, "set"))
    elif "set" in part.tree:
        problems.append(
            placed(part.place(("set",)), (name, "set"), "set is a table of keys.", f"Write a table [{name}.set].")
        )
    label = texts["label"] or name.replace("_", " ").capitalize()
    return Scenario(
        name, label, texts["label_ja"], probability, changes(overlay), str(document.place((name,))), overlay
    )


def changes(overlay: Document) -> dict[str, Any]:
    """What an overlay changes: dotted key → value as typed; rows of a table by date stand apart."""
    result = {}
    for keys in overlay.places:
        value: Any = overlay.tree
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict):
            result[".".join(keys)] = value
    return result


def _probability(name: str, part: Document, problems: list[Problem]) -> float | None:
    typed = part.tree.get("probability")
    if typed is None:
        return None
    place = part.place(("probability",))
    try:
        if isinstance(typed, int | float) and not isinstance(typed, bool):
            raise BareNumber("%").typed(place.value or str(typed))
        if not isinstance(typed, str):
            raise BadValue(f"is a share: got {shown(typed, place)}.", '"40 %"')
        number = read(typed, "ratio", "%")[0]
        if not 0 <= number <= 1:
            raise BadValue(f'is out of range: got "{typed}".', advice="Write a share from 0 % to 100 %.")
        return number
    except BadValue as error:
        write = f"Write probability = {error.write}." if error.write else ""
        remedy = f"{write} {error.advice}".strip()
        problems.append(placed(place, (name, "probability"), f"the probability {error.wrong}", remedy))
        return None


def _text(name: str, key: str, part: Document, problems: list[Problem]) -> str:
    value = part.tree.get(key, "")
    if isinstance(value, str):
        return value
    wrong = f"the label is a text: got {shown(value, part.places.get((key,)))}."
    problems.append(placed(part.place((key,)), (name, key), wrong, f'Write {key} = "…".'))
    return ""


def _sum_fault(scenarios: Mapping[str, Scenario], document: Document) -> list[Problem]:
    weights = {name: s.probability for name, s in scenarios.items() if s.probability is not None}
    total = sum(weights.values())
    if not weights or abs(total - 1) <= TOLERANCE:
        return []
    last = list(weights)[-1]
    shares = " + ".join(f"{weight * 100:.10g} %" for weight in weights.values())
    wrong = f"probabilities sum to {total * 100:.10g} % ({shares}): they must sum to 100 %."
    place: Place = document.place((last, "probability"))
    return [
        placed(
            place,
            (last, "probability"),
            wrong,
            "Change one, or leave out the probability of scenarios that are only shown.",
        )
    ]
