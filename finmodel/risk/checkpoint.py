"""Where parts are kept: in memory, or in a folder that a run can be resumed from.

A folder holds run.json (which run it is), lock, and parts/part-00000000.bin …: a line of JSON with shapes and SHA-256,
then the numbers. A file appears whole or not at all. A damaged part is computed again; a file that is named like a
part and does not begin as one of this run is never touched: the run is refused.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import FileError, RefusedError
from finmodel.kernel.files import cannot_write, make_folder, sweep, write_new, write_text
from finmodel.risk.job import Job, Part

_NAME = re.compile(r"part-(\d{8})\.bin")
_DTYPES = {"values": np.float64, "fans": np.float32, "flags": np.uint8, "labels": np.int8}
_HEADER = 4096  # bytes, so that numbers start on a page
WORDS = {
    "case": "another case, or a changed one",
    "seed": "another seed",
    "paths": "another number of paths",
    "sampling": "another way of sampling",
    "outputs": "other outputs",
    "finmodel": "another version of finmodel",
    "numpy": "another version of NumPy",
    "fast": "another face of the lines (numba or NumPy)",
}


class _Sifted(NamedTuple):
    """Numbers of the parts that are whole, and how many files are damaged."""

    whole: set[int]
    damaged: int


class Store:
    """Parts of a run in memory."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.parts: dict[int, Part] = {}
        self._rows = {
            **{name: ("values", row) for row, name in enumerate(job.keep.columns)},
            **{name: ("fans", row) for row, name in enumerate(job.keep.fan_columns)},
            **{name: ("flags", row) for row, name in enumerate(job.keep.flag_columns)},
        }

    @property
    def missing(self) -> list[int]:
        """Numbers of the parts that are still to be computed."""
        return [number for number in range(self.job.parts) if number not in self.parts]

    def add(self, part: Part) -> None:
        """Keep a part."""
        self.parts[part.number] = part

    def names(self) -> list[str]:
        """Names of all columns."""
        return list(self._rows)

    def column(self, name: str) -> NDArray[Any]:
        """One number of every path, in the order of the paths.

        Args:
            name: Name of the number.
        """
        kind, row = self._rows[name]
        return np.concatenate([self._row(number, kind, row) for number in range(self.job.parts)])

    def labels(self) -> NDArray[np.int8]:
        """Number of the regime whose name each path bears."""
        return np.concatenate([self._row(number, "labels", 0) for number in range(self.job.parts)])

    def labels_of(self, number: int) -> NDArray[np.int8]:
        """The same for the paths of one part.

        Args:
            number: Number of the part, from 0.
        """
        return self._row(number, "labels", 0)

    def _row(self, number: int, kind: str, row: int) -> NDArray[Any]:
        part = self.parts[number]
        array: NDArray[Any] = getattr(part, kind)
        return array if kind == "labels" else array[row]

    def close(self) -> None:
        """Nothing to give back."""


class FolderStore(Store):
    """Parts of a run in a folder; whoever holds it is alone in it.

    Raises:
        RefusedError: Another run is in the folder, or it holds another run, or a foreign file named like a part.
        FileError: It cannot be written.
    """

    def __init__(self, job: Job, folder: Path, facts: Mapping[str, str]) -> None:
        super().__init__(job)
        self.folder, self.place = folder, folder / "parts"
        self._refuse_others(facts)  # before anything is written
        make_folder(folder)
        make_folder(self.place)
        self._lock = _locked(folder / "lock")
        try:
            self._refuse_others(facts)  # what came meanwhile
            self._claim(facts)
            sweep(self.place)
            self.known, self.damaged = self._sift()
        except BaseException:
            self.close()
            raise

    @property
    def missing(self) -> list[int]:
        """Numbers of the parts that are not in the folder."""
        return [number for number in range(self.job.parts) if number not in self.known]

    def add(self, part: Part) -> None:
        """Write a part, whole or not at all, and never over a file that came meanwhile.

        Raises:
            RefusedError: One did.
        """
        path = self.place / _file(part.number)
        try:
            write_new(path, _packed(self.job, part))
        except FileExistsError:
            raise _foreign(path) from None
        self.known.add(part.number)

    def close(self) -> None:
        """Let others into the folder."""
        self._lock.close()

    def _row(self, number: int, kind: str, row: int) -> NDArray[Any]:
        shapes = _shapes(self.job, number)
        offset = _HEADER
        for name, shape in shapes.items():
            if name == kind:
                break
            offset += int(np.prod(shape)) * np.dtype(_DTYPES[name]).itemsize
        count, size = self.job.paths_of(number), np.dtype(_DTYPES[kind]).itemsize
        with open(self.place / _file(number), "rb") as file:
            file.seek(offset + row * count * size)
            return np.frombuffer(file.read(count * size), dtype=_DTYPES[kind])

    def _claim(self, facts: Mapping[str, str]) -> None:
        """Say whose folder it is, if nobody has."""
        path = self.folder / "run.json"
        if not path.exists():
            write_text(path, json.dumps({"identity": self.job.identity, **facts}, indent=1) + "\n")

    def _refuse_others(self, facts: Mapping[str, str]) -> None:
        """See that the folder is ours, and that no file that is not ours bears the name of a part."""
        path = self.folder / "run.json"
        if path.exists():
            self._refuse_another_run(path, facts)
        for entry in sorted(_named(self.place)):
            if not _ours(self.job, entry):
                raise _foreign(entry)

    def _refuse_another_run(self, path: Path, facts: Mapping[str, str]) -> None:
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, OSError) as error:
            raise RefusedError(f"{path}: this is not the record of a run; choose another folder") from error
        if not isinstance(found, dict) or found.get("identity") != self.job.identity:
            known = found if isinstance(found, dict) else {}
            other = [words for key, words in WORDS.items() if str(known.get(key)) != str(facts.get(key))]
            why = " and ".join(other) or "another run"
            raise RefusedError(f"{self.folder}: the folder holds {why}; choose another folder, or run what it holds")

    def _sift(self) -> _Sifted:
        """The parts that are whole and ours, and how many files are not; these are removed."""
        known: set[int] = set()
        damaged = 0
        for path in sorted(_named(self.place)):
            number = int(path.stem.removeprefix("part-"))
            if number < self.job.parts and _whole(self.job, number, path):
                known.add(number)
            elif _ours(self.job, path):
                damaged += 1
                with contextlib.suppress(OSError):
                    path.unlink()
        return _Sifted(known, damaged)


def _named(place: Path) -> list[Path]:
    """What is named like a part; nothing of a folder that is not there yet."""
    return [Path(entry.path) for entry in os.scandir(place) if _NAME.fullmatch(entry.name)] if place.is_dir() else []


def _foreign(path: Path) -> RefusedError:
    return RefusedError(
        f"{path}: this is named like a part of the run, and is none of it; move it away, or choose another folder"
    )


def _ours(job: Job, path: Path) -> bool:
    """Whether a file says that it is of this run, damaged or not; a link or a folder is not."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with open(path, "rb") as file:
            header = json.loads(file.read(_HEADER))
    except (OSError, ValueError):
        return False
    return isinstance(header, dict) and header.get("identity") == job.identity


def _file(number: int) -> str:
    return f"part-{number:08d}.bin"


def _shapes(job: Job, number: int) -> dict[str, tuple[int, ...]]:
    count, keep = job.paths_of(number), job.keep
    return {
        "values": (len(keep.columns), count),
        "fans": (len(keep.fan_columns), count),
        "flags": (len(keep.flag_columns), count),
        "labels": (count,),
    }


def _packed(job: Job, part: Part) -> bytes:
    body = b"".join(np.ascontiguousarray(getattr(part, name)).tobytes() for name in _DTYPES)
    header = {"identity": job.identity, "part": part.number, "bytes": len(body), "sha256": sha256(body).hexdigest()}
    return json.dumps(header).encode().ljust(_HEADER - 1) + b"\n" + body


def _whole(job: Job, number: int, path: Path) -> bool:
    """Whether a file is the part that its name says, bit for bit as it was written."""
    size = sum(int(np.prod(shape)) * np.dtype(_DTYPES[name]).itemsize for name, shape in _shapes(job, number).items())
    try:
        data = path.read_bytes()
        header = json.loads(data[:_HEADER])
    except (OSError, ValueError):
        return False
    body = data[_HEADER:]
    wanted = {"identity": job.identity, "part": number, "bytes": size, "sha256": sha256(body).hexdigest()}
    return header == wanted and len(body) == size


def _locked(path: Path) -> Any:
    """An open file that only one process can hold; it is let go when the process ends, however it ends."""
    try:
        file = open(path, "a+b")  # noqa: SIM115  (held as long as the store)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        _take(file)
    except OSError as error:
        file.close()
        raise RefusedError(
            f"{path.parent}: another run is writing into this folder; wait, or choose another"
        ) from error
    return file


def _take(file: Any) -> None:
    if os.name == "posix":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        import importlib

        windows = importlib.import_module("msvcrt")
        windows.locking(file.fileno(), windows.LK_NBLCK, 1)


def parts_of(store: Store) -> Iterator[dict[str, NDArray[Any]]]:
    """Each part as columns by name, for files that are written part by part."""
    for number in range(store.job.parts):
        yield {name: store._row(number, *store._rows[name]) for name in store.names()}


__all__ = ["FileError", "FolderStore", "Store", "parts_of"]
