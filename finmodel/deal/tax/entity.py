"""Income tax of one entity: income, losses, accrual by period, the authority's account, and the tax reserve.

Sign:    every line is the positive amount that its label names; net_… lines may be negative.
Timing:  tax accrues by period on the income of the tax year to date, so a later loss takes earlier tax back within
         the year. The tax of a year is paid a lag after its end, a lag within a period at the end of that period.
         The last period of all assesses a year cut short and pays whatever is left.
Currency: income, depreciation, losses and tax are kept in the tax currency at the rate of their own period. In the
         reporting currency the liability stands at the closing rate; the move of the rate on the opening liability
         is a gain or loss of its own (F23).
Reserve: the accrual goes into the tax reserve (back out of it when negative), and the authority is paid from there.
         The transfer carries the gain or loss on the liability too, so that the reserve equals the liability (F25).
Source:  decisions on tax timing (F25) and on the currency of tax (F23).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.market.macro import Macro
from finmodel.deal.tax import interest as tax_interest
from finmodel.deal.tax import investment_credit
from finmodel.deal.tax import losses as tax_losses
from finmodel.deal.tax import pools as tax_pools
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.running import year_to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, hi, ratio, where
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import unit


@dataclass(frozen=True, eq=False, repr=False)
class TaxInputs:
    """What tax reads of an entity [reporting currency per period].

    `income` is taxable revenue less deductible operating cost, before depreciation and interest; it may be negative.
    `interest` is interest and fees less interest earned; it may be negative. `basis_added` is depreciable cost, net of
    grants, not negative; `cost` is that without financing cost, where it differs.
    """

    income: Line
    interest: Line
    basis_added: Line
    cost: Line | None = None


@dataclass(frozen=True, eq=False, repr=False)
class TaxLines:
    """What other modules may use of an entity's tax.

    In the tax currency: `taxable` (income of the year to date after losses), `losses`, `tax_value` (not yet written
    off) and `payable`. In the reporting currency: `accrued`, `fx` and `transfer`, which may be negative, `paid`,
    `liability` (closing) and `reserve`, whose closing balance equals the liability.
    """

    name: str
    currency: str
    taxable: Line
    losses: Account
    tax_value: Line
    payable: Account
    accrued: Line
    fx: Line
    transfer: Line
    paid: Line
    liability: Line
    reserve: Account


@dataclass(frozen=True, eq=False, repr=False)
class _Year:
    """The tax year of an entity: where it starts, and where it is assessed."""

    context: Context
    starts: Line
    assessed: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Due:
    """Tax in the tax currency: accrued in a period, owed to the authority, and paid to it."""

    accrued: Line
    payable: Account
    paid: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Reported:
    """The same in the reporting currency."""

    accrued: Line
    fx: Line
    transfer: Line
    paid: Line
    liability: Line
    reserve: Account


def build(context: Context, name: str, terms: Entity, inputs: TaxInputs) -> TaxLines:
    """Declare the tax of an entity.

    Args:
        context: The deal's model, time and money.
        name: "tax.<entity>", or "notional_tax.<entity>" for a tax that is computed and not paid, such as one without
            interest. It is the prefix of all ids, and its first part that of all labels.
        terms: The entity.
        inputs: What it earns, pays and may write off.
    """
    clock, macro = context.clock, context.money
    kind = name.split(".", maxsplit=1)[0].replace("_", " ")
    section = context.model.section(name, unit(terms.currency), f"{terms.label}, {kind}")
    year_ends = clock.year_end(terms.tax_year_end)
    assessed = section.flag("assessed", f"{section.title}: A tax year is assessed", year_ends | clock.last)
    basis = section.line("basis_added", f"{section.title}: Depreciable cost", _own(inputs.basis_added, terms, macro))
    pools = tax_pools.build(section, terms.depreciation, basis, terms.tax_year_end, clock)
    year = _Year(context, clock.year_start(terms.tax_year_end), assessed)
    income = _income(section, terms, inputs, pools.depreciation, year)
    losses = tax_losses.build(section, terms, income, assessed, clock)
    taxable = section.line(
        "taxable_to_date", f"{section.title}: Taxable income, year to date", hi(0, income - losses.used_to_date)
    )
    eligible = _own(inputs.basis_added if inputs.cost is None else inputs.cost, terms, macro)
    due = _due(section, terms, taxable, eligible, assessed, clock)
    reported = _reported(section, due, macro.rate(terms.currency), macro)
    return TaxLines(
        name=name,
        currency=terms.currency,
        taxable=taxable,
        losses=losses.carried,
        tax_value=pools.closing,
        payable=due.payable,
        accrued=reported.accrued,
        fx=reported.fx,
        transfer=reported.transfer,
        paid=reported.paid,
        liability=reported.liability,
        reserve=reported.reserve,
    )


def _own(amount: Line, terms: Entity, macro: Macro) -> Expr:
    """An amount in the reporting currency, in the entity's own."""
    return amount if terms.currency == macro.currency else ratio(amount, macro.rate(terms.currency))


def _income(section: Section, terms: Entity, inputs: TaxInputs, depreciation: Line, year: _Year) -> Line:
    """Taxable income before losses, of the tax year to date."""
    title, macro = section.title, year.context.money
    label = f"{title}: Income before depreciation and interest"
    operating = section.line("net_operating_income", label, _own(inputs.income, terms, macro))
    label = f"{title}: Interest and fees less interest earned"
    interest = section.line("net_interest", label, _own(inputs.interest, terms, macro))
    earned = year_to_date(
        section, "net_operating_to_date", f"{title}: Operating income, year to date", operating, year.starts
    )
    paid = year_to_date(section, "net_interest_to_date", f"{title}: Interest, year to date", interest, year.starts)
    written = year_to_date(
        section, "depreciation_to_date", f"{title}: Depreciation, year to date", depreciation, year.starts
    )
    deducted = tax_interest.build(section, terms, earned, paid, year.assessed, year.context.clock)
    label = f"{title}: Taxable income before losses, year to date"
    return section.line("net_income_to_date", label, earned - written - deducted)


def _due(section: Section, terms: Entity, taxable: Line, eligible: Expr, assessed: Line, clock: Clock) -> _Due:
    """Accrued on the year to date, less credits; paid a lag after the year is assessed."""
    title = section.title
    to_date = section.line("tax_to_date", f"{title}: Tax of the year to date", terms.tax_rate * taxable)
    if terms.investment_credit is not None and not terms.investment_credit.refundable:
        credit = investment_credit.set_off(section, terms.investment_credit, to_date, eligible, assessed, clock)
        to_date = section.line("tax_after_credit", f"{title}: Tax of the year to date, after credit", to_date - credit)
    before = where(clock.year_start(terms.tax_year_end), 0, to_date.prev)
    accrued = section.line("net_accrued", f"{title}: Tax accrued", to_date - before)
    assessment = section.line("assessment", f"{title}: Tax assessed", to_date * assessed)
    payable = section.account("payable", f"{title}: Tax payable")
    lag = math.ceil(section.model.decides(terms.tax_lag) / clock.timeline.months)
    owed = where(clock.last, payable.opening + accrued, assessment.lag(lag))
    paid = section.line("paid", f"{title}: Tax paid", owed)
    payable.close(add=[accrued], less=[paid])
    return _Due(accrued, payable, paid)


def _reported(section: Section, due: _Due, rate: Expr, macro: Macro) -> _Reported:
    """Accrual, payment and liability in the reporting currency, and the reserve that holds the liability's money."""
    title, money = f"{section.title}, reported", macro.money
    moved = rate - rate.prev if isinstance(rate, Line) and rate.series else Const(0)
    accrued = section.line("reported.net_accrued", f"{title}: Tax accrued", due.accrued * rate, money)
    paid = section.line("reported.paid", f"{title}: Tax paid", due.paid * rate, money)
    fx = section.line("reported.net_fx", f"{title}: Exchange loss on tax payable", due.payable.opening * moved, money)
    liability = section.line("reported.liability", f"{title}: Tax payable", due.payable.closing * rate, money)
    transfer = section.line("reserve.net_transfer", f"{section.title}, reserve: Transferred in", accrued + fx, money)
    reserve = section.account("reserve", f"{section.title}, reserve: Balance", money)
    reserve.close(add=[transfer], less=[paid])
    return _Reported(accrued, fx, transfer, paid, liability, reserve)
