"""What every table of a case file is made of: a frozen record whose keys are all known."""

from __future__ import annotations

from calendar import month_name
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from finmodel.case.says import Says

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Label = Annotated[str, Says("Name shown in results, statements and workbook", example='"Separation plant"')]
LabelJa = Annotated[str, Says("The same name in Japanese, for the Japanese workbook", example='"分離工場"')]
Indexed = Annotated[Id, Says("Inflation index with which it rises; left out, it stays as typed", example='"us"')]
Month = Annotated[
    Literal[
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ],
    Says("Month", choices={name: f"month {number} of the year" for number, name in enumerate(month_name) if name}),
]  # fmt: skip
Currency = Annotated[
    Literal["USD", "JPY", "AUD", "EUR", "CAD", "GBP", "CNY", "KRW"],
    Says(
        "Currency",
        choices={
            "USD": "US dollar", "JPY": "Japanese yen", "AUD": "Australian dollar", "EUR": "euro",
            "CAD": "Canadian dollar", "GBP": "pound sterling", "CNY": "renminbi", "KRW": "Korean won",
        },
    ),
]  # fmt: skip
DayCount = Annotated[
    Literal["30/360", "ACT/360", "ACT/365F", "ACT/ACT", "months"],
    Says(
        "Day count",
        choices={
            "30/360": "months of 30 days, over 360",
            "ACT/360": "actual days over 360",
            "ACT/365F": "actual days over 365",
            "ACT/ACT": "actual days over those of the year",
            "months": "months over twelve",
        },
    ),
]


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
