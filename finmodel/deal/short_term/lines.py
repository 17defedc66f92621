"""Short-term debt of operations: what is lent against stock and by a line of credit, and the cash that it brings.

Sign:    balances, drawings, repayments, interest and fees are positive; net cash may be negative.
Timing:  interest and fees are on opening balances and paid in the period, after operating cost and before senior
         debt. Balances are nothing from the last period of operations on.
Source:  secured on goods and bills of its own, it is no debt of the project's: not in CFADS, and in no cover (F4). Tax
         allows its interest and fees as it does those of other debt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from finmodel.deal.context import Context
from finmodel.deal.operations import Operations
from finmodel.deal.schema import CaseTables
from finmodel.deal.short_term import credit_line, repo
from finmodel.deal.short_term.credit_line import Revolver
from finmodel.deal.short_term.terms import CreditLine, Repo
from finmodel.deal.waterfall.waterfall import Waterfall
from finmodel.kernel.expr import Const, Expr, add
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class ShortDebt:
    """Net cash of the period, None without short-term debt; interest and fees that tax allows."""

    net_cash: Line | None = None
    fixed: Expr = field(default_factory=lambda: Const(0))
    interest: list[Line] = field(default_factory=list)
    fees: list[Line] = field(default_factory=list)
    revolver: Revolver | None = None
    margin_calls: list[Line] = field(default_factory=list)


def build(context: Context, case: CaseTables, works: Operations, curves: Mapping[str, Line]) -> ShortDebt:
    """Declare what is lent against stock, and open the line of credit.

    Args:
        context: The deal's model, time and money.
        case: The tables of the case.
        works: Operations, whose stock and bills back the debt.
        curves: Base rates by name [1/year].
    """
    if not case.repo and not case.credit_line:
        return ShortDebt()
    repos = [repo.build(context, name, terms, _rate(terms, curves), works) for name, terms in case.repo.items()]
    name, terms = next(iter(case.credit_line.items()), (None, None))
    revolver = None
    if name is not None and terms is not None:
        revolver = credit_line.begin(context, name, terms, _rate(terms, curves), works)
    interest, fees = [loan.interest for loan in repos], [loan.fee for loan in repos if loan.fee is not None]
    fixed = add([loan.net_cash for loan in repos])
    if revolver is not None:
        interest, fees = [*interest, revolver.interest], [*fees, revolver.fee]
        fixed = fixed - revolver.interest - revolver.fee
    section = context.model.section("short_debt", context.money.money, "Short-term debt")
    cost = section.line("cost", "Interest and fees of short-term debt", add([*interest, *fees]))
    context.register.earns("short_term_finance", -cost)
    net: Expr = fixed if revolver is None else fixed + revolver.net_drawn
    cash, calls = section.line("net_cash", "Net cash of short-term debt", net), [loan.margin_call for loan in repos]
    return ShortDebt(cash, fixed, interest, fees, revolver, calls)


def close(short: ShortDebt, paid: Waterfall, came: Expr) -> None:
    """Say how much of the line is drawn: `came` is the period's cash without it, before any payment."""
    if short.revolver is not None:
        held = paid.cash.opening + paid.locked.opening
        credit_line.close(short.revolver, held + came + short.fixed)


def _rate(terms: Repo | CreditLine, curves: Mapping[str, Line]) -> Expr:
    """A fixed rate, or a curve and a margin."""
    if terms.rate is not None:
        return terms.rate
    assert terms.curve is not None  # the rules want one of both
    base = curves[terms.curve]
    return base if terms.margin is None else base + terms.margin
