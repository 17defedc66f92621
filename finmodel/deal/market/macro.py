"""Macro: inflation indices and exchange rates; every amount is converted through these lines.

Timing:  an index at a period is (1 + rate) to the years from the end of its base period to the end of the period, so
         it counts whole periods (F36). The base period is the one that holds the base day, be it its first day or its
         last.
Source:  exchange rates are quoted as their key says: jpy_per_usd is JPY for one USD.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.market.terms import Inflation
from finmodel.deal.time.calendar import MONTHS_PER_YEAR, ONE_YEAR, cent
from finmodel.deal.time.timing import Clock
from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Const, Expr, Given, ratio
from finmodel.kernel.model import Line, Model
from finmodel.kernel.timeline import from_serial, month_number
from finmodel.kernel.units import CURRENCIES, MONTH, RATIO, Unit, unit


@dataclass(frozen=True, eq=False, repr=False)
class Macro:
    """Indices by name and the price of each currency in the reporting currency."""

    currency: str
    indices: dict[str, Line]
    rates: dict[str, Line]
    cent: Given

    @property
    def money(self) -> Unit:
        """The reporting currency as a unit."""
        return unit(self.currency)

    def index(self, name: str | None) -> Expr:
        """The growth since the base date of an inflation table; 1 for None.

        Args:
            name: Name of an inflation table; None for no growth.
        """
        return Const(1) if name is None else self.indices[name]

    def convert(self, amount: Expr) -> Expr:
        """An amount in any one currency, in the reporting currency at the period's rate.

        Args:
            amount: Money, or money per tonne, kg or year.

        Raises:
            ModelError: The case gives no rate for the currency.
        """
        foreign = [atom for atom, _ in (amount.unit or RATIO).powers if atom in CURRENCIES and atom != self.currency]
        if not foreign:
            return amount
        return amount * self.rate(foreign[0])

    def to(self, amount: Expr, like: Expr) -> Expr:
        """An amount in the reporting currency, in the currency of another amount.

        Args:
            amount: Money in the reporting currency.
            like: Anything in the currency that is wanted.
        """
        foreign = [atom for atom, _ in (like.unit or RATIO).powers if atom in CURRENCIES and atom != self.currency]
        return ratio(amount, self.rate(foreign[0])) if foreign else amount

    def rate(self, currency: str) -> Expr:
        """The reporting-currency price of one unit of `currency`."""
        if currency == self.currency:
            return Const(1)
        if currency not in self.rates:
            raise ModelError(
                f"the case gives no exchange rate for {currency}: add fx.{currency.lower()}_per_{self.currency.lower()}"
            )
        return self.rates[currency]


def build(model: Model, inflation: dict[str, Inflation], fx: dict[str, Given], clock: Clock, currency: str) -> Macro:
    """Declare one index per inflation table and one rate per currency.

    Args:
        inflation: Name → inflation table.
        fx: Pair → rate.
        currency: The reporting currency.

    Returns:
        The indices and rates.
    """
    section = model.section("macro", RATIO, "Macro")
    indices = {}
    for name, terms in inflation.items():
        years = (clock.last_month - _base_month(model, name, terms)) / MONTHS_PER_YEAR
        growth = (1 + terms.rate * ONE_YEAR) ** (years / ONE_YEAR)
        indices[name] = section.line(f"index.{name}", f"Price index, {name.upper()}", growth)
    rates = {}
    for name, quote in fx.items():
        code = name.split("_per_")[0].upper()
        label = f"{currency} for one {code}"
        rates[code] = section.line(
            name.split("_per_")[1] + "_per_" + name.split("_per_")[0],
            label,
            Const(1) / quote,
            unit(f"{currency}/{code}"),
        )
    return Macro(currency, indices, rates, cent(currency))


def _base_month(model: Model, name: str, terms: Inflation) -> Given:
    """The last month of the base period of an index, at the place of its base day."""
    day, base = from_serial(model.decides(terms.base)), terms.base
    end = model.timeline.nearest(day)[1]
    id = f"inflation.{name}.base_month"
    return Given(id, month_number(end) - 1.0, MONTH, "Last month of the base period", base.where, base.source)
