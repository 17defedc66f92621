"""Leaves without a unit of their own: dates and counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from finmodel.case.quantity import BadValue, clip
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import serial
from finmodel.kernel.units import DATE, RATIO

FIRST_YEAR, LAST_YEAR = 1990, 2200
_ADVICE = "Dates are year-month-day, such as 2027-01-31, without quotes."


@dataclass(frozen=True)
class DateQuantity:
    """What a key with a date takes: a native TOML date; the Given holds its Excel serial number."""

    meaning: str = ""
    structural: bool = False
    example: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "format": "date",
            "description": self.meaning,
            "examples": [self.shown_example],
        }

    @property
    def range(self) -> str:
        """The bounds in words."""
        return f"from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31"

    @property
    def shown_example(self) -> str:
        """A date as typed."""
        return self.example or "2027-01-31"

    def validate(self, value: object, info: ValidationInfo) -> Given:
        """A TOML date becomes a Given.

        Args:
            value: A value as TOML gives it.
            info: What pydantic knows of the place.
        """
        return replace(value) if isinstance(value, Given) else self.check(value)

    def check(self, value: object, currency: str = "") -> Given:
        """One date.

        Args:
            value: A value as TOML gives it.
            currency: The currency of the case.

        Raises:
            BadValue: Not a date, or outside 1990 to 2200.
        """
        return Given("", serial(read_day(value)), DATE, self.meaning)


@dataclass(frozen=True)
class Count:
    """What a key with a whole number takes, such as a number of repayments; the bounds are included."""

    ge: int = 0
    le: int = 10_000
    structural: bool = False
    meaning: str = ""
    example: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "integer",
            "minimum": self.ge,
            "maximum": self.le,
            "description": self.meaning,
            "examples": [int(self.shown_example)],
        }

    @property
    def shown_example(self) -> str:
        """A whole number as typed."""
        return self.example or str(max(self.ge, 1))

    @property
    def range(self) -> str:
        """The bounds in words."""
        return f"from {self.ge} to {self.le}"

    def validate(self, value: object, info: ValidationInfo) -> Given:
        """A whole number becomes a Given.

        Args:
            value: A value as TOML gives it.
            info: What pydantic knows of the place.
        """
        return replace(value) if isinstance(value, Given) else self.check(value)

    def check(self, value: object, currency: str = "") -> Given:
        """One whole number.

        Args:
            value: A value as TOML gives it.
            currency: The currency of the case.

        Raises:
            BadValue: Anything else, or out of range.
        """
        if isinstance(value, bool) or not isinstance(value, int):
            got = f'"{clip(value)}"' if isinstance(value, str) else kind_of(value)
            plain = isinstance(value, str) and value.strip().isdecimal() and value.isascii() and len(value) < 10
            write = str(value) if plain else str(max(self.ge, 1))
            raise BadValue(f"is a whole number without quotes: got {got}.", write)
        if not self.ge <= value <= self.le:
            raise BadValue(f"is out of range: got {clip(str(value))}.", advice=f"Write a whole number {self.range}.")
        return Given("", float(value), RATIO, self.meaning)


Day = Annotated[Given, DateQuantity()]


def read_day(value: object, at: str = "") -> date:
    """A native date, or the key of a dated table.

    Args:
        value: A value as TOML gives it.
        at: The date or place within a table.

    Raises:
        BadValue: Not an ISO date, or outside 1990 to 2200.
    """
    if at and isinstance(value, str):
        value = _iso(value) or value
    if isinstance(value, datetime) or not isinstance(value, date):
        shown = f'"{clip(value)}"' if isinstance(value, str) else kind_of(value)
        if at:
            raise BadValue(f'is a table by date: the key "{clip(at)}" is not a date.', advice=_ADVICE, at=at)
        near = _near(value)
        raise BadValue(f"is a date: got {shown}.", " or ".join(near) or "2027-01-31", _ADVICE if not near else "")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadValue(
            f"is beyond the calendar: got {value}.", advice=f"Years run from {FIRST_YEAR} to {LAST_YEAR}.", at=at
        )
    return value


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _near(value: object) -> list[str]:
    """What a text may mean as a date: the same in quotes, or day and month in either order; a time is cut off."""
    if isinstance(value, datetime):
        return [str(value.date())]
    if not isinstance(value, str):
        return []
    found = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", value.strip(), re.ASCII)
    if not found:
        return [str(_iso(value))] if _iso(value) else []
    one, two, year = found.groups()
    ways = [f"{year}-{month:0>2}-{day:0>2}" for day, month in ((one, two), (two, one))]
    return list(dict.fromkeys(way for way in ways if _iso(way)))


def kind_of(value: object) -> str:
    """A value of TOML in words, for messages.

    Args:
        value: A value as TOML gives it.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return f"the number {clip(str(value))}" if isinstance(value, int | float) else clip(str(value))
