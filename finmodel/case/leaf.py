"""Leaves of the schema: a key that holds a quantity or a date becomes a `Given` when the case is read.

`Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Fixed interest rate")]` states unit, bounds and meaning once;
the reader, the messages, the list of keys and the JSON Schema all read it from here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from finmodel.case.plain import Count, DateQuantity, Day, kind_of, read_day
from finmodel.case.quantity import BadValue, BadValues, BareNumber, clip, quantity_text, read, spell
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import serial

__all__ = ["Count", "DateQuantity", "Day", "Leaf", "Points", "Quantity", "default", "typed"]

_TYPICAL = {
    "%": "50",
    "% p.a.": "5",
    "x": "1.30",
    "months": "12",
    "years": "10",
    "days": "45",
    "USD": "100 million",
    "JPY/USD": "150",
    "USD/kg": "60",
    "USD/month": "2 million",
    "USD/year": "10 million",
    "t/year": "5,000",
}


class _At(NamedTuple):
    """A value of a table by date, or of a list by number."""

    at: float
    given: Given


@dataclass(eq=False, slots=True, frozen=True)
class Points(Given):
    """A quantity typed as a table of dates or as a list; its value becomes one number a period once these are known.

    Args:
        points: (Excel serial date, number) of a table; (0, 1, 2 …, number) of a list.
        rule: "step", "linear" or "on" for dates, "period" or "operating_year" for lists.
    """

    points: tuple[tuple[float, float], ...] = ()
    rule: str = "step"


@dataclass(frozen=True)
class Quantity:
    """What a key with a quantity takes.

    Args:
        unit: As in base.units; "money" stands for any currency.
        ge: Bounds (ge, gt, le, lt) are in `unit`.
        dated: Whether a table by date is allowed: True holds each value, "linear" runs straight between the dates, "on"
            is a table alone, of values that stand on their dates.
        listed: Whether a list is allowed: one value a "period" of construction, or an "operating_year".
        structural: Whether scenarios must leave it alone.
        neutral: Of a switch, the value with which the clause changes nothing: what to write in the case so that a
            scenario may move it.
        meaning: In words; becomes the label.
        example: A value to show when the key is missing; made from the unit when empty.
    """

    unit: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    dated: bool | Literal["linear", "on"] = False
    listed: Literal["", "period", "operating_year"] = ""
    structural: bool = False
    neutral: str = ""
    meaning: str = ""
    example: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        one: dict[str, Any] = {"type": "string", "examples": [self.shown_example]}
        ways = [] if self.dated == "on" else [one]
        if self.dated:
            ways.append({"type": "object", "propertyNames": {"format": "date"}, "additionalProperties": one})
        if self.listed:
            ways.append({"type": "array", "items": one})
        return {
            "description": f"{self.meaning} [{self.spelled}]".strip(),
            **(ways[0] if len(ways) == 1 else {"anyOf": ways}),
        }

    @property
    def spelled(self) -> str:
        """The unit as people type it."""
        return spell(self.unit, percent=min(self.le or 2, self.lt or 2) <= 1)

    @property
    def shown_example(self) -> str:
        """A value that fits the unit and the bounds."""
        if self.example:
            return self.example
        numbers = [_TYPICAL.get(self.spelled, "100"), "10", "1", "0", "0.00001"]
        fitting = [
            number for number in numbers if not self._range_fault(read(f"{number} {self.spelled}", self.unit)[0])
        ]
        return quantity_text((fitting or ["1"])[0], self.spelled)

    @property
    def typed_example(self) -> str:
        """The same as typed in TOML; of values that stand on their dates, a table."""
        return f'{{ 2030-12-31 = "{self.shown_example}" }}' if self.dated == "on" else f'"{self.shown_example}"'

    @property
    def forms(self) -> str:
        """What may stand in place of one value, or must: a table by date, a list; empty without."""
        tables = {
            True: "or a table by date: each value holds until the next",
            "linear": "or a table by date: straight between the dates",
            "on": "a table by date: each value stands on its date",
        }
        lists = {
            "period": "or a list, one a period of construction",
            "operating_year": "or a list, one a year of operation",
        }
        return tables.get(self.dated) or lists.get(self.listed, "")

    @property
    def range(self) -> str:
        """The bounds in words: "from 0 % to 100 %", "at least 0 USD"; empty without bounds."""
        if self.ge is not None and self.le is not None:
            return f"from {self._bound(self.ge)} to {self._bound(self.le)}"
        bounds = [("at least", self.ge), ("more than", self.gt), ("at most", self.le), ("less than", self.lt)]
        return " and ".join(f"{word} {self._bound(bound)}" for word, bound in bounds if bound is not None)

    def validate(self, value: object, info: ValidationInfo) -> Given:
        """A value as TOML gives it becomes a Given without id and place.

        Args:
            value: A value as TOML gives it.
            info: What pydantic knows of the place.
        """
        if isinstance(value, Given):
            return replace(value)
        return self.check(value, (info.context or {}).get("currency", "USD"))

    def check(self, value: object, currency: str = "USD") -> Given:
        """A value as TOML gives it: a text, a table by date, or a list.

        Args:
            value: A value as TOML gives it.
            currency: The currency of the case.

        Raises:
            BadValue: It does not fit.
            BadValues: Several rows of a table or list do not fit.
        """
        if isinstance(value, dict) and self.dated:
            return self._dated(value, currency)
        if isinstance(value, list) and self.listed:
            return self._list(value, currency)
        if self.dated == "on":
            got = f'"{clip(value)}"' if isinstance(value, str) else kind_of(value)
            raise BadValue(f"is a table by date: got {got}.", f'{{ 2030-12-31 = "{self.shown_example}" }}')
        return self.scalar(value, currency)

    def scalar(self, value: object, currency: str = "USD", at: str = "") -> Given:
        """One quantity: a text with a unit, within the bounds.

        Args:
            value: A value as TOML gives it.
            currency: The currency of the case.
            at: The date or place within a table.

        Raises:
            BadValue: Anything else.
        """
        if isinstance(value, float) and not math.isfinite(value):
            raise BadValue(f"is {self._kinds()}: got {value}.", f'"{self.shown_example}"', at=at)
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise BareNumber(self.spelled, at)
        if not isinstance(value, str):
            raise BadValue(f"is {self._kinds()}: got {kind_of(value)}.", f'"{self.shown_example}"', at=at)
        try:
            number, got = read(value.replace("money", currency), self.unit, self.spelled)
        except BadValue as error:
            error.at = at
            raise
        if self._range_fault(number):
            raise BadValue(f'is out of range: got "{clip(value)}".', advice=f"The value is {self.range}.", at=at)
        return Given("", number, got, self.meaning)

    def _dated(self, table: Mapping[str, object], currency: str) -> Given:
        rows, faults = [], []
        for key, value in table.items():
            try:
                rows.append(_At(serial(read_day(key, at=key)), self.scalar(value, currency, at=key)))
            except BadValue as error:
                faults.append(error)
        if not table:
            faults.append(
                BadValue("is an empty table.", advice="Write one row for each date from which a value holds.")
            )
        return self._points(
            sorted(rows, key=lambda row: row[0]), faults, self.dated if isinstance(self.dated, str) else "step"
        )

    def _list(self, values: list[object], currency: str) -> Given:
        rows, faults = [], []
        for number, value in enumerate(values):
            try:
                rows.append(_At(float(number), self.scalar(value, currency, at=str(number))))
            except BadValue as error:
                faults.append(error)
        if not values:
            faults.append(BadValue("is an empty list.", f'["{self.shown_example}"]'))
        return self._points(rows, faults, self.listed)

    def _points(self, rows: list[_At], faults: list[BadValue], rule: str) -> Given:
        units = {str(given.unit): given.unit for _, given in rows}
        if len(units) > 1:
            faults.append(BadValue(f"mixes units: got {' and '.join(units)}.", advice="Write all values in one unit."))
        if faults:
            raise BadValues(faults)
        points = tuple((at, given.number) for at, given in rows)
        return Points("", tuple(value for _, value in points), rows[0][1].unit, self.meaning, points=points, rule=rule)

    def outside(self, number: float) -> bool:
        """Whether a number in this unit is beyond the bounds.

        Args:
            number: A number in the unit.
        """
        return self._range_fault(number)

    def _range_fault(self, number: float) -> bool:
        low = (self.ge is not None and number < self.ge) or (self.gt is not None and number <= self.gt)
        return low or (self.le is not None and number > self.le) or (self.lt is not None and number >= self.lt)

    def _bound(self, bound: float) -> str:
        return quantity_text(f"{bound * (100 if self.spelled.startswith('%') else 1):.12g}", self.spelled)

    def _kinds(self) -> str:
        table, values = " or a table by date" if self.dated else "", " or a list" if self.listed else ""
        return f"a text with a number and a unit{table}{values}"


def default(text: str | int) -> Any:
    """The default of a quantity or a count: each case gets its own Given. "0 money" is in the currency of the case.

    Args:
        text: The default as typed.
    """
    return Field(default=text)


Leaf = Quantity | DateQuantity | Count


def typed(given: Given) -> bool:
    """Whether the case states a value, rather than leave it to the default.

    Args:
        given: A key's value.
    """
    return given.where != "default"
