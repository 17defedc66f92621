"""The gate: what is checked of a received file before any of it is unpacked or parsed.

An .xlsx is a zip of XML parts. Sizes are held to limits as declared and as unpacked, so that no file can fill the
memory; whatever is wrong with it ends as `BadWorkbook` in one line.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Never

from finmodel.kernel.errors import FileError, FinmodelError

MIB = 1 << 20
MOST_BYTES = 32 * MIB  # of the file
MOST_UNPACKED = 96 * MIB  # of all parts
MOST_OF_A_PART = 48 * MIB
MOST_PARTS = 2_000
MOST_OF_THE_LIST = MIB  # of the zip's own list of parts
STEEPEST = 100  # unpacked by packed, of a part of 1 MiB and more

_END, _END_SIZE, _COMMENT = b"PK\x05\x06", 22, 1 << 16
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_KINDS = (
    (b"\xd0\xcf\x11\xe0", "it is an old .xls, or has a password; save it as .xlsx without one"),
    (b"%PDF", "it is a PDF"),
    (b"Rar!", "it is a RAR archive"),
    (b"\x1f\x8b", "it is a gzip archive"),
    (b"7z\xbc\xaf", "it is a 7z archive"),
)
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    KeyError,
    IndexError,
)


class BadWorkbook(FinmodelError):
    """A file that is not read as a workbook; the message is one line."""

    exit_code = 2


def refuse(name: str, wrong: str) -> Never:
    """Refuse a file.

    Args:
        name: The name.
        wrong: What is wrong with it.

    Raises:
        BadWorkbook: Always.
    """
    line = " ".join(f"{name}: not read: {wrong}".split())
    raise BadWorkbook("".join(letter if letter.isprintable() else "?" for letter in line[:400]))


@dataclass
class Parts:
    """The parts of a workbook that passed the gate.

    Args:
        name: The file as the user named it.
        stream: The file, open as long as parts are read.
        archive: The zip in it.
        sizes: Part → bytes, unpacked.
    """

    name: str
    stream: BinaryIO
    archive: zipfile.ZipFile
    sizes: dict[str, int] = field(default_factory=dict)

    def close(self) -> None:
        """Close the file."""
        self.archive.close()
        self.stream.close()

    def read(self, part: str) -> bytes:
        """A part, unpacked; its checksum and its size are as declared.

        Args:
            part: Name of the part within the file.

        Raises:
            BadWorkbook: There is no such part, or it is damaged.
        """
        if part not in self.sizes:
            refuse(self.name, f"the part {part} is missing")
        try:
            with self.archive.open(part) as stream:
                data = stream.read(self.sizes[part] + 1)
                data += stream.read(1)
        except _FAULTS as error:
            refuse(self.name, f"the part {part} is damaged ({error})")
        if len(data) != self.sizes[part]:
            refuse(self.name, f"the part {part} is not as long as it says")
        return data


def open_parts(path: Path) -> Parts:
    """Open a file and check it as a zip; `close` it when done.

    Raises:
        FileError: No such file, no plain file, or no permission.
        BadWorkbook: Not the zip of a workbook.
    """
    name = str(path)
    stream = _open(path)
    try:
        _check_end(name, stream)
        try:
            archive = zipfile.ZipFile(stream)
        except _FAULTS as error:
            refuse(name, f"its zip is damaged or cut off ({error})")
        entries = archive.infolist()
        _check_entries(name, entries)
        return Parts(
            name, stream, archive, {entry.filename: entry.file_size for entry in entries if not entry.is_dir()}
        )
    except BaseException:
        stream.close()
        raise


def _open(path: Path) -> BinaryIO:
    """A plain file for reading; a pipe without a writer cannot hang us."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise FileError(f"{str(path).replace(chr(0), '?')}: cannot read: {(reason or str(error)).lower()}") from None
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode):
        os.close(number)
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no plain file"
        raise FileError(f"{path}: cannot read: it is {kind}")
    return os.fdopen(number, "rb")


def _check_end(name: str, stream: BinaryIO) -> None:
    """The size of the file, what it opens with, and the size of the zip's list, before that is read."""
    size = stream.seek(0, os.SEEK_END)
    if size > MOST_BYTES:
        refuse(name, f"it has {size:,} bytes; at most {MOST_BYTES:,} are read")
    stream.seek(0)
    head = stream.read(512)
    if not head.startswith(b"PK\x03\x04"):
        refuse(name, _kind(head))
    stream.seek(-min(size, _END_SIZE + _COMMENT), os.SEEK_END)
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        refuse(name, "its zip is cut off: the end is missing")
    _, disk, first, here, count, length, start, comment = struct.unpack("<4s4H2LH", tail[at : at + _END_SIZE])
    if disk or first or here != count or 0xFFFF in (count,) or 0xFFFFFFFF in (length, start):
        refuse(name, "its zip is in several volumes or in the format for huge files")
    if count > MOST_PARTS or length > MOST_OF_THE_LIST:
        refuse(name, f"its zip lists {count:,} parts in {length:,} bytes; at most {MOST_PARTS:,} parts are read")
    if start + length + _END_SIZE + comment != size:
        refuse(name, "something stands before or behind its zip")
    stream.seek(0)


def _kind(head: bytes) -> str:
    for sign, kind in _KINDS:
        if head.startswith(sign):
            return kind
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "it is empty"
    if text.startswith((b"<", b"{", b"[")) or not any(byte < 9 for byte in head):
        return "it is a text under another name; save it as .xlsx"
    return "it is no .xlsx"


def _check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """What the zip says of its parts."""
    if not entries or len(entries) > MOST_PARTS:
        refuse(name, f"its zip has {len(entries):,} parts; 1 to {MOST_PARTS:,} are read")
    known: set[str] = set()
    for entry in entries:
        part = entry.filename
        _check_name(name, part)
        if part.casefold() in known:
            refuse(name, f"the part {part} is there twice")
        known.add(part.casefold())
        if entry.flag_bits & 0x41:
            refuse(name, f"the part {part} is encrypted; save it without a password")
        if entry.compress_type not in _PLAIN_METHODS:
            refuse(name, f"the part {part} is packed in a way that no workbook is")
        if entry.file_size > MOST_OF_A_PART:
            refuse(name, f"the part {part} unpacks to {entry.file_size:,} bytes; at most {MOST_OF_A_PART:,} are read")
        if entry.file_size >= MIB and entry.file_size > STEEPEST * max(entry.compress_size, 1):
            refuse(name, f"the part {part} unpacks to more than {STEEPEST} times its size")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_UNPACKED:
        refuse(name, f"it unpacks to {total:,} bytes; at most {MOST_UNPACKED:,} are read")
    _check_places(name, entries)


def _check_name(name: str, part: str) -> None:
    steps = part.replace("\\", "/").split("/")
    if ".." in steps or part.startswith(("/", "\\")) or ":" in part or "\\" in part or len(part) > 255:
        refuse(name, f"the part {part[:80]} points out of the file")


def _check_places(name: str, entries: list[zipfile.ZipInfo]) -> None:
    """No two parts may share bytes: that is how a small zip unpacks to a huge one."""
    end = 0
    for start, stop, part in _places(entries):
        if start < end:
            refuse(name, f"the part {part} shares its bytes with another")
        end = stop


def _places(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[int, int, str]]:
    header = 30
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        start = entry.header_offset
        yield start, start + header + len(entry.filename.encode()) + entry.compress_size, entry.filename
