"""What is refused, and how it is said: every message names file, line, key and value, and what to write."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from finmodel.deal.read import read_with
from finmodel.kernel.errors import CaseError, FinmodelError

RATE = 'rate = "5 % p.a."'
SHARE = 'share = "60 %"'


def test_the_message_of_a_bare_number_shows_the_line_and_the_cure(message):
    assert message({RATE: "rate = 5.00"}) == (
        "case/case.toml:11: facility.jbic.rate\n"
        "   11 | rate = 5.00\n"
        "fixed interest rate needs a unit: got the bare number 5.00.\n"
        'Write rate = "5.00 % p.a.".'
    )


def test_an_unknown_key_names_the_nearest(message):
    text = message({'share = "60 %"\ninstalments = 8': 'share = "60 %"\ninstalment = 8'})

    assert '"instalment" is not a key of this table. Did you mean "instalments"?' in text
    assert '"instalments" is missing: number of repayments.\nWrite instalments = 1.' in text


@pytest.mark.parametrize("key", ["name", "currency", "frequency", "financial_close", "operations", "share", "deck"])
def test_a_missing_key_is_named_with_an_example(key, message, write):
    lines = [line for line in (write() / "case.toml").read_text().splitlines() if not line.startswith(f"{key} ")]

    assert f'"{key}" is missing' in message(text="\n".join(lines))
    assert f"Write {key} = " in message(text="\n".join(lines))


@pytest.mark.parametrize("table", ["timeline", "facility"])
def test_a_missing_table_is_named(table, message, write):
    text = (write() / "case.toml").read_text().replace(f"[{table}", "[price.x")

    assert f'the table "{table}" is missing' in message(text=text.replace("[price.x.", "[price.y_"))


KEYS = ["name", "currency", "frequency", "financial_close", "rate", "instalments"]
VALUES = ['""', "[]", "{}", "true", "0", "nan", "-inf", "2027-01-01", "12:00:00", '"5"']
FITTING = {("name", '""'), ("name", '"5"'), ("financial_close", "2027-01-01")}


@pytest.mark.parametrize(("key", "value"), [(k, v) for k in KEYS for v in VALUES if (k, v) not in FITTING])
def test_every_wrong_type_is_refused_and_says_the_key(key, value, message, write):
    lines = (write() / "case.toml").read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{key} "))
    lines[at] = f"{key} = {value}"

    assert f"case/case.toml:{at + 1}: " in message(text="\n".join(lines))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (SHARE, 'share = "120 %"', 'share of senior debt is out of range: got "120 %".\nThe value is more than 0 %'),
        (SHARE, 'share = "0 %"', "is out of range"),
        (RATE, 'rate = "-2 % p.a."', "The value is from 0 % p.a. to 100 % p.a."),
        (RATE, 'rate = "5 %"', 'is measured in % p.a.: got "5 %", which is a pure ratio.\nWrite rate = "5 % p.a.".'),
        (RATE, 'rate = { 2028-01-01 = "5 % p.a." }', "the first date, 2028-01-01, is after the first period"),
        (RATE, 'rate = { 20280101 = "5 % p.a." }', 'the key "20280101" is not a date'),
        (RATE, "rate = {}", "is an empty table"),
        (RATE, 'rate = { 2026-01-01 = 5, 2027-01-01 = "6 x" }', 'Write 2026-01-01 = "5 % p.a.".'),
        ('"100 USD/kg"', '"100 JPY/kg"', "price deck mixes units: got USD/kg and JPY/kg"),
        ("financial_close = 2027-01-01", "financial_close = 2027-02-01", "close = 2027-01-01 or 2027-07-01."),
        ("financial_close = 2027-01-01", 'financial_close = "31/01/2027"', "financial_close = 2027-01-31"),
        ("financial_close = 2027-01-01", 'financial_close = "2027-01-01"', "Write financial_close = 2027-01-01."),
        ("financial_close = 2027-01-01", "financial_close = 45000", "got the number 45000"),
        ("financial_close = 2027-01-01", "financial_close = 2027-01-01T00:00:00", "is a date"),
        ("financial_close = 2027-01-01", "financial_close = 1899-12-31", "Years run from 1990 to 2200"),
        ("financial_close = 2027-01-01", "financial_close = 9999-01-01", "Years run from 1990 to 2200"),
        ('"12 months"', '"13 months"', 'Write construction = "12 months" or "18 months".'),
        ('"2 years"', '"0 years"', "length of operations is out of range"),
        ('"2 years"', '"9,000 years"', "periods; 1 to 5,000 are possible"),
        ('frequency = "half"', 'frequency = "halv"', 'got "halv".\nDid you mean "half"?'),
        ("instalments = 8\n\n[facility.anz]", "instalments = 0\n\n[facility.anz]", "from 1 to 400"),
        ("[facility.anz]", "[facility.ANZ]", '"ANZ" is not a name'),
        ('share = "40 %"', 'share = "35 %"', "the shares sum to 95 %: they must sum to 100 %."),
        ('name = "Tiny loan"', 'name = "Tiny loan"\nhedged = "yes"', "is true or false, without quotes"),
        ('name = "Tiny loan"', 'name = "Tiny loan"\norder = "jbic"', "is a list"),
        ('name = "Tiny loan"', 'name = "Tiny loan"\nfacility = 3', "case/case.toml"),
        ("[price.ndpr]", '[price.ndpr]\nspend = ["30 %", "60 %", "10 %"]', "the list has 3 values"),
        ("[price.ndpr]", '[price.ndpr]\nramp = ["30 %", 1]', 'Write "1 %".'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_what_to_write(old, new, expected, message):
    assert expected in message({old: new})


def test_all_problems_of_all_files_come_at_once_in_order(message):
    text = message(
        {RATE: "rate = 5", SHARE: 'share = "120 %"', 'currency = "USD"': 'currency = "XYZ"'},
        {
            "scenarios.toml": '[a]\nprobability = "95 %"',
            "sources.toml": '"facility.jbik" = "x"',
            "prices.csv": "month\n",
        },
    )
    heads = [block.split("\n")[0] for block in text.split("\n\n")]

    assert heads == [
        "case/case.toml:2: currency",
        "case/case.toml:11: facility.jbic.rate",
        "case/case.toml:12: facility.jbic.share",
        "case/prices.csv:1",
        "case/scenarios.toml:2: a.probability",
        "case/sources.toml:1: facility.jbik",
    ]


def test_syntax_errors_of_all_files_come_together(message):
    text = message({RATE: "rate = 5 %"}, {"scenarios.toml": "[a]\nprobability = 40 %"})

    assert 'Write rate = "5 %".' in text
    assert 'Write probability = "40 %".' in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[a]\nprobability = "60 %"\n[b]\nprobability = "35 %"', "probabilities sum to 95 % (60 % + 35 %)"),
        ("[a]\nprobability = 0.4", 'Write probability = "40 %".'),
        ('[a]\nprobability = "140 %"', "is out of range"),
        ("a = 3", "a scenario is a table: got 3"),
        ("[a]\nsetting = 1", "is not a key of this table"),
        ('[a.set]\n"facility.jbic.rte" = "5 % p.a."', 'Did you mean "facility.jbic.rate"?'),
        ('[a.set]\n"facility.jbik.rate" = "5 % p.a."', 'Did you mean "facility.jbic.rate"?'),
        ('[a.set]\n"facility.jbic.rate" = 5', 'Write rate = "5 % p.a.".'),
        ('[a.set]\n"timeline.frequency" = "year"', "this key shapes the model, so a scenario cannot change it"),
        ('[a.set]\n"timeline.operations" = "3 years"', "Write a case that extends this one"),
        ("[a.set]\nhedged = true", "this key shapes the model"),
        ('[a.set]\n"facility.jbic.limit" = "5 USD"', "the case leaves this key out"),
        ('[a.set]\n"price.ndpr.deck" = "5 JPY/kg"', "the case has this key in USD/kg: got JPY/kg"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused(text, expected, message):
    assert expected in message(files={"scenarios.toml": text})


def test_the_sizing_case_changes_live_keys_only(message):
    text = message({"[timeline]": '[sizing.case]\n"timeline.frequency" = "year"\n[timeline]'})

    assert "the sizing case cannot change it" in text


def test_a_wrong_set_is_refused_with_the_nearest_key_and_as_typed(message):
    text = message(sets={"facility.jbic.rte": "5 % p.a.", "facility.anz.rate": "5 %"})

    assert '"facility.jbic.rte" is not a key of this case. Did you mean "facility.jbic.rate"?' in text
    assert "facility.anz.rate=5 %\nfixed interest rate is measured in % p.a." in text
    assert text.count("--set") == 2


@pytest.mark.parametrize(
    "typed", ["/etc/passwd", "https://x.org/a", "../../etc", "..", "", ".", "../case", "~/a", "C:/a"]
)
def test_a_case_extends_only_a_case_beside_it(typed, message):
    assert message(text=f'extends = "{typed}"\n').startswith("case/case.toml:1: extends")


def test_a_circle_of_cases_is_refused(message, write):
    write(folder="other", text='extends = "../case"')

    assert "extend each other in a circle" in message(text='extends = "../other"')


def test_removing_what_is_not_there_is_refused(message, write):
    write(folder="base")

    assert 'Did you mean "price.ndpr"?' in message(text='extends = "../base"\nremove = ["price.ndp"]')


def test_a_link_out_of_the_case_folder_is_not_followed(message, write, tmp_path):
    (tmp_path / "secret").write_text("a = 1")
    (write() / "sources.toml").symlink_to(tmp_path / "secret")

    assert "a link out of the case folder" in message()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("2026-01,1\n2026-03,2", "2026-02 is next"),
        ("2026-01,1\n2026-01,2", "2026-01 stands twice"),
        ("2026-02,1\n2026-01,2", "2026-01 comes too early"),
        ("2026-13,1", "this is not a month"),
        ("Jan 26,1", 'got "Jan 26"'),
        ("2026-01,abc", 'got "abc"'),
        ("2026-01,nan", 'got "nan"'),
        ("2026-01,-1", 'got "-1"'),
        ("2026-01,1e99", 'got "1e99"'),
        ("2026-01,", "is missing"),
        ("2026-01,1,2", "the row has 3 cells"),
        ('2026-01,"1', "not a row of a table"),
    ],
)
def test_price_histories_are_refused_with_the_line(rows, expected, message):
    assert expected in message(files={"prices.csv": f"month,ndpr\n,USD/kg\n{rows}\n"})


def test_a_price_history_needs_units(message):
    assert '"ndpr" needs a unit: got "dollars"' in message(files={"prices.csv": "month,ndpr\n,dollars\n2026-01,1\n"})


@pytest.mark.parametrize("row", ['"about 1.3x"', '"at least"', "1.3", '"at least 1,3x"', '"5 % within 1 USD"'])
def test_a_bad_expectation_is_refused_with_examples(row, message):
    assert 'Write "at least 1.30x"' in message({"[timeline]": f"[expect]\ndscr_min = {row}\n[timeline]"})


def test_thousands_of_mistakes_give_fifty_and_a_count_quickly(message):
    text = message(text="\n".join(f"key{i} = {i}" for i in range(15_000)))

    assert len(text.split("\n\n")) == 51
    assert text.endswith("more problems.")
    assert len(text) < 20_000


def test_a_huge_key_and_a_huge_value_make_a_short_message(message):
    assert len(message(text="k" * 900_000 + " = 1")) < 2000
    assert len(message({"Tiny loan": "Tiny loan", RATE: f'rate = "{"x" * 900_000}"'})) < 2000


def test_a_thousand_damaged_cases_never_raise_anything_but_our_errors(schema, write):
    """Random cuts, swaps and insertions in a good case."""
    folder, chance = write(), random.Random(7)
    good = (folder / "case.toml").read_text()
    pieces = [
        '"',
        "[",
        "]",
        "{",
        "}",
        "=",
        "\n",
        "#",
        "%",
        "1e999",
        "é",
        "nan",
        "'''",
        '"""',
        ".",
        "2027-01-01",
        "true",
    ]
    for _ in range(1000):
        text = good
        for _ in range(chance.randint(1, 3)):
            at, width = chance.randrange(len(text)), chance.choice([0, 0, 1, 5, 30])
            text = text[:at] + chance.choice(["", *pieces, chance.choice(good.split("\n"))]) + text[at + width :]
        Path(folder / "case.toml").write_text(text)
        try:
            read_with(schema, folder)
        except FinmodelError as error:
            assert str(error)
            assert not isinstance(error, CaseError) or all(p.file and p.wrong for p in error.problems)
