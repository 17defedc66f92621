"""Small deals for tests of tax, incentive and reserve: a clock, rates of exchange, and flows as inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.context import Context
from finmodel.deal.market import macro
from finmodel.deal.market.macro import Macro
from finmodel.deal.schema import TimelineTerms
from finmodel.deal.tax.terms import Depreciation, Entity
from finmodel.deal.time import timing
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Given
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.model import Line, Model
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import MONTHS, Timeline, serial
from finmodel.kernel.units import unit

Value = float | Sequence[float]
Rows = NDArray[np.float64]


def given(id: str, value: Value, of: str = "ratio") -> Given:
    """An input: one number, or one a period."""
    return Given(id, float(value) if isinstance(value, int | float) else tuple(map(float, value)), unit(of))


@dataclass(frozen=True)
class Deal:
    """A model with its clock and rates of exchange."""

    model: Model
    clock: Clock
    macro: Macro

    @property
    def context(self) -> Context:
        """What clauses read of the model, time and money."""
        return Context(self.model, self.clock, self.macro)

    @property
    def frame(self) -> tuple[Clock, Macro]:
        """What modules read of time and money."""
        return self.clock, self.macro

    @property
    def zeros(self) -> list[float]:
        """Nothing in every period."""
        return [0.0] * self.model.timeline.count

    def flow(self, id: str, values: Value, of: str = "USD") -> Line:
        """An input row as a line; short rows are filled with zeros."""
        row = [values] * len(self.zeros) if isinstance(values, int | float) else [*values, *self.zeros[len(values) :]]
        return self.model.section(f"data.{id}", unit(of)).line("flow", f"Input {id}", given(f"{id}.input", row, of))

    def at(self, label: str) -> int:
        """The number of a period by its label, from 0."""
        return self.model.timeline.labels.index(label)


def deal(
    frequency: str,
    phases: tuple[int, int, int],
    *,
    close: date = date(2027, 4, 1),
    year_end: int = 3,
    fx: dict[str, Value] | None = None,
) -> Deal:
    """A deal of so many periods of construction, operations and wind-up, reported in USD.

    Args:
        fx: By key such as "aud_per_usd".
    """
    length = MONTHS[frequency]
    construction, operations, wind_up = (float(periods * length) for periods in phases)
    model = Model(Timeline(close, frequency, sum(phases), year_end))
    terms = TimelineTerms.model_construct(
        financial_close=given("timeline.financial_close", serial(close), "date"),
        construction=given("timeline.construction", construction, "month"),
        operations=given("timeline.operations", operations, "month"),
        wind_up=given("timeline.wind_up", wind_up, "month"),
    )
    clock = timing.build(model, terms)
    units = {name: name.replace("_per_", "/").upper() for name in fx or {}}
    quotes = {name: given(f"fx.{name}", value, units[name]) for name, value in (fx or {}).items()}
    return Deal(model, clock, macro.build(model, {}, quotes, clock, "USD"))


def depreciation(method: str, life: float, multiple: float = 2.0, *, switch: bool = False) -> Depreciation:
    """Terms of writing off."""
    return Depreciation.model_construct(
        method=method,
        life=given("entity.x.depreciation.life", life, "year"),
        multiple=given("entity.x.depreciation.multiple", multiple),
        switch=switch,
    )


def entity(
    year_end: str = "March",
    rate: Value = 0.30,
    *,
    currency: str = "USD",
    lag: int = 0,
    limit: float = 1.0,
    loss_years: int | None = None,
    pool: Depreciation | None = None,
) -> Entity:
    """A taxpayer; losses are carried without limit unless said otherwise."""
    return Entity.model_construct(
        label="Plant company",
        currency=currency,
        tax_year_end=year_end,
        tax_rate=given("entity.x.tax_rate", rate),
        tax_lag=given("entity.x.tax_lag", lag, "month"),
        loss_limit=given("entity.x.loss_limit", limit),
        loss_years=None if loss_years is None else given("entity.x.loss_years", loss_years, "year"),
        depreciation=pool or depreciation("straight", 10),
    )


def evaluate(model: Model) -> dict[str, Any]:
    """Every line of a model, in floats."""
    kernel = compile_kernel(model, plan(model), list(model.lines), None, paths=False)
    return kernel.run({leaf.id: leaf.value for leaf in model.givens().values()}, {})


def on_paths(model: Model, varying: dict[str, Rows]) -> dict[str, Rows]:
    """Every line of a model that moves with inputs of shape (periods, paths), on arrays."""
    order, values = plan(model), {leaf.id: leaf.value for leaf in model.givens().values()}
    kernel = compile_kernel(model, order, list(model.lines), set(varying), paths=True)
    paths = next(iter(varying.values())).shape[1]
    results = kernel.run({**values, **varying}, evaluate(model), paths)
    return {id: np.asarray(row) for id, row in results.items()}


def draws(deal: Deal, low: float, high: float, *, paths: int = 200, seed: int = 1) -> Rows:
    """Random rows, one column a path."""
    return np.random.default_rng(seed).uniform(low, high, (deal.model.timeline.count, paths))
