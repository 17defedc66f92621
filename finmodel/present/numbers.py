"""How numbers and words are written for people: millions, per cent, multiples, dates; text without control letters."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from finmodel.kernel.timeline import from_serial
from finmodel.kernel.units import CURRENCIES

NOT_APPLICABLE = "n/a"
MILLION = 1e6
WIDE = 1e10
DUST = 0.005  # less of any currency, or of tonnes, counts as nothing on a page
SHARES = ("gearing", "lender_loss", "lender_loss_covered")


def fixed(value: float, decimals: int) -> str:
    """A number with thousands separators; never "-0".

    Args:
        value: The number.
        decimals: Digits after the point.
    """
    if not math.isfinite(value):
        return NOT_APPLICABLE
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def millions(value: float, decimals: int = 1) -> str:
    """An amount of money in millions.

    Args:
        value: The number.
        decimals: Digits after the point.
    """
    return fixed(value / MILLION, decimals)


def decimals_for(values: Iterable[float]) -> int:
    """Decimals of a table in millions: one, or none where amounts run to five figures and more.

    Args:
        values: Amounts of money.
    """
    return 0 if any(abs(value) >= WIDE for value in values if math.isfinite(value)) else 1


def percent(value: float, decimals: int = 2) -> str:
    """A share or a rate in per cent.

    Args:
        value: The number.
        decimals: Digits after the point.
    """
    text = fixed(value * 100, decimals)
    return text if text == NOT_APPLICABLE else f"{text} %"


def times(value: float, decimals: int = 2) -> str:
    """A ratio such as a debt service cover: 1.30x.

    Args:
        value: The number.
        decimals: Digits after the point.
    """
    text = fixed(value, decimals)
    return text if text == NOT_APPLICABLE else f"{text}x"


def metric_text(name: str, value: float | None, unit: str, decimals: int | None = None) -> str:
    """A named result in the form that its unit asks for; None is "n/a".

    Args:
        name: Name of the result.
        value: The number; None where there is none.
        unit: Its unit.
        decimals: Digits after the point; None for those of the unit.
    """
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    if unit == "1/year" or name.partition(".")[0] in SHARES:
        return percent(value, 2 if decimals is None else decimals)
    if unit == "ratio":
        return times(value, 2 if decimals is None else decimals)
    if unit in CURRENCIES:
        return f"{millions(value, 1 if decimals is None else decimals)} {unit} m"
    plain = fixed(value, 1 if decimals is None else decimals)
    return f"{plain} years" if unit == "year" else f"{plain} {unit}"


def exact(value: float, unit: str) -> str:
    """A number to four decimals, or a date, as an explanation shows it.

    Args:
        value: The number.
        unit: Its unit.
    """
    if unit == "date" and math.isfinite(value):
        return from_serial(value).isoformat()
    return fixed(value, 4)


def clean(text: str) -> str:
    """Text on one line without control letters, which could steer a terminal or turn the reading direction."""
    kept = (" " if unicodedata.category(letter) in ("Zl", "Zp") or letter in "\t\r\n" else letter for letter in text)
    return "".join(letter for letter in kept if unicodedata.category(letter) not in ("Cc", "Cf", "Cs")).strip()
