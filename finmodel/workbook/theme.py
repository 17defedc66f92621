"""The theme: named styles, number formats, colours and widths, read from templates/workbook/theme.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from finmodel.case.shelf import home
from finmodel.kernel.units import CURRENCIES, Unit

SHARE_NAMES = ("share", "gearing", "rate", "discount", "payable", "recovery", "availability")
TIMES_NAMES = ("dscr", "llcr", "plcr", "multiple", "cover", "lockup")
WIDE = 1e5
_FORMATS = {"1/year": "percent", "date": "day", "t": "amount", "kg": "amount", "t/year": "amount"}


@dataclass(frozen=True)
class Theme:
    """What a workbook looks like; styles and formats by name."""

    font: Mapping[str, Any]
    tab: Mapping[str, str]
    style: Mapping[str, Mapping[str, Any]]
    verdict: Mapping[str, Mapping[str, str]]
    format: Mapping[str, str]
    width: Mapping[str, float]
    chart: Mapping[str, Any]


@cache
def theme() -> Theme:
    """The theme of the checkout, or the one that came with the package.

    Raises:
        FileError: It is missing.
    """
    text = (home() / "workbook" / "theme.toml").read_text(encoding="utf-8")
    return Theme(**tomllib.loads(text))


def format_of(unit: Unit, id: str, values: object = None) -> str:
    """The number format that a line or an input of this unit and key is shown in; flags and counts are whole."""
    text = str(unit)
    if text.removesuffix("/year") in CURRENCIES or (text.split("/")[0] in CURRENCIES and _wide(values)):
        return "money"
    if text == "ratio":
        return "whole" if _whole(values) else _ratio(id)
    format = _FORMATS.get(text, "price")
    return "whole" if format == "price" and values is not None and _whole(values) else format


def unit_text(unit: Unit, format: str) -> str:
    """The unit as the column of units shows it; money in millions says so.

    Args:
        format: Number format, as a spreadsheet writes it.
    """
    if format != "money":
        return str(unit)
    currency, slash, year = str(unit).partition("/")
    return f"{currency} m{slash}{year}"


def _wide(values: object) -> bool:
    """Whether a price is of so many digits that it is shown in millions as amounts are."""
    numbers = values if isinstance(values, list | tuple) else [values]
    return any(isinstance(number, float) and abs(number) >= WIDE for number in numbers)


def _whole(values: object) -> bool:
    numbers = values if isinstance(values, list | tuple) else [values]
    return all(isinstance(number, float) and number == int(number) for number in numbers if number == number)


def _ratio(id: str) -> str:
    words = set(id.replace(".", "_").split("_"))
    if words & set(TIMES_NAMES) and not words & {"tested", "count", "missing"}:
        return "times"
    return "percent" if words & set(SHARE_NAMES) else "ratio"
