"""Tax regimes: a file of keys, dated and with sources, that an entity names and that lies beneath what it says itself.

[entity.jp]
regime = "japan_2026"          # fills the keys of templates/regimes/japan_2026.toml
tax_lag = "2 months"           # the entity's own word wins

A table under [offers] of the file is read when the entity opens the table of that name; [sources] says where figures
come from. A regime names no figure of the deal, such as the life of its plant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from finmodel.case.describe import nearest
from finmodel.case.frozen import FrozenDict
from finmodel.case.guard import Text, read_text
from finmodel.case.messages import placed
from finmodel.case.overlay import closed, merge
from finmodel.case.positions import Document, Keys, Place, parse
from finmodel.case.quantity import clip
from finmodel.case.shelf import home
from finmodel.kernel.errors import CaseError, Problem

FOLDER = "regimes"
SHOWN = "templates/regimes"


def names() -> list[str]:
    """The regimes that ship with the toolkit."""
    return sorted(path.stem for path in (home() / FOLDER).glob("*.toml"))


@dataclass(frozen=True)
class Regime:
    """A regime as it was read: its keys with their places, and the file."""

    document: Document
    text: Text


def named(case: Document, kept: Mapping[str, Regime]) -> FrozenDict[str, Regime]:
    """The regimes that a case names, in its order; one that was kept is not read again.

    Args:
        kept: Name → tax regime that was read before.
    """
    known = dict.fromkeys(name for _, name in _named(case) if name in kept or name in names())
    return FrozenDict({name: kept[name] if name in kept else _read(name) for name in known})


def beneath(case: Document, regimes: Mapping[str, Regime], problems: list[Problem]) -> Document:
    """The case with its regimes beneath it; a regime that is not known is a problem.

    Args:
        regimes: Name → tax regime.
        problems: Where each problem found is added.
    """
    under = Document()
    for entity, name in _named(case):
        if name in regimes:
            under = merge(under, _for(entity, regimes[name].document, case))
            continue
        keys = ("entity", entity, "regime")
        near = nearest(name, names())
        remedy = f'Did you mean "{near}"?' if near else f"Known are {', '.join(names())}."
        problems.append(placed(case.place(keys), keys, f'"{clip(name)}" is not a tax regime of the toolkit.', remedy))
    return merge(merge(case, under), case) if under.tree else case  # in the order of the case


def shipped(where: str) -> bool:
    """Whether a figure stands in a regime of the toolkit, not in the case.

    Args:
        where: File and line.
    """
    return where.startswith(f"{SHOWN}/")


def source(place: Place, keys: Keys, regimes: Mapping[str, Regime]) -> str | None:
    """Where a regime says that a figure of an entity comes from; None for a figure of the case itself.

    Args:
        keys: A dotted key, in its parts.
        regimes: Name → tax regime.
    """
    folder, _, file = place.file.rpartition("/")
    name = file.removesuffix(".toml")
    if folder != SHOWN or name not in regimes:
        return None
    rows = regimes[name].document.tree.get("sources", {})
    own = keys[2:]
    offered = ("offers", *own)
    found = [
        rows[".".join(path[:n])] for path in (own, offered) for n in range(len(path), 0, -1) if _has(rows, path[:n])
    ]
    return str(found[0]) if found else ""


def _has(rows: Mapping[str, Any], path: Keys) -> bool:
    return ".".join(path) in rows


def _named(case: Document) -> Iterator[tuple[str, str]]:
    """Each entity that names a regime, and its name."""
    entities = case.tree.get("entity")
    for entity, table in entities.items() if isinstance(entities, dict) else ():
        if isinstance(table, dict) and isinstance(table.get("regime"), str):
            yield entity, table["regime"]


def _for(entity: str, regime: Document, case: Document) -> Document:
    """What a regime says of one entity: its keys, and what it offers of the tables that the entity opens."""
    opened = case.tree["entity"][entity]
    offers = regime.tree.get("offers", {})
    tree = {key: value for key, value in regime.tree.items() if key not in ("offers", "sources")}
    tree |= {key: value for key, value in offers.items() if isinstance(opened.get(key), dict)}
    places: dict[Keys, Place] = {}
    for keys, place in regime.places.items():
        own = keys[1:] if keys[0] == "offers" else keys
        if own and own[0] in tree and keys[0] != "sources":
            places[("entity", entity, *own)] = place
    return Document({"entity": {entity: tree}}, places, regime.file)


@lru_cache(maxsize=32)
def _read(name: str) -> Regime:
    """A regime of the toolkit by name.

    Raises:
        CaseError: The file that ships is not TOML, which is a fault of the toolkit.
    """
    read = read_text(home() / FOLDER / f"{name}.toml")
    text = Text(Path(read.path), f"{SHOWN}/{name}.toml", read.data, read.text)
    problems: list[Problem] = []
    document = parse(text, problems)
    if problems:
        raise CaseError(problems)
    return Regime(closed(document), text)
