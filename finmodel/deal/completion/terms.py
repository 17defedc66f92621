"""Keys of completion: a delay, what it costs and who pays for it, and the test that ends the builders' risk."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity, default
from finmodel.case.table import Table
from finmodel.kernel.expr import Given


class Completion(Table):
    """What may go wrong before completion. Operations start late; their end, and every date of debt, stay."""

    delay: Annotated[
        Given, Quantity("month", ge=0, meaning="Delay of completion, in whole periods", example="6 months")
    ] = default("0 months")
    longest: Annotated[
        Given, Quantity("month", gt=0, le=120, structural=True, meaning="Longest delay that scenarios may set")
    ] = default("24 months")
    cost: Annotated[Given, Quantity("money/month", ge=0, meaning="Owner's cost of a month of delay")] | None = None
    damages: (
        Annotated[Given, Quantity("money/month", ge=0, meaning="Paid by the contractor for a month of delay")] | None
    ) = None
    damages_cap: (
        Annotated[
            Given, Quantity("money", ge=0, meaning="Most that the contractor pays for delay", example="20 million USD")
        ]
        | None
    ) = None
    long_stop: (
        Annotated[Given, Quantity("month", ge=0, meaning="Latest completion, from the planned one; later is a default")]
        | None
    ) = None
    test_output: (
        Annotated[
            Given,
            Quantity(
                "ratio", gt=0, le=1, meaning="Output of each node that passes, share of nameplate", example="90 %"
            ),
        ]
        | None
    ) = None
    test_months: Annotated[
        Given,
        Quantity("month", gt=0, le=60, structural=True, meaning="Length of the completion test", example="6 months"),
    ] = default("12 months")
