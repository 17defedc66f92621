"""What the analyst expects: [expect] rows of a case ("at least 1.30x"), and the golden results of expected.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from finmodel.case.messages import placed, shown
from finmodel.case.positions import Document, Keys
from finmodel.case.quantity import LARGEST, BadValue, parse
from finmodel.case.says import Part
from finmodel.kernel.errors import Problem
from finmodel.kernel.units import Unit, conversion

Kind = Literal["at least", "at most", "within"]
_ROW = re.compile(r"(?:(at least|at most)\s+(.+)|(.+?)\s+within\s+(.+))")
PART = Part(
    "[expect] in case.toml",
    "Your own claims about results, judged on every run and by `finmodel check`: a name of a result, then a bound or a "
    "value with its tolerance.",
    """\
[expect]
dscr_min    = "at least 1.30x"
gearing     = "at most 70 %"
"debt.jbic" = "500 million USD within 1 USD"
""",
)
GOLDEN = Part(
    "expected.toml",
    "Results that must not change unnoticed: plain numbers in the base of their unit, each with a tolerance.",
    """\
dscr_min   = { value = 1.35, tolerance = 1e-6 }
equity_irr = { value = 0.124, tolerance = 1e-6 }
""",
)
_EXAMPLE = 'Write "at least 1.30x", "at most 70 %" or "12.0 % within 0.1 %".'


@dataclass(frozen=True)
class Expect:
    """One expectation of one metric.

    Args:
        metric: Name of the metric.
        kind: How it is compared.
        value: In the base of its unit ("12 %" is 0.12).
        tolerance: For "within"; 0 otherwise.
        unit: As typed; None when the row is a bare number.
        where: "file:line".
    """

    metric: str
    kind: Kind
    value: float
    tolerance: float
    unit: Unit | None
    where: str


def read_expect(document: Document, problems: list[Problem]) -> tuple[Expect, ...]:
    """The rows of [expect].

    Args:
        problems: Where each problem found is added.
    """
    rows = []
    for keys, value in _flat(document.tree, ()).items():
        place, full = document.place(keys), ("expect", *keys)
        match = _ROW.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None:
            wrong = f"this is not an expectation: got {shown(value, document.places.get(keys))}."
            problems.append(placed(place, full, wrong, _EXAMPLE))
            continue
        try:
            rows.append(_row(".".join(keys), match, str(place)))
        except BadValue as error:
            problems.append(placed(place, full, f"the expected value {error.wrong}", _EXAMPLE))
    return tuple(rows)


def read_expected(document: Document, problems: list[Problem]) -> tuple[Expect, ...]:
    """The rows of expected.toml: metric = { value = 0.12, tolerance = 1e-6 }.

    Args:
        problems: Where each problem found is added.
    """
    rows = []
    for keys, value in _flat(document.tree, (), stop="value").items():
        place = document.place(keys)
        numbers = [value.get(name) for name in ("value", "tolerance")] if isinstance(value, dict) else []
        good = isinstance(value, dict) and set(value) == {"value", "tolerance"} and all(map(_is_number, numbers))
        if good and isinstance(value, dict) and value["tolerance"] >= 0:
            rows.append(
                Expect(".".join(keys), "within", float(value["value"]), float(value["tolerance"]), None, str(place))
            )
        else:
            wrong = f"this is not a value with a tolerance: got {shown(value, document.places.get(keys))}."
            problems.append(placed(place, keys, wrong, f"Write {keys[-1]} = {{ value = 0.12, tolerance = 1e-6 }}."))
    return tuple(rows)


def _row(metric: str, match: re.Match[str], where: str) -> Expect:
    words, bound, value, tolerance = match.groups()
    if words:
        kind: Kind = "at least" if words == "at least" else "at most"
        amount, unit = parse(bound)
        return Expect(metric, kind, float(amount), 0.0, unit, where)
    (amount, unit), (width, width_unit) = parse(value), parse(tolerance)
    factor = conversion(width_unit, unit)
    if factor is None or width < 0:
        raise BadValue(f'and its tolerance are in different units: got "{match[0]}".')
    return Expect(metric, "within", float(amount), float(width * factor), unit, where)


def _flat(tree: Mapping[str, object], above: Keys, stop: str = "") -> dict[Keys, object]:
    """Each row of a table whose names may hold dots, typed as they are or as nested tables."""
    rows: dict[Keys, object] = {}
    for name, value in tree.items():
        if isinstance(value, dict) and not (
            stop and (stop in value or not any(isinstance(v, dict) for v in value.values()))
        ):
            rows |= _flat(value, (*above, name), stop)
        else:
            rows[*above, name] = value
    return rows


def _is_number(value: object) -> bool:
    """Also refuses nan and inf, which no comparison lets pass."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
