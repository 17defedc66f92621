"""A small schema and a small case, so that these tests do not move when the real schema does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from finmodel.case.leaf import Count, Day, Quantity, default
from finmodel.case.table import Id, Month, Table
from finmodel.deal.read import Case, Schema, read_with
from finmodel.kernel.errors import FinmodelError
from finmodel.kernel.expr import Given

CASE = """\
name = "Tiny loan"
currency = "USD"

[timeline]
frequency = "half"
financial_close = 2027-01-01
construction = "12 months"
operations = "2 years"

[facility.jbic]
rate = "5 % p.a."
share = "60 %"
instalments = 8

[facility.anz]
rate = "6 % p.a."
share = "40 %"
instalments = 8

[price.ndpr]
deck = { 2026-01-01 = "110 USD/kg", 2028-01-01 = "100 USD/kg" }
"""


class Timing(Table):
    """When the deal runs."""

    frequency: Literal["month", "quarter", "half", "year"]
    year_ends: Month = "December"
    financial_close: Day
    construction: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="Length of construction")]
    operations: Annotated[Given, Quantity("month", gt=0, structural=True, meaning="Length of operations")]
    wind_up: Annotated[Given, Quantity("month", ge=0, structural=True)] = default("6 months")


class Loan(Table):
    """A loan."""

    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed interest rate")]
    share: Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of senior debt")]
    instalments: Annotated[Given, Count(ge=1, le=400, meaning="Number of repayments")]
    fee: Annotated[Given, Quantity("money/year", ge=0, meaning="Agency fee")] = default("0 money/year")
    limit: Annotated[Given, Quantity("money", ge=0, meaning="Limit")] | None = None


class Price(Table):
    """A price index."""

    deck: Annotated[Given, Quantity("money/kg", gt=0, dated="linear", meaning="Price deck")]
    premium: Annotated[Given, Quantity("ratio", gt=0, dated=True, meaning="Premium")] = default("1.00x")
    ramp: Annotated[Given, Quantity("ratio", ge=0, le=1, listed="operating_year", meaning="Ramp-up")] = default("100 %")
    spend: Annotated[Given, Quantity("ratio", ge=0, le=1, listed="period", meaning="Spend")] = default("100 %")


class Limits(Table):
    """Limits."""

    gearing_cap: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Gearing cap")] = default("70 %")


class Tiny(Table):
    """A tiny case."""

    name: str
    currency: Literal["USD", "JPY"]
    timeline: Timing
    facility: dict[Id, Loan]
    price: dict[Id, Price] = {}
    fx: dict[Id, Annotated[Given, Quantity("money/money", gt=0, meaning="Exchange rate")]] = {}
    sizing: Limits = Limits()
    hedged: bool = False
    order: list[Id] = []


def shares_are_whole(case: Tiny) -> Iterator[tuple[str, str, str]]:
    """The rule between keys of the tiny schema."""
    total = sum(loan.share.number for loan in case.facility.values())
    if abs(total - 1) > 1e-9:
        yield (
            f"facility.{list(case.facility)[-1]}.share",
            f"the shares sum to {total * 100:.10g} %: they must sum to 100 %.",
            "",
        )


@pytest.fixture
def schema() -> Schema:
    """The tiny schema."""
    return Schema(Tiny, [shares_are_whole])


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a case folder; case.toml is the tiny case with some texts replaced by others."""
    monkeypatch.chdir(tmp_path)

    def write(
        replaced: Mapping[str, str] = {}, files: Mapping[str, str] = {}, folder: str = "case", text: str = CASE
    ) -> Path:
        Path(folder).mkdir(exist_ok=True)
        for old, new in replaced.items():
            assert old in text, old
            text = text.replace(old, new)
        for name, content in {"case.toml": text, **files}.items():
            (Path(folder) / name).write_text(content)
        return Path(folder)

    return write


@pytest.fixture
def read(schema: Schema, write: Callable[..., Path]) -> Callable[..., Case]:
    """Write and read a case."""

    def read(*args: Any, scenario: str | None = None, sets: Mapping[str, str] | None = None, **more: Any) -> Case:
        return read_with(schema, write(*args, **more), scenario, sets)

    return read


@pytest.fixture
def message(read: Callable[..., Case]) -> Callable[..., str]:
    """The message of a case that must not be read."""

    def message(*args: Any, **more: Any) -> str:
        with pytest.raises(FinmodelError) as caught:
            read(*args, **more)
        assert caught.value.exit_code in (2, 4, 5)
        return str(caught.value)

    return message
