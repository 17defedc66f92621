"""`finmodel keys`: every key by table, or all that is said of a table, a key, or a part of a case."""

from __future__ import annotations

import re
from typing import Annotated

import pytest

from finmodel.case.describe import keys
from finmodel.case.leaf import Quantity
from finmodel.case.table import Table
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Given
from finmodel.present.key_list import PARTS, keys_text

TABLES = [name for name in CaseTables.model_fields if any(info.key.startswith(f"{name}.") for info in keys(CaseTables))]


def test_every_key_is_listed_with_its_meaning_and_unit():
    text = re.sub(r"\s+", " ", keys_text())

    for info in keys(CaseTables):
        assert f"{info.key} {info.meaning} ({info.unit or info.kind}" in text, info.key
    assert "[facility.<name>] A loan." in text
    assert "format Version of the language of the file" in text
    assert all(part.where in text for part in PARTS.values())


@pytest.mark.parametrize("width", [50, 80, 97, 120])
def test_no_row_is_wider_than_the_terminal(width):
    files = PARTS if width >= 80 else ()  # their examples stand as they are typed
    for asked in ("", "waterfall", "facility", "risk", *files):
        assert [row for row in keys_text(asked, width=width).splitlines() if len(row) > width] == []


def test_a_terminal_is_never_taken_narrower_than_50_nor_wider_than_120():
    assert keys_text("waterfall", width=10) == keys_text("waterfall", width=50)
    assert keys_text("waterfall", width=500) == keys_text("waterfall", width=120)


def test_all_is_said_of_a_key_with_a_name_of_the_case_for_any_name():
    assert keys_text("facility.jbic.rate") == (
        "[facility.<name>] A loan.\n"
        "\n"
        'facility.<name>.rate = "5 % p.a."\n'
        "    Fixed interest rate.\n"
        "    From 0 % p.a. to 100 % p.a., or a table by date: each value holds until the\n"
        "    next. Optional. Switch.\n"
        "\n"
        "switch: no default: left out, its clause is not there, and a scenario can change\n"
        "  it only once the case has it.\n"
        "<name>: a name of your choice, such as jbic."
    )


def test_each_choice_says_what_it_does():
    text = keys_text("reserve.dsra.form")

    assert (
        "    One of these. Default: cash. Structural.\n      cash: money in an account\n      letter_of_credit: "
        in text
    )
    assert "structural: read while the model is made" in text
    assert "One of January, February" in keys_text("timeline.year_ends"), "months need no meaning of their own"


@pytest.mark.parametrize("table", TABLES)
def test_every_table_answers_with_all_its_keys(table):
    text = keys_text(table)

    for info in keys(CaseTables):
        assert (f"{info.key} = {info.example}" in text) == info.key.startswith(f"{table}."), info.key


def test_the_keys_of_a_table_stand_together():
    assert keys_text("risk").count("[risk.driver.<name>]") == 1


def test_a_part_of_a_name_finds_keys_and_so_does_their_last_part():
    assert "sizing.dscr_contracted =" in keys_text("sizing.dscr_") and "sizing.llcr" not in keys_text("sizing.dscr_")
    assert keys_text("lockup") == keys_text("waterfall.lockup")
    assert "event.<name>.start =" in keys_text("start") and "support.<name>.start =" in keys_text("start")
    assert "price.<name>.deck" in keys_text("price") and "[price" not in keys_text("prices")


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_a_case_that_is_no_table_answers_with_an_example(name):
    text = keys_text(name)

    assert text.startswith(f"{PARTS[name].where}: ") and PARTS[name].example.rstrip() in text
    assert keys_text(f"{name}.anything") == text


class Royalty(Table):
    """What the state takes."""

    rate: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of revenue", example="3 %")]


class WithRoyalty(CaseTables):
    """A case with a clause of its own."""

    royalty: Royalty | None = None


def test_keys_of_own_clauses_answer_as_all_others_do():
    assert keys_text("royalty", WithRoyalty) == (
        '[royalty] What the state takes.\n\nroyalty.rate = "3 %"\n'
        "    Share of revenue.\n    From 0 % to 100 %. Required."
    )
    assert "[royalty] What the state takes." in keys_text("", WithRoyalty)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sizing.gearing_cup", "sizing.gearing_cap"),
        ("lokup", "lockup"),
        ("scenario", "scenarios"),
        ("sorces", "sources"),
        ("waterfal.swep", "waterfall.sweep"),
        ("formt", "format"),
    ],
)
def test_an_unknown_key_is_met_with_the_nearest(typed, meant):
    with pytest.raises(UsageError, match=rf'no key matches "{typed}"\. Did you mean "{meant}"\?'):
        keys_text(typed)


def test_what_is_like_no_key_is_met_with_the_list():
    with pytest.raises(UsageError, match=r'no key matches "xyzzy"; `finmodel keys` lists them'):
        keys_text("xyzzy")
