"""Items: the one form in which operations hand sales and costs to working capital, tax and statements."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.kernel.expr import Given
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Loss:
    """A share of what is open is lost once the flag `defaulted` is 1."""

    share: Given
    defaulted: Line


@dataclass(frozen=True, eq=False, repr=False)
class Sale:
    """Revenue billed in a period [reporting currency], paid by a party after `days`.

    It is billed evenly over the period, or all of it on its last day when `at_end`. What is billed in a foreign
    `currency` stays in it until it is paid.
    """

    name: str
    label: str
    entity: str
    billed: Line
    days: Given
    at_end: bool = False
    party: str = "customers"
    loss: Loss | None = None
    currency: str | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Spend:
    """Operating cost billed in a period [reporting currency] as a sale is, paid to a party after `days`."""

    name: str
    label: str
    entity: str
    billed: Line
    days: Given
    incentive: bool = False
    party: str = "suppliers"
    at_end: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Transfer:
    """A sale inside the group [reporting currency]: it moves taxable income and is eliminated in the group's books."""

    seller: str
    buyer: str
    amount: Line
