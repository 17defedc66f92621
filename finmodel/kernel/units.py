"""Units: what a line is measured in, and how a quantity as typed becomes a number in it.

Inside a model units are formal: kg and t, USD and JPY, month and year never mix without a conversion that
stands in the formula. Only the reader of quantities converts ("110,000 USD/t" into USD/kg).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from finmodel.kernel.errors import UnitError

CURRENCIES = ("USD", "JPY", "AUD", "EUR", "CAD", "GBP", "CNY", "KRW")

# Each atom as a multiple of the atom that stands for its kind; the first of a kind is its own base.
ATOMS: Mapping[str, tuple[str, Fraction]] = {
    **{code: (code, Fraction(1)) for code in CURRENCIES},
    "kg": ("kg", Fraction(1)),
    "t": ("kg", Fraction(1000)),
    "g": ("kg", Fraction(1, 1000)),
    "kWh": ("kWh", Fraction(1)),
    "MWh": ("kWh", Fraction(1000)),
    "month": ("month", Fraction(1)),
    "quarter": ("month", Fraction(3)),
    "half": ("month", Fraction(6)),
    "year": ("month", Fraction(12)),
    "day": ("day", Fraction(1)),
    "date": ("date", Fraction(1)),
}

ALIASES: Mapping[str, str] = {
    **{plural: atom for atom in ("month", "quarter", "year", "day") for plural in (atom + "s",)},
    "y": "year",
    "yr": "year",
    "a": "year",
    "half-year": "half",
    "half-years": "half",
    "halves": "half",
    "tonne": "t",
    "tonnes": "t",
}


class Power(NamedTuple):
    """An atom of a unit and its whole power."""

    atom: str
    power: int


@dataclass(frozen=True)
class Unit:
    """A product of atoms with whole powers; no atoms means a pure ratio."""

    powers: tuple[Power, ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return _product(self.powers, other.powers, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _product(self.powers, other.powers, -1)

    def __str__(self) -> str:
        if not self.powers:
            return "ratio"
        above = [atom if power == 1 else f"{atom}^{power}" for atom, power in self.powers if power > 0]
        below = [atom if power == -1 else f"{atom}^{-power}" for atom, power in self.powers if power < 0]
        return "·".join(above or ["1"]) + "".join(f"/{atom}" for atom in below)


@lru_cache(maxsize=4096)
def _product(left: tuple[Power, ...], right: tuple[Power, ...], sign: int) -> Unit:
    powers = dict(left)
    for atom, power in right:
        powers[atom] = powers.get(atom, 0) + sign * power
    return Unit(tuple(sorted(Power(atom, power) for atom, power in powers.items() if power)))


RATIO = Unit()
DATE = Unit((Power("date", 1),))
DAY = Unit((Power("day", 1),))
YEAR = Unit((Power("year", 1),))
MONTH = Unit((Power("month", 1),))
PER_YEAR = Unit((Power("year", -1),))
TONNE = Unit((Power("t", 1),))


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """Read a unit such as "USD/kg", "1/year", "JPY/USD" or "ratio".

    Args:
        text: As it is typed.

    Returns:
        The unit.

    Raises:
        UnitError: A name that is no unit; the message lists the nearest known ones.
    """
    if text in ("", "ratio", "x", "flag", "1"):
        return RATIO
    result = RATIO
    for sign, name in re.findall(r"(^|[/·*])\s*([^/·*]+)", text):
        name = name.strip()
        if name == "1":
            continue
        atom = ALIASES.get(name, name)
        if atom not in ATOMS:
            raise UnitError(f'"{name}" is not a unit; known are {", ".join(ATOMS)}, %, bp, x')
        factor = Unit((Power(atom, 1),))
        result = result / factor if sign == "/" else result * factor
    return result


@lru_cache(maxsize=4096)
def conversion(given: Unit, wanted: Unit) -> Fraction | None:
    """The number that turns an amount in `given` into `wanted`; None when they measure different things."""
    factor = Fraction(1)
    kinds: dict[str, int] = {}
    for unit_, sign in ((given, 1), (wanted, -1)):
        for atom, power in unit_.powers:
            base, size = ATOMS[atom]
            factor *= size ** (sign * power)
            kinds[base] = kinds.get(base, 0) + sign * power
    return None if any(kinds.values()) else factor
