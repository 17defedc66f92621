"""Positions of keys, all syntax errors at once, and keys given twice (faults 4, 8, 21)."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.case.guard import Text
from finmodel.case.positions import parse

GOOD = """\
name = "a"
[facility.jbic]
rate = "5 %" # a comment
"a.b" = 2
a.c = 3
p = { x = 1, "y z" = [1, { q = 2 }] }
[[row]]
k = 1
[[row]]
k = 2
[row.inner]
m = '''
1'''
[dates]
2027-01-01 = "3"
"""


def parsed(text):
    """A document and its problems."""
    problems = []
    return parse(Text(Path("case.toml"), "case.toml", text.encode(), text), problems), problems


def test_every_key_knows_its_line_and_its_value_as_typed():
    places = {".".join(keys): (place.line, place.value) for keys, place in parsed(GOOD)[0].places.items()}

    assert places["name"] == (1, '"a"')
    assert places["facility.jbic"] == (2, "")
    assert places["facility.jbic.rate"] == (3, '"5 %"')
    assert places["facility.jbic.a.b"] == (4, "2")
    assert places["facility.jbic.a.c"] == (5, "3")
    assert places["facility.jbic.p.y z.1.q"] == (6, "2")
    assert places["row.1.k"] == (10, "2")
    assert places["row.1.inner.m"] == (12, "'''\n1'''")
    assert places["dates.2027-01-01"] == (15, '"3"')


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('a = "1"\nb = 2\na = "3"', "on lines 1 and 3"),
        ("[a]\nx = 1\n[b]\n[a]\ny = 2", "on lines 1 and 4"),
        ("p = { x = 1, x = 2 }", "on lines 1 and 1"),
    ],
)
def test_a_key_given_twice_is_refused_with_both_lines(text, lines):
    assert lines in str(parsed(text)[1][0])


@pytest.mark.parametrize(
    ("line", "wrong", "remedy"),
    [
        ("rate = 5 %", "5 % has no quotes", 'Write rate = "5 %".'),
        ("close = 31/01/2027", "is not a date", "Write close = 2027-01-31 (year-month-day)."),
        ("close = 01/02/2027", "is not a date", "Write close = 2027-02-01 or 2027-01-02 (year-month-day)."),
        ("close = 2026-02-30", "is not a date of the calendar", ""),
        ("flag = yes", "is not a value", "Write flag = true."),
        ("flag = NO", "is not a value", "Write flag = false."),
        ("word = quarter", "quarter has no quotes", 'Write word = "quarter".'),
        ("capex: 5", "not by a colon", "Write capex = 5"),
        ("rate = \u201c5 %\u201d", "typographic", "straight quotes"),
        ("[facility.jbic", "not closed", "[facility.jbic]"),
        ("rate =", "", ""),
        ("rate", "rate has no value", ""),
        ('rate = "5 %', "", ""),
        ("big = " + "9" * 100_000, "too many digits", ""),
        ('bad = "\\ud800"', "", ""),
        ('bad = "\\q"', "", ""),
    ],
)
def test_a_line_that_is_not_toml_is_refused_with_its_number_and_advice(line, wrong, remedy):
    problem = parsed(f'name = "a"\n{line}\nlast = 1\n')[1][0]

    assert problem.line == 2
    assert wrong in problem.wrong
    assert remedy in problem.remedy
    assert len(str(problem)) < 1000


def test_all_syntax_errors_are_reported_together():
    problems = parsed('a = 5 %\nb = "fine"\nc = 2026-02-30\nd: 4\ne = [\n "x",\n "y"\nf = yes\nb = 2\n')[1]

    assert [problem.line for problem in problems] == [1, 3, 4, 5, 8, 9]
