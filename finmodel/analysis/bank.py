"""How a bank reads the debt: its limits, the dates that bind, what relaxing them is worth, and debt without support.

What binds and what 0.01x and one of cash are worth are first order, from the closed forms of sizing. What a hundredth
of cover adds, the lenders' own case and the debt without support are sized or computed again, when asked.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from finmodel.deal.read import Case
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.calendar import COVER_STEP
from finmodel.kernel.errors import UsageError
from finmodel.run.build import Built, build
from finmodel.run.debt_limits import Bank
from finmodel.run.run import opened, run
from finmodel.run.size import COVER, LIMITS, TARGET, debt_on

COVERS = ("dscr_contracted", "dscr_volume", "dscr_merchant")
__all__ = ["Bank", "bank", "debt_without_support"]
MEASURES = ("floor", "premium", "revenue_floor", "ebitda_floor", "capacity_payment")


def bank(case: Case | Path | str, *, resize: bool = False) -> Bank:
    """Read the debt of a case as a bank does: three runs or sizings beside the case's own.

    Args:
        case: A case, or the folder or file to read it from.
        resize: Whether debt is sized on the scenario, rather than on the case as signed.

    Returns:
        Limits, dates that bind, worth of cover, and the debt without support.

    Raises:
        UsageError: The case sizes no senior debt.
        SolveError: Debt cannot be sized.
    """
    case = opened(case)
    lenders = run(case.lenders(resize=resize))
    if TARGET not in lenders.values:
        raise UsageError("the case has no senior debt, so there is nothing that a bank would size")
    live, values = build(lenders.case), lenders.values
    debt, binding = float(values[TARGET]), lenders.facts["binding_constraint"]
    binds = binding == COVER
    labels = lenders.model.timeline.labels
    worth = dict(zip(labels, values["sizing.cash_worth"], strict=True)) if binds else {}
    return Bank(
        debt=debt,
        binding=binding,
        limits={name: float(values[id]) for id, name in LIMITS.items() if id in values},
        cash_worth={label: float(each) for label, each in worth.items() if each > 0},
        cover_worth=float(values["sizing.cover_worth"]) if binds else 0.0,
        cover_resized=_resized(live, debt),
        lenders=lenders,
        without_support=_without(live, case) if case.tables.support else None,
    )


def debt_without_support(case: Case | Path | str) -> float | None:
    """The senior debt of a case without price support [reporting currency]; None where it has none.

    The sizing case with every measure of its support contracts (floor, premium, payment) at 0, and with the prices of
    the case itself: their decks, premiums and inflation. All else is as lenders see it.

    Args:
        case: A case, or the folder or file to read it from.

    Raises:
        SolveError: The search does not settle.
    """
    case = opened(case)
    return _without(build(case.lenders()), case) if case.tables.support else None


def _resized(live: Built, debt: float) -> float | None:
    """What every cover less a hundredth adds to the debt."""
    terms = live.case.tables.sizing
    stated = [given for name in COVERS if (given := getattr(terms, name)) is not None]
    covers = {given.id: given.number - COVER_STEP.number for given in stated}
    if min(covers.values()) < 1:
        return None
    return debt_on(live, live.case.with_values(covers)) - debt


def _without(live: Built, case: Case) -> float:
    """The debt on the sizing case at the case's own prices, with nothing paid under support contracts."""
    lenders = live.case
    own = case.with_scenario(None).tables
    named = {price.inflation for price in own.price.values()} & {*own.inflation}
    inflation = {
        name: own.inflation[name] if name in named else table for name, table in lenders.tables.inflation.items()
    }
    tables: CaseTables = lenders.tables.model_copy(update={"price": own.price, "inflation": inflation})
    contracts = lenders.tables.support.values()
    measures = [getattr(contract, name) for contract in contracts for name in MEASURES]
    nothing = {given.id: _nothing(given.value) for given in measures if given is not None}
    return debt_on(live, replace(lenders, tables=tables).with_values(nothing))


def _nothing(value: float | tuple[float, ...]) -> float | tuple[float, ...]:
    return (0.0,) * len(value) if isinstance(value, tuple) else 0.0
