"""Byte guards: no file hangs, floods or overflows a parser (faults 1, 2, 13, 14, 15, 16)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from finmodel.case import guard
from finmodel.case.guard import MAX_DEPTH, Text, check_depth, read_text
from finmodel.kernel.errors import CaseError, FileError, LimitError

NESTED = ["a = " + "[" * 5000, "a = " + "[" * 5000 + "]" * 5000, "a=" + "{a=" * 5000, ".".join(["a"] * 5000) + "=1"]
HEAVY = ['\\"""' * 250_000, '"\\"' * 300_000, "'''" * 300_000, '"""' + "\\" * 1_000_000, "[]" * 400_000]
REFUSED = [
    (b"", "the file is empty"),
    (b"\n \n", "the file is empty"),
    (b'name = "a"\nb = "\xff"\n', "case.toml:2"),
    (b'a = "\xed\xa0\x80"', "0xed is not UTF-8"),
    ('name = "a"'.encode("utf-16"), "is not UTF-8"),
    (b'a = 1\nb = "\x00"', "case.toml:2\nthe control character 0x00"),
    (b"a = 1\rb = 2", "0x0d"),
    (bytes(range(256)) * 40, "is not UTF-8"),
]


class Counted:
    """The guard's pattern, counting what it looks at."""

    def __init__(self) -> None:
        self.pattern, self.tokens, self.letters = guard._TOKEN, 0, 0

    def finditer(self, text: str):
        """Matches one by one, as they are asked for."""
        for match in self.pattern.finditer(text):
            self.tokens += 1
            self.letters += match.end() - match.start()
            yield match


@pytest.fixture
def counted(monkeypatch):
    pattern = Counted()
    monkeypatch.setattr(guard, "_TOKEN", pattern)
    return pattern


def text_of(text: str) -> Text:
    """A text as if it had been read."""
    return Text(Path("case.toml"), "case.toml", text.encode(), text)


@pytest.mark.parametrize("text", NESTED, ids=["open", "closed", "inline", "dotted"])
def test_five_thousand_levels_are_refused_at_once_with_the_line(text, counted):
    """The 33rd level is the last one looked at: one line end before, and at most two signs a level."""
    with pytest.raises(LimitError, match="case.toml:2: nested deeper than 32 levels"):
        check_depth(text_of("\n" + text))

    assert counted.tokens <= 1 + 2 * (MAX_DEPTH + 1)


@pytest.mark.parametrize("text", HEAVY, ids=range(len(HEAVY)))
def test_the_guard_looks_at_each_letter_once(text, counted):
    """Matches lie side by side; a string that is never closed is one match to the end, or the test would never end."""
    check_depth(text_of(text))

    assert 0 < counted.letters <= len(text)
    assert counted.tokens <= len(text)


def test_brackets_in_strings_and_comments_are_not_levels():
    check_depth(
        text_of('a = "' + "[" * 99 + '" # ' + "[" * 99 + "\nb = '''" + "{" * 99 + "'''\nc = [" + "1.5, " * 99 + "]")
    )


def test_as_many_levels_as_allowed_pass():
    check_depth(text_of("a = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH))


@pytest.mark.parametrize(("data", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_a_text_is_refused_with_one_message(data, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("case.toml").write_bytes(data)
    with pytest.raises(CaseError) as caught:
        read_text(Path("case.toml"))

    assert expected in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path):
    (tmp_path / "case.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\n\tb = 2\r\n")

    assert read_text(tmp_path / "case.toml").text == "a = 1\n\tb = 2\n"


@pytest.mark.parametrize("size", [(1 << 20) + 1, 50_000_000])
def test_a_file_over_one_mebibyte_is_a_limit(size, tmp_path):
    with (tmp_path / "case.toml").open("wb") as stream:
        stream.truncate(size)
    with pytest.raises(LimitError, match=f"{size:,} bytes; at most 1,048,576"):
        read_text(tmp_path / "case.toml")


def test_too_many_lines_are_a_limit(tmp_path):
    (tmp_path / "case.toml").write_text("\n".join(f"[a{i}]" for i in range(100_000)))
    with pytest.raises(LimitError, match="100,000 lines; at most 20,000"):
        read_text(tmp_path / "case.toml")


def test_what_is_not_a_file_cannot_be_read_and_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    names = ["pipe", "folder", "broken", "loop", "missing", "x" * 300, "a\0b"]
    paths = [*(tmp_path / name for name in names), Path("/dev/zero")]
    for path in paths:
        with pytest.raises(FileError) as caught:
            read_text(path)
        assert caught.value.exit_code == 4


def test_no_permission_is_said(tmp_path, monkeypatch):
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileError, match="no permission to read it"):
        read_text(tmp_path / "case.toml")
