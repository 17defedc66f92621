"""Bytes of the command line that are no text: one message and exit 2, as a process gets them from the system."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from finmodel.cli.command import command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="arguments are bytes on POSIX")
ROOT = Path(__file__).parents[1]
TINY = os.fsencode(ROOT / "cases" / "tiny_loan")


def told(*words: bytes) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command under these words."""
    process = subprocess.run([os.fsencode(sys.executable), b"-m", b"finmodel", *words], capture_output=True, cwd=ROOT)
    return process.returncode, process.stdout.decode(), process.stderr.decode()


def test_undecodable_bytes_in_a_change_are_told_in_one_message() -> None:
    """The no-break space of Latin-1 is the byte A0, which is no text in UTF-8."""
    found = told(b"run", TINY, b"--set", b"facility.jbic.rate=6\xa0% p.a.")

    message = 'an argument is not text in UTF-8: "facility.jbic.rate=6\\xa0% p.a."; type it again, in UTF-8\n'
    assert found == (2, "", message)


@pytest.mark.parametrize(
    "words",
    [["r\udcffun"], ["run", "cases/\udcfftiny_loan"], ["run", "cases/tiny_loan", "--set", "a\udcff=3"]],
    ids=["verb", "case", "key"],
)
def test_undecodable_bytes_anywhere_are_told_alike(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Python hands over the byte FF as half of a character, U+DCFF."""
    assert command(words) == 2
    assert capsys.readouterr().err.startswith("an argument is not text in UTF-8: ")
