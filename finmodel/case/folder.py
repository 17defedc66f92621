"""The files of a case: its folder, the case that it extends, and that one's, each read once behind the guards."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from finmodel.case.frozen import FrozenDict
from finmodel.case.guard import Text, read_text
from finmodel.case.language import take_format
from finmodel.case.overlay import closed, merge, remove
from finmodel.case.positions import Document, Place, parse
from finmodel.case.quantity import clip
from finmodel.kernel.errors import CaseError, FileError, Problem

PARTS = ("scenarios.toml", "sources.toml", "expected.toml")
PRICES = "prices.csv"
MOST_LAYERS = 8


class _Extends(NamedTuple):
    """The case that a case extends, the keys that it removes of it, and where it says so."""

    folder: str
    removed: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Layer:
    """One folder of a case, as it was when it was read.

    Args:
        folder: Where it is.
        case: The main file, without `format`, `extends` and `remove`.
        parts: The other files of TOML by name; an empty document when a file is not there.
        prices: The file of price histories, if any.
        texts: All files as read.
        extends: What the case extends; empty when it stands alone.
        removed: Keys that it takes out of the case it extends, and where it says so.
    """

    folder: Path
    case: Document
    parts: Mapping[str, Document]
    prices: Text | None
    texts: tuple[Text, ...]
    extends: str = ""
    removed: tuple[str, ...] = ()
    remove_place: Place = field(default_factory=lambda: Place("", 0, ""))


def open_layers(path: Path) -> tuple[Layer, ...]:
    """Read a case and the cases that it extends, the first of them first; the only place where its files are opened.

    Args:
        path: A folder with a case.toml, or the path of a case file.

    Raises:
        FileError: A file cannot be read.
        LimitError: A file is beyond a limit.
        CaseError: Every syntax error of every file; an unknown format; a case that extends itself or something outside.
    """
    problems: list[Problem] = []
    main = path / "case.toml" if os.path.isdir(path) else path
    layers = [_layer(main, problems)]
    root = Path(os.path.realpath(main.parent.absolute())).parent
    seen = {os.path.realpath(main)}
    while layers[0].extends:
        place = layers[0].case.places[("extends",)]
        target = _extended(layers[0], root, place)
        if os.path.realpath(target) in seen:
            raise CaseError([_refused(place, f'the cases extend each other in a circle: "{clip(layers[0].extends)}".')])
        if len(layers) == MOST_LAYERS:
            wrong = f'a case extends at most {MOST_LAYERS - 1} others: "{clip(layers[0].extends)}" would be one more.'
            raise CaseError([_refused(place, wrong)])
        seen.add(os.path.realpath(target))
        layers.insert(0, _layer(target, problems))
    if problems:
        raise CaseError(problems)
    return tuple(layers)


def reserved(files: Iterable[Path]) -> tuple[Path, ...]:
    """Files that are read for a case, and those that would be if they were there: no result may take their place.

    Args:
        files: Those that were read.
    """
    found = list(files)
    folders = dict.fromkeys(file.parent for file in found)
    return tuple(dict.fromkeys([*found, *(folder / name for folder in folders for name in (*PARTS, PRICES))]))


def reserved_by(path: Path) -> tuple[Path, ...]:
    """The same for a case that is not read yet.

    Args:
        path: The file or folder.

    Raises:
        FileError, LimitError, CaseError: As for `open_layers`.
    """
    return reserved(text.path for layer in open_layers(path) for text in layer.texts)


def base_document(layers: Sequence[Layer], problems: list[Problem]) -> Document:
    """The case as its layers make it, before scenarios and `--set`.

    Args:
        layers: The files of the case and of those that it extends, the first base first.
        problems: Where each problem found is added.
    """
    result = Document()
    for layer in layers:
        result = merge(remove(result, list(layer.removed), layer.remove_place, problems), layer.case)
    return result


def digest(layers: Sequence[Layer], scenario: str | None, sets: Mapping[str, str], shipped: Iterable[Text] = ()) -> str:
    """SHA-256 of all files, the scenario and the changes; the same wherever the folder stands.

    Args:
        layers: The files of the case and of those that it extends, the first base first.
        scenario: Name of the scenario.
        sets: Dotted key → value as typed.
        shipped: Files of the toolkit that the case names.
    """
    state = hashlib.sha256()
    for number, layer in enumerate(reversed(layers)):
        for text in layer.texts:
            state.update(f"{number}/{text.path.name}:{len(text.data)}\n".encode())
            state.update(text.data)
    for text in shipped:
        state.update(f"{text.name}:{len(text.data)}\n".encode())
        state.update(text.data)
    state.update(json.dumps([scenario, sorted(sets.items())]).encode())
    return state.hexdigest()


def _layer(main: Path, problems: list[Problem]) -> Layer:
    folder = main.parent
    _refuse_link(main)
    text = read_text(main)
    case = parse(text, problems)
    texts, parts = [text], {}
    for name in PARTS:
        part = _optional(folder / name)
        texts += [part] if part else []
        parts[name] = closed(parse(part, problems) if part else Document())
    prices = _optional(folder / PRICES)
    texts += [prices] if prices else []
    take_format(case)
    extends, removed, place = _take_extends(case, problems)
    return Layer(folder, closed(case), FrozenDict(parts), prices, tuple(texts), extends, removed, place)


def _optional(path: Path) -> Text | None:
    """A file that may be left out; a broken link is not left out."""
    if not os.path.lexists(path):
        return None
    _refuse_link(path)
    return read_text(path)


def _refuse_link(path: Path) -> None:
    """A case is what lies in its folder: a folder may be a link, a file in it may not lead elsewhere."""
    if not _inside(path, path.parent):
        raise FileError(f"{path}: a link out of the case folder; copy the file into it")


def _take_extends(case: Document, problems: list[Problem]) -> _Extends:
    """Cut out of a main file what it extends and removes, and where it says the latter."""
    tree, place = case.tree, case.place(("remove",))
    typed, removed = "extends" in tree, tree.pop("remove", [])
    extends, told = tree.pop("extends", ""), ("", ())
    if not isinstance(extends, str) or (typed and not extends.strip()):
        problems.append(_refused(case.place(("extends",)), "extends is the folder of another case, as a text."))
    elif not isinstance(removed, list) or not all(isinstance(key, str) and key for key in removed):
        problems.append(
            Problem(
                place.file,
                place.line,
                "remove",
                place.text,
                "remove is a list of keys.",
                'Write remove = ["facility.mezz"].',
            )
        )
    else:
        told = extends, tuple(removed)
    for keys in [keys for keys in case.places if keys[0] == "remove"]:
        del case.places[keys]
    return _Extends(*told, place)


def _extended(layer: Layer, root: Path, place: Place) -> Path:
    """The case file that a case extends; it must lie below the folder that holds the first case's folder."""
    typed = layer.extends
    if "://" in typed or "\\" in typed or "\0" in typed or typed.startswith(("/", "~")) or ":" in typed:
        raise CaseError([_refused(place, f'only a case beside this one can be extended: got "{clip(typed)}".')])
    target = Path(os.path.normpath(layer.folder / typed))
    if target.suffix != ".toml":
        target = target / "case.toml"
    if not _inside(target, root):
        raise CaseError([_refused(place, f'only a case beside this one can be extended: got "{clip(typed)}".')])
    if not os.path.isfile(target):
        raise CaseError(
            [_refused(place, f'there is no case at "{clip(typed)}": {clip(str(target), 120)} was looked for.')]
        )
    return target


def _inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _refused(place: Place, wrong: str) -> Problem:
    return Problem(
        place.file,
        place.line,
        "extends",
        place.text,
        wrong,
        'Write the folder of a case, such as extends = "../other_case".',
    )
