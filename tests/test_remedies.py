"""Every remedy that is printed is pasted into the case and taken, and keeps the amount that was typed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from finmodel.base.units import CURRENCIES
from finmodel.case.quantity import BadValue, read
from tests.test_errors import BASE, ERRORS, FOLDERS, outcome

BLOCK = re.compile(r"(?P<file>[\w./]+\.toml):(?P<line>\d+): (?P<key>\S+)\n +\d+ \| (?P<text>.*)\n(?P<rest>[\s\S]*)")
WRITE = re.compile(r"^Write (?P<name>[\w.-]+) = (?P<value>.+?)(?: or (?:.+))?\.(?: .*)?$", re.MULTILINE)


def pasted(folder: str, home: Path) -> list[tuple[str, str]]:
    """(key, what is wrong) of each problem of a mistake whose remedy is a whole value for the line shown, once pasted.

    A value with "…" in it is the user's to fill in, and so is one for another key than the line holds.
    """
    text = (ERRORS / folder / "expected.txt").read_text(encoding="utf-8")
    found = []
    for block in text.split("\n", 1)[1].split("\n\n"):
        place, write = BLOCK.match(block), WRITE.search(block)
        if place is None or write is None or "…" in write["value"]:
            continue
        file = home / place["file"]
        rows = file.read_text(encoding="utf-8").split("\n")
        at = int(place["line"]) - 1
        typed = re.match(r"\s*([\w-]+)\s*=", rows[at])
        if typed is None or typed[1] != write["name"] or place["key"].rpartition(".")[2] != write["name"]:
            continue
        rows[at] = f"{write['name']} = {write['value']}"
        file.write_text("\n".join(rows), encoding="utf-8")
        found.append((place["key"], block.strip().split("\n")[2]))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_remedy_that_is_pasted_is_taken(folder, tmp_path, monkeypatch):
    """What was wrong with the key is not said again; another mistake of the same case may be."""
    shutil.copytree(BASE, tmp_path / "base")
    home = Path(shutil.copytree(ERRORS / folder, tmp_path / folder, symlinks=True))
    if not (home / "expected.txt").exists():
        return
    try:
        fixed = pasted(folder, home)
    except (UnicodeDecodeError, IsADirectoryError, FileNotFoundError):
        return
    monkeypatch.chdir(home)
    after = outcome() if fixed else ""

    assert [(key, wrong) for key, wrong in fixed if f": {key}\n" in after and wrong in after] == []


def test_most_remedies_of_a_whole_value_are_pasted(tmp_path):
    """So that the test above does not pass because it finds nothing to paste."""
    count = 0
    for folder in FOLDERS:
        if (ERRORS / folder / "case.toml").is_file():
            home = Path(shutil.copytree(ERRORS / folder, tmp_path / folder, symlinks=True))
            try:
                count += len(pasted(folder, home))
            except (UnicodeDecodeError, IsADirectoryError, FileNotFoundError):
                continue

    assert count >= LEAST


LEAST = 70
KEPT = {
    ("150 million AUD", "money/year"): "150 million AUD/year",
    ("16,000 t", "t/year"): "16,000 t/year",
    ("900 million aud", "money"): "900 million AUD",
    ("150m AUD", "money"): "150 million AUD",
    ("AUD 150 Million", "money"): "150 million AUD",
    ("$1,226.5 million", "money"): "1,226.5 million USD",
    ("1,5 million USD", "money"): "1.5 million USD",
    ("-3 million JPY", "money/year"): "-3 million JPY/year",
    ("6 m", "month"): "6 months",
    ("5 percent", "ratio"): "5 %",
    ("150 million", "money"): "150 million USD",
}


@pytest.mark.parametrize(("typed", "wanted"), KEPT)
def test_a_remedy_keeps_thousands_multiplier_sign_and_currency(typed, wanted):
    with pytest.raises(BadValue) as told:
        read(typed, wanted)
    assert told.value.write == f'"{KEPT[typed, wanted]}"'
    read(KEPT[typed, wanted], wanted)


@pytest.mark.parametrize("code", CURRENCIES)
def test_no_remedy_changes_the_currency(code):
    for typed in (f"2,500 thousand {code}", f"2,500 thousand {code.lower()}", f"{code} 2,500 thousand"):
        with pytest.raises(BadValue) as told:
            read(typed, "money/kg")
        assert told.value.write == f'"2,500 thousand {code}/kg"'
