"""What sales hand on: each contract with its tonnes, and what all of them bring."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.sales.billing import Supply
from finmodel.deal.sales.contracted import Bound, Revenue
from finmodel.deal.sales.terms import Offtake
from finmodel.kernel.expr import Expr
from finmodel.kernel.model import Account, Line


@dataclass(frozen=True, eq=False, repr=False)
class Contract:
    """One contract: `supported` are the tonnes of contained first product delivered and paid for in the period.

    `deferred` is what each company that sells holds of deferred revenue at period end; empty without take-or-pay.
    `bound` is what the buyer must take and pay; None where it may stay away. `active` is 1 while it is in force;
    `quantity` are the tonnes of the contract in the period, None where it takes a share.
    """

    id: str
    terms: Offtake
    entity: str
    active: Line
    quantity: Line | None
    delivered: Line
    supported: Line
    supplies: list[Supply]
    deferred: dict[str, Line]
    bound: Bound | None


@dataclass(frozen=True, eq=False, repr=False)
class Sales:
    """All sales billed [reporting currency per period], and what accrual moves between periods.

    `spends` are damages to buyers and what resale costs; `paid_twice` is what buyers pay for tonnes sold on without
    credit; `gone` are the tonnes of each product that left, `spot` those without a contract; `held` what is kept of it
    for buyers who did not take it. `all_imputed` is the support within floors of contracts over the whole deal.
    """

    sales: list[Sale]
    spends: list[Spend]
    contracts: dict[str, Contract]
    secured: Revenue
    billed: Line
    deferred_added: Expr
    deferred_released: Expr
    deferred: Expr
    by_node: dict[str, Expr]
    deferral: dict[str, Expr]
    paid_twice: Expr
    gone: dict[str, list[Line]]
    spot: dict[str, Line]
    held: dict[str, list[Account]]
    all_imputed: Line | None
