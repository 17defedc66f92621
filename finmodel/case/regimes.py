"""Tax regimes: a file of keys, dated and with sources, that an entity names and that lies beneath what it says itself.

[entity.jp]
regime = "japan_2026"          # fills the keys of templates/regimes/japan_2026.toml
tax_lag = "2 months"           # the entity's own word wins

A table under [offers] of the file is read when the entity opens the table of that name; [sources] says where figures
come from. A regime names no figure of the deal, such as the life of its plant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from finmodel.base.errors import CaseError, Problem
from finmodel.case.describe import nearest
from finmodel.case.guard import Text, read_text
from finmodel.case.messages import placed
from finmodel.case.overlay import merge
from finmodel.case.positions import Document, Keys, Place, parse
from finmodel.case.quantity import clip
from finmodel.case.shelf import home

FOLDER = "regimes"
SHOWN = "templates/regimes"


def names() -> list[str]:
    """The regimes that ship with the toolkit."""
    return sorted(path.stem for path in (home() / FOLDER).glob("*.toml"))


def beneath(case: Document, problems: list[Problem]) -> Document:
    """The case with its regimes beneath it; a regime that is not known is a problem."""
    under = Document()
    for entity, name in _named(case):
        if name in names():
            under = merge(under, _for(entity, _read(name)[0], case))
            continue
        keys = ("entity", entity, "regime")
        near = nearest(name, names())
        remedy = f'Did you mean "{near}"?' if near else f"Known are {', '.join(names())}."
        problems.append(placed(case.place(keys), keys, f'"{clip(name)}" is not a tax regime of the toolkit.', remedy))
    return merge(merge(case, under), case) if under.tree else case  # in the order of the case


def texts(case: Document) -> list[Text]:
    """The files of the regimes that a case names, for its hash."""
    return [_read(name)[1] for name in dict.fromkeys(name for _, name in _named(case)) if name in names()]


def source(place: Place, keys: Keys) -> str | None:
    """Where a regime says that a figure of an entity comes from; None for a figure of the case itself."""
    folder, _, file = place.file.rpartition("/")
    name = file.removesuffix(".toml")
    if folder != SHOWN or name not in names():
        return None
    rows = _read(name)[0].tree.get("sources", {})
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
def _read(name: str) -> tuple[Document, Text]:
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
    return document, text
