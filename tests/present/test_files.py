"""Files are old or new, never half; every fault is one message and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from finmodel.kernel.errors import FileError
from finmodel.kernel.files import inside, make_folder, safe_name, temporary_name, write_bytes, write_text

WRITER = """
import sys
from pathlib import Path
from finmodel.kernel.files import write_bytes
print("ready", flush=True)
while True:
    for letter in b"ab":
        write_bytes(Path(sys.argv[1]), bytes([letter]) * 2_000_000)
"""


def names(folder: Path) -> list[str]:
    """What a folder holds."""
    return sorted(os.listdir(folder))


def test_a_file_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_text(tmp_path / "run.json", "Größe 大")

    assert (tmp_path / "run.json").read_bytes() == "Größe 大".encode()
    assert names(tmp_path) == ["run.json"]


def test_an_existing_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")
    path.chmod(0o600)
    write_text(path, "new")

    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it is a folder") as caught:
        write_text(tmp_path, "x")

    assert caught.value.exit_code == 4


def test_a_link_is_refused_and_its_target_stays(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(FileError, match="it is a link"):
        write_text(tmp_path / "link", "x")

    assert (tmp_path / "target").read_text() == "precious"
    assert (tmp_path / "link").is_symlink()


def test_a_device_is_refused() -> None:
    with pytest.raises(FileError, match="not a plain file"):
        write_text(Path("/dev/null"), "x")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="its folder does not exist"):
        write_text(tmp_path / "no" / "run.json", "x")


@pytest.mark.parametrize("name", ["a" * 300, "nul\0byte"])
def test_an_impossible_name_is_one_message(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="cannot write"):
        write_text(tmp_path / name, "x")

    assert names(tmp_path) == []


@pytest.mark.parametrize("call", ["open", "fsync", "replace", "chmod"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE])
def test_any_system_call_may_fail_and_the_old_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(FileError, match=r"run\.json: cannot write"):
            write_text(path, "new")

    assert (path.read_text(), names(tmp_path)) == ("old", ["run.json"])


def test_a_file_open_elsewhere_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spreadsheet on Windows locks its file: os.replace raises PermissionError."""

    def locked(*_: object) -> None:
        raise PermissionError(errno.EACCES, "locked")

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(FileError, match="open in another program: close it there, or choose another name"):
        write_text(tmp_path / "lines.csv", "x")

    assert names(tmp_path) == []


def test_an_interrupt_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "run.json", "x")

    assert names(tmp_path) == []


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_file_and_the_next_write_tidies_up(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    for pause in (0.0, 0.003, 0.007, 0.011, 0.02):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None and writer.stdout.readline()
            time.sleep(pause)
            writer.send_signal(signal.SIGKILL)
        data = path.read_bytes() if path.exists() else b""
        assert data in (b"", b"a" * 2_000_000, b"b" * 2_000_000)
    write_bytes(path, b"end")

    assert names(tmp_path) == ["run.json"]


def test_the_temporary_file_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / temporary_name()
    own.write_text("half done")
    write_text(tmp_path / "run.json", "x")

    assert own.exists()


@pytest.mark.parametrize(
    "name",
    ["../../x", "/abs", "C:\\x", "con", "CON.txt", "..", "", "-rf", "a" * 300, "nul\0", "大" * 300, ".x", "a/b.csv"],
)
def test_any_name_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    path = inside(tmp_path, name)
    path.write_text("x")

    assert path.parent == tmp_path
    assert names(tmp_path) == [path.name]
    assert path.name[0] not in ".-" and path.stem.lower() != "con"


def test_a_plain_name_is_kept() -> None:
    assert safe_name("metrics.csv") == "metrics.csv"
    assert safe_name("Australia-Japan 2027.v1.xlsx") == "Australia-Japan_2027.v1.xlsx"


def test_a_folder_for_results_is_made_once_and_a_file_of_its_name_refused(tmp_path: Path) -> None:
    assert make_folder(make_folder(tmp_path / "a" / "b")).is_dir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="not a folder"):
        make_folder(tmp_path / "file")
