"""Expectations: what the analyst asserts of the results, and golden results, judged after a run."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from finmodel.case.expect import Expect
from finmodel.kernel.errors import CaseError, FinmodelError, Problem
from finmodel.kernel.expr import Op
from finmodel.kernel.units import PER_YEAR, RATIO, conversion, unit
from finmodel.present.numbers import NOT_APPLICABLE, clean, metric_text
from finmodel.run.results import CheckResult, Results

SCALE = "scale.assets"  # what checks of money are held against
WHOLE = 100  # of any currency: above it, decimals say nothing

TOLERANCE = 1e-9


class CheckError(FinmodelError):
    """A check, an expectation or a golden result that does not hold; the outputs are written all the same."""

    exit_code = 6


@dataclass(frozen=True)
class Verdict:
    """One expectation, judged.

    Args:
        expect: What was expected.
        expected: In words, such as "at least 1.30x".
        got: The result in words.
        met: Whether it holds.
        note: Why not: by how much it misses, or why the result is not applicable.
    """

    expect: Expect
    expected: str
    got: str
    met: bool
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{clean(self.expect.metric)}: expected {self.expected}, got {self.got}{note}  {self.expect.where}"


def judge_expect(
    expects: Sequence[Expect],
    metrics: Mapping[str, float | None],
    units: Mapping[str, str],
    notes: Mapping[str, str] | None = None,
) -> list[Verdict]:
    """Compare results with what was expected of them; a bound is met within 1e-9 of max(1, |bound|).

    Args:
        expects: Rows of [expect] or of expected.toml.
        metrics: Results by name; None where not applicable, which meets nothing.
        units: The unit of each result.
        notes: Why a result is not applicable.

    Raises:
        CaseError: A row names no result, or is in another unit than its result; all such rows at once.
    """
    problems = expect_problems(expects, units)
    if problems:
        raise CaseError(problems)
    return [_judge(expect, metrics[expect.metric], units[expect.metric], (notes or {})) for expect in expects]


def verdicts_of(result: Results, expects: Sequence[Expect]) -> list[Verdict]:
    """Judge expectations by the results of a run.

    Args:
        expects: Rows of [expect].
    """
    return judge_expect(expects, result.metrics, result.units, result.notes)


def expect_problems(expects: Iterable[Expect], units: Mapping[str, str]) -> list[Problem]:
    """Rows that name no result, or are in another unit than it.

    Args:
        expects: Rows of [expect].
        units: Result → unit.
    """
    return [problem for expect in expects for problem in _problems(expect, units)]


def failures(result: Results, verdicts: Iterable[Verdict]) -> list[str]:
    """What makes a run fail, one row each: checks of class error, then expectations.

    Args:
        verdicts: Expectations as judged.
    """
    checks = [check for check in result.checks if check.kind == "error" and not check.passed]
    rows = [
        f"check {check.id}: off by {off_by(result, check)}{' in ' + check.at if check.at else ''}" for check in checks
    ]
    return rows + [str(verdict) for verdict in verdicts if not verdict.met]


def off_by(result: Results, check: CheckResult) -> str:
    """How far a check is off: an amount where it holds one against the size of the deal, else a plain number."""
    line, whole = result.model.lines.get(check.id), result.model.lines.get(SCALE)
    if line is None or whole is None or not isinstance(line.expr, Op) or whole not in line.expr.args:
        return f"{check.worst:,.6g}"
    amount = check.worst * float(np.asarray(result.values[SCALE]))
    return f"{amount:,.0f} {whole.unit}" if amount >= WHOLE else f"{amount:.3g} {whole.unit}"


def _problems(expect: Expect, units: Mapping[str, str]) -> list[Problem]:
    file, _, number = expect.where.rpartition(":")
    file, line = (file, int(number)) if number.isdigit() else (expect.where, 0)
    name = clean(expect.metric)[:80]
    key = name if expect.unit is None else f"expect.{name}"
    if expect.metric not in units:
        near = difflib.get_close_matches(expect.metric[:80], units, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(units)}."
        return [Problem(file, line, key, "", f'there is no result "{name}".', hint)]
    if _factor(expect, units[expect.metric]) is None:
        wrong = f"this result is in {units[expect.metric]}: it is compared with an amount in {expect.unit}."
        return [Problem(file, line, key, "", wrong, "Write the expected value in its unit.")]
    return []


def _factor(expect: Expect, of: str) -> float | None:
    """What turns the expected amount into the unit of the result; a bare number is in it already."""
    own = unit(of)
    if expect.unit is None or (expect.unit == RATIO and own == PER_YEAR):
        # A rate of return is said as "12 %", without "a year".
        return 1.0
    factor = conversion(expect.unit, own)
    return None if factor is None else float(factor)


def _judge(expect: Expect, value: float | None, of: str, notes: Mapping[str, str]) -> Verdict:
    factor = _factor(expect, of) or 1.0
    bound, width = expect.value * factor, expect.tolerance * factor
    words = f"{expect.kind} {metric_text(expect.metric, bound, of)}"
    if expect.kind == "within":
        words = f"{metric_text(expect.metric, bound, of, 4)} within {width:.3g}"
    if value is None:
        return Verdict(expect, words, NOT_APPLICABLE, False, notes.get(expect.metric, "not applicable"))
    excess = {"at least": bound - value, "at most": value - bound, "within": abs(value - bound) - width}[expect.kind]
    met = excess <= TOLERANCE * max(1.0, abs(bound))
    note = "" if met else f"misses by {excess:.3g}"
    return Verdict(expect, words, metric_text(expect.metric, value, of, 4), met, note)
