"""Files that are either the old one or the new one, never half of each.

A temporary file in the same folder is written and synced, then takes the name of the target in one step. A killed
process may leave its temporary file behind; the next write in that folder removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import shutil
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from finmodel.kernel.errors import FileError

LONGEST_NAME, LONGEST_SUFFIX = 60, 6
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_HOST = f"{zlib.crc32(platform.node().encode()):08x}"
_TEMPORARY = re.compile(r"\.finmodel-([0-9a-f]{8})-([0-9]+)-[0-9a-f]{8}\.tmp")
_REASONS = {
    errno.ENOSPC: "the disk is full; what was there before is unchanged",
    errno.EDQUOT: "the disk quota is used up; what was there before is unchanged",
    errno.EROFS: "the disk is read-only; write to another folder",
    errno.EACCES: "no permission, or open in another program: close it there, or choose another name",
    errno.EPERM: "no permission, or open in another program: close it there, or choose another name",
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "its folder is not a folder",
    errno.ENAMETOOLONG: "the name is too long",
}


def write_text(path: Path, text: str) -> Path:
    """Write a file of UTF-8 text, whole or not at all.

    Args:
        path: The file.
        text: What it is to hold.

    Returns:
        The path that was written.

    Raises:
        FileError: As for `write_bytes`.
    """
    return write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all; an existing one keeps its permissions.

    Args:
        path: The file.
        data: What it is to hold.

    Returns:
        The path that was written.

    Raises:
        FileError: It is a folder, a link or a device, or it cannot be written; what was there before is unchanged.
    """
    try:
        _refuse_special(path)
        _written(path, data, os.replace)
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from error
    return path


def write_new(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all where nothing bears its name, be it a link to nowhere.

    Args:
        path: The file.
        data: What it is to hold.

    Returns:
        The path that was written.

    Raises:
        FileExistsError: Something does, or came while it was written; it is left as it is.
        FileError: It cannot be written.
    """
    try:
        _written(path, data, _take_name)
    except FileExistsError:
        raise
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from error
    return path


def _written(path: Path, data: bytes, named: Callable[[Path, Path], None]) -> None:
    """Write a temporary file beside a path and give it its name."""
    sweep(path.parent)
    temporary = path.parent / temporary_name()
    try:
        _fill(temporary, data, path)
        named(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def _take_name(temporary: Path, path: Path) -> None:
    """Rename a file in one step, but never over another; a disk without hard links is looked at just before.

    Raises:
        FileExistsError: The name is taken.
    """
    if os.name != "posix":
        os.rename(temporary, path)  # refuses a name that is taken
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.replace(temporary, path)
    else:
        os.unlink(temporary)


def check_target(path: Path) -> None:
    """Refuse, before long work, a file that could not be written after it.

    Args:
        path: The file that is to be written.

    Raises:
        FileError: It is a folder, a link or a device, or its folder does not exist.
    """
    try:
        _refuse_special(path)
        os.stat(path.parent)
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from error


def make_folder(path: Path) -> Path:
    """Make a folder for results, if it is not there.

    Args:
        path: The folder.

    Returns:
        The path of the folder.

    Raises:
        FileError: It cannot be made, or something else has its name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise FileError(f"{path}: not a folder") from None
    except (OSError, ValueError) as error:
        raise cannot_write(path, error) from error
    return path


def inside(folder: Path, name: str) -> Path:
    """The path of a file in a folder; whatever the name says, it stays there.

    Args:
        folder: Where the file is to be.
        name: Its name, from anywhere.
    """
    return folder / safe_name(name)


def safe_name(name: str) -> str:
    """A file name from any text: no folders, no hidden or reserved names, at most 60 letters.

    Args:
        name: Any text.
    """
    plain = re.sub(r"[^\w.-]+", "_", name).strip("._-")
    stem, suffix = os.path.splitext(plain)
    stem, suffix = (plain, "") if len(suffix) > LONGEST_SUFFIX else (stem, suffix)
    stem = stem[: LONGEST_NAME - len(suffix)].rstrip("._-")
    return f"{stem}_{suffix}" if _DEVICES.fullmatch(stem) else f"{stem or 'unnamed'}{suffix}"


def cannot_write(path: Path | str, error: OSError | ValueError) -> FileError:
    """The message for a path that cannot be written.

    Args:
        path: What was to be written.
        error: What the system said.
    """
    reason = str(error)
    if isinstance(error, OSError):
        reason = _REASONS.get(error.errno or 0) or error.strerror or reason
    return FileError(f"{str(path).replace(chr(0), '?')}: cannot write: {reason}")


def temporary_name() -> str:
    """A name for something unfinished; it says whose it is, so that `sweep` can tell what was left behind."""
    return f".finmodel-{_HOST}-{os.getpid()}-{secrets.token_hex(4)}.tmp"


def sweep(folder: Path) -> None:
    """Remove temporary files of processes of this machine that are gone.

    Args:
        folder: Where results are written.
    """
    for entry in os.scandir(folder):
        match = _TEMPORARY.fullmatch(entry.name)
        if match and match[1] == _HOST and not _alive(int(match[2])):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)


def _refuse_special(path: Path) -> None:
    """Only a plain file is replaced: a link would be cut from its target, a device cannot be one."""
    if path.is_symlink():
        raise FileError(f"{path}: cannot write: it is a link; name the file that it points to")
    if path.is_dir():
        raise FileError(f"{path}: cannot write: it is a folder")
    if path.exists() and not path.is_file():
        raise FileError(f"{path}: cannot write: it is not a plain file")


def _fill(temporary: Path, data: bytes, target: Path) -> None:
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with open(number, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        os.chmod(temporary, target.stat().st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        # Some network disks cannot sync a folder; the file itself is synced already.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(number)


def _alive(process: int) -> bool:
    """Whether a process runs; where that cannot be asked, it counts as running."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def new_folder(path: Path, texts: Mapping[str, str], check: Callable[[Path], object]) -> Path:
    """Make a folder with files of text, whole or not at all; it takes its name once they are checked.

    Args:
        path: The folder.
        texts: File name → text.
        check: Called with the folder under its temporary name; what it raises stops the making.

    Returns:
        The path of the folder.

    Raises:
        FileError: It cannot be written, or its name is taken.
    """
    temporary = path.absolute().parent / temporary_name()
    try:
        try:
            temporary.mkdir()
            for name, text in texts.items():
                write_text(temporary / safe_name(name), text)
            check(temporary)
            os.rename(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error
    return path
