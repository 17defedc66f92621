"""Five mistakes as whoever types a command meets them: exit code, the whole message, nothing begun or written."""

from __future__ import annotations

import pytest

from finmodel.cli.command import command
from tests.mistakes import BASE, MISTAKES
from tests.test_limits import deal

TYPED = {
    "contract_with_two_measures": (
        ["run", "."],
        2,
        "case.toml:4: offtake.oem.share\n"
        '    4 | share = "50 %"\n'
        "a contract has only one of quantity and share: got quantity (../base/case.toml:88) and share (case.toml:4).\n"
        "Remove all but one.\n",
    ),
    "risk_driver_of_a_key_that_nothing_reads": (
        ["risk", ".", "--paths", "16"],
        2,
        "case.toml:8: risk.driver.overrun.key\n"
        '    8 | key  = "funding.overrun_debt"\n'
        "nothing in this case reads funding.overrun_debt, so drawing it moves no result.\n"
        "Name another figure.\n",
    ),
    "offtake_resale_credit_above_100_percent": (
        ["run", "."],
        2,
        "case.toml:4: offtake.oem.resale_credit\n"
        '    4 | resale_credit = "110 %"\n'
        'share of resale proceeds credited against a deficiency payment is out of range: got "110 %".\n'
        "The value is from 0 % to 100 %.\n",
    ),
}


@pytest.mark.parametrize("name", TYPED)
def test_a_mistake_of_a_case_is_told_whole(name, tmp_path, monkeypatch, capsys):
    words, code, message = TYPED[name]
    monkeypatch.chdir(MISTAKES[name].laid_out(tmp_path))

    assert command(words) == code
    assert capsys.readouterr() == ("", message)


def test_a_target_that_is_an_input_is_told_whole_and_stays(tmp_path, monkeypatch, capsys):
    """A case under a name that ends as that of a JSON file does."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.json").write_bytes((BASE / "case.toml").read_bytes())
    before = (tmp_path / "base.json").read_bytes()

    assert command(["run", "base.json", "--json", "base.json"]) == 3
    assert capsys.readouterr() == ("", "base.json: it is an input and would be overwritten; choose another name\n")
    assert (tmp_path / "base.json").read_bytes() == before


def test_three_thousand_costs_are_told_whole(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(deal(tmp_path, "cost", 3_000))

    assert command(["run", ".", "--json", "run.json"]) == 5
    assert capsys.readouterr() == ("", "case.toml: [cost] has 3,001 costs; at most 2,000 are read\n")
    assert not (tmp_path / "run.json").exists()
