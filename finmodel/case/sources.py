"""Where the figures come from: sources.toml names a source for a key, or for every key of a table.

A source covers the file beside it and the files of the cases that it extends, never a figure that was changed later:
that one needs a source of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from finmodel.case.describe import find, known
from finmodel.case.messages import MANY, placed, shown, unknown_key
from finmodel.case.overlay import SET, dotted
from finmodel.case.positions import Document, Keys, Place
from finmodel.case.regimes import Regime, source
from finmodel.case.says import Part
from finmodel.case.table import Table
from finmodel.kernel.errors import Problem

PART = Part(
    "sources.toml",
    'Where each figure comes from, by dotted key or for a whole table; "assumed" and "hypothetical" say that it has no '
    "source. `finmodel check` lists figures without one.",
    """\
"facility.jbic.rate" = "term sheet of 12 March 2027"
"capex"              = "feasibility study, table 4"
"price.ndpr.deck"    = "assumed: flat after 2030"
""",
)


class Rows(NamedTuple):
    """The rows of one sources.toml by key, and the document with its keys split at the dots."""

    rows: dict[Keys, str]
    document: Document


@dataclass(frozen=True)
class Sources:
    """The sources of a case.

    Args:
        layers: By layer, the first case first: dotted key → source.
        level: Name of a file → number of its layer.
        scenarios: Names of files with scenarios.
        regimes: Tax regimes that the case names.
    """

    layers: Sequence[Mapping[Keys, str]]
    level: Mapping[str, int]
    scenarios: frozenset[str]
    regimes: Mapping[str, Regime] = field(default_factory=dict)

    def of(self, keys: Keys, place: Place) -> str:
        """The source of a figure; empty when it has none.

        Args:
            keys: A dotted key, in its parts.
        """
        if place.file == SET:
            return "set for this run"
        if place.file in self.scenarios:
            return "scenario"
        of_regime = source(place, keys, self.regimes)
        if of_regime is not None:
            return of_regime
        for layer in reversed(self.layers[self.level.get(place.file, 0) :]):
            for length in range(len(keys), 0, -1):
                if keys[:length] in layer:
                    return layer[keys[:length]]
        return ""

    def flat(self) -> dict[str, str]:
        """Dotted key → source, the last layer winning."""
        return {".".join(keys): source for layer in self.layers for keys, source in layer.items()}


def read_sources(document: Document, problems: list[Problem]) -> Rows:
    """The rows of one sources.toml, and the document with its keys split at the dots.

    Args:
        problems: Where each problem found is added.
    """
    document = dotted(document)
    rows: dict[Keys, str] = {}
    for keys, value in _rows(document.tree, ()).items():
        if isinstance(value, str) and value.strip():
            rows[keys] = value.strip()
            continue
        place = document.place(keys)
        wrong = f"a source is a text: got {shown(value, document.places.get(keys))}."
        problems.append(placed(place, keys, wrong, 'Write where the figure comes from, or "assumed".'))
    return Rows(rows, document)


def unknown_sources(rows: Mapping[Keys, str], document: Document, case: Document, root: type[Table]) -> list[Problem]:
    """Sources of keys that the case does not have.

    Args:
        rows: Key → source.
        root: The table at the top of the schema.
    """
    words = known(root, case.tree)
    tables = {".".join(keys) for keys in case.places}
    found = []
    for keys in list(rows)[:MANY]:
        entry = find(root, keys)
        missing = entry is None or any(".".join(keys[: at + 1]) not in tables for at in entry.names)
        if missing:
            found.append(unknown_key(keys, document, [*words, *sorted(tables - set(words))], "this case"))
    return found


def _rows(tree: Mapping[str, object], above: Keys) -> dict[Keys, object]:
    rows: dict[Keys, object] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            rows |= _rows(value, (*above, name))
        else:
            rows[*above, name] = value
    return rows
