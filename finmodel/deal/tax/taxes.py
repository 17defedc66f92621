"""Taxes of all entities: what each reads of operations and financing, once with debt and once without.

Timing:  see `tax`. Sales are taxed when delivered or expired, support when granted, stock at its change in value.
Source:  entities are taxed apart on their own year and in their own currency (F23, F24); the project's tax for returns
         is computed without interest or fees (F28). The production incentive is a refundable offset and is not taxed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from finmodel.deal.context import Context
from finmodel.deal.operations import Operations
from finmodel.deal.tax import entity as tax
from finmodel.deal.tax.entity import TaxInputs, TaxLines
from finmodel.deal.tax.terms import Entity
from finmodel.kernel.expr import Const, Expr, add
from finmodel.kernel.model import Line
from finmodel.kernel.register import Register


@dataclass(frozen=True, eq=False, repr=False)
class Financing:
    """What tax reads of financing [reporting currency per period]; all of it is the borrower's.

    `within` is what each other company owes the borrower in interest; it may be negative.
    """

    interest: Expr
    fees: Expr
    capitalised: Expr
    earned: Expr
    within: Mapping[str, Line] = field(default_factory=dict)


def build(
    context: Context, entities: Mapping[str, Entity], operations: Operations, financing: Financing
) -> tuple[list[TaxLines], list[TaxLines]]:
    """Declare the tax of each entity, and the notional tax of each as if there were no debt.

    Args:
        entities: Name → terms of the company.

    Returns:
        The tax that is paid, and the notional one, each in the order of the entities.
    """
    section = context.model.section("taxable", context.money.money, "Taxable income")
    paid, notional = [], []
    none = section.ahead("no_interest", "No interest").define(0)
    other = context.register.read("taxed")
    for name, terms in entities.items():
        income = section.line(
            f"net_income.{name}",
            f"{terms.label}: Income before depreciation and interest",
            _income(name, terms, operations) + other.get(name, Const(0)),
        )
        cost = operations.capex.basis_added[name]
        notional.append(tax.build(context, f"notional_tax.{name}", terms, TaxInputs(income, none, cost)))
        if terms.borrower:
            label = f"{terms.label}: Interest and fees of operation, less interest earned"
            deducted = financing.interest + financing.fees - financing.earned
            if financing.within:
                deducted = deducted - add(list(financing.within.values()))
            interest = section.line(f"net_interest.{name}", label, deducted)
            whole = cost + financing.capitalised if terms.idc_tax == "capitalise" else cost * 1
            basis = section.line(f"basis.{name}", f"{terms.label}: Depreciable cost with financing cost", whole)
            paid.append(tax.build(context, f"tax.{name}", terms, TaxInputs(income, interest, basis, cost)))
        else:
            owed = financing.within.get(name, none)
            paid.append(tax.build(context, f"tax.{name}", terms, TaxInputs(income, owed, cost)))
    for entity in paid:
        _note(context.register, entity)
    _note_extra(context.register, operations)
    return paid, notional


def _note(register: Register, entity: TaxLines) -> None:
    """The treasury is paid from the tax reserve, which holds what is owed to it."""
    register.pays(entity.paid, entity.name)
    register.banks_with(f"{entity.name}.reserve", entity.reserve.opening, entity.reserve.closing)
    register.owns("tax_reserve", entity.reserve.closing)
    register.owes("tax_payable", entity.liability)


def _note_extra(register: Register, operations: Operations) -> None:
    """An analyst's own lines are paid to, and by, others."""
    for name, line in operations.extra.hooks.items():
        if name == "other_revenue":
            register.receives(line, "others")
        elif name in ("other_cost", "other_tax"):
            register.pays(line, "others")


def _income(name: str, terms: Entity, operations: Operations) -> Expr:
    """Revenue, support and transfers less costs and change of stock of one entity."""
    sales, support = operations.sales, operations.support
    came: list[Expr] = [sale.billed for sale in sales.sales if sale.entity == name]
    came += [
        seller.granted - seller.give_back_due
        for seller in support.by_seller
        if seller.entity == name and seller.terms.taxable
    ]
    came += [move.amount for move in operations.chain.transfers if move.seller == name]
    came += [operations.inventory.by_entity[name]] if name in operations.inventory.by_entity else []
    came += [operations.sales.deferral[name]] if name in operations.sales.deferral else []
    went: list[Expr] = [spend.billed for spend in operations.costs.spends if spend.entity == name]
    went += [move.amount for move in operations.chain.transfers if move.buyer == name]
    extra = operations.hook("other_revenue") - operations.hook("other_cost") if terms.borrower else Const(0)
    return add(came) - add(went) + extra
