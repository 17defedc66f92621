"""What the text of the numba face is made of: operators and folds as compiled functions."""

from __future__ import annotations

import math
from typing import Any

from numba import njit

__all__ = [
    "fold_first_when_1",
    "fold_highest_1",
    "fold_highest_2",
    "fold_lowest_1",
    "fold_lowest_2",
    "fold_total_1",
    "fold_value_at_1",
    "maximum",
    "minimum",
    "month_of",
    "nan",
    "power",
    "ratio",
    "where",
]

nan = math.nan
word = njit(inline="never", error_model="numpy")


@word
def minimum(a: Any, b: Any) -> Any:
    """The smaller one."""
    return a if a < b else b


@word
def maximum(a: Any, b: Any) -> Any:
    """The larger one."""
    return a if a > b else b


@word
def where(flag: Any, a: Any, b: Any) -> Any:
    """`a` where the flag is not 0."""
    return a if flag != 0 else b


@word
def ratio(above: Any, below: Any, default: Any, tol: Any) -> Any:
    """`above / below`, or `default` where `below` is zero within `tol`."""
    return above / below if abs(below) > tol else default


@word
def power(base: Any, exponent: Any) -> Any:
    """`base` to the power of `exponent`."""
    return math.pow(base, exponent)


@word
def month_of(serial: Any) -> Any:
    """Months since year 0 of a spreadsheet date, by the calendar of 400 years, which start on 1 March."""
    day = round(serial) - 25_569 + 719_468
    era = day // 146_097
    of_era = day - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153  # 0 is March
    return 12.0 * (year + era * 400) + month + 2


@word
def fold_total_1(row: Any) -> Any:
    """Sum in order of time."""
    result = 0.0
    for t in range(len(row)):
        result = result + row[t]
    return result


@word
def fold_lowest_1(row: Any) -> Any:
    """Smallest."""
    result = row[0]
    for t in range(1, len(row)):
        result = min(result, row[t])
    return result


@word
def fold_highest_1(row: Any) -> Any:
    """Largest."""
    result = row[0]
    for t in range(1, len(row)):
        result = max(result, row[t])
    return result


@word
def fold_lowest_2(row: Any, flag: Any) -> Any:
    """Smallest of the flagged periods; 0 of none."""
    result, seen = math.inf, False
    for t in range(len(row)):
        if flag[t] != 0:
            result, seen = min(result, row[t]), True
    return result if seen else 0.0


@word
def fold_highest_2(row: Any, flag: Any) -> Any:
    """Largest of the flagged periods; 0 of none."""
    result, seen = -math.inf, False
    for t in range(len(row)):
        if flag[t] != 0:
            result, seen = max(result, row[t]), True
    return result if seen else 0.0


@word
def fold_first_when_1(flag: Any) -> Any:
    """Number of the first flagged period, from 1; 0 of none."""
    for t in range(len(flag)):
        if flag[t] == 1:
            return t + 1.0
    return 0.0


@word
def fold_value_at_1(row: Any, number: Any) -> Any:
    """Value of a numbered period; 0 for a number outside the timeline."""
    if 1 <= number < len(row) + 1:
        return row[int(number) - 1]
    return 0.0
