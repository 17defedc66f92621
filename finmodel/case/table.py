"""What every table of a case file is made of: a frozen record whose keys are all known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Month = Literal[
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
Currency = Literal["USD", "JPY", "AUD", "EUR", "CAD", "GBP", "CNY", "KRW"]
DayCount = Literal["30/360", "ACT/360", "ACT/365F", "ACT/ACT", "months"]


class Table(BaseModel):
    """A table of a case file: unknown keys and wrong types are refused, nothing is coerced.

    Defaults are read anew for each case, so that no two cases share an input.
    """

    model_config = ConfigDict(
        extra="forbid",
        arbitrary_types_allowed=True,
        frozen=True,
        strict=True,
        validate_default=True,
        revalidate_instances="always",
        allow_inf_nan=False,
        defer_build=True,  # the validator of a whole case holds those of its tables: none of each besides
    )
