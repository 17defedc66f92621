"""Keys of a shut-down: when output stops for want of a margin, what runs on, and when it starts again."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity
from finmodel.case.says import Says
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given


class Shutdown(Table):
    """Output stops once operations have lost cash for a time, and starts again once a price has been back."""

    after: Annotated[
        Given, Quantity("month", gt=0, le=600, meaning="Months of a negative margin after which output stops")
    ]
    care: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of fixed cost that runs on, for care and maintenance")
    ]
    price: Annotated[Id, Says("Price index that decides when output starts again", example='"ndpr"')]
    restart_above: Annotated[Given, Quantity("money/kg", gt=0, meaning="Price above which output may start again")]
    restart_after: Annotated[
        Given, Quantity("month", gt=0, le=600, meaning="Months above that price after which output starts again")
    ]
