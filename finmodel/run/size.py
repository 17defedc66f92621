"""Debt as lenders size it: on the sizing case, never on a scenario, and then fixed (S3, S4, F9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from finmodel.case.leaf import typed
from finmodel.case.values import LABELS, digest_of
from finmodel.deal.loans.terms import SizingTerms
from finmodel.deal.read import Case
from finmodel.kernel.errors import ModelError, SolveError, UsageError
from finmodel.kernel.evaluate import settle
from finmodel.kernel.faces.generated import Values
from finmodel.kernel.search import Solution
from finmodel.kernel.version import version
from finmodel.run.build import Built, build
from finmodel.run.results import ERROR, CheckResult

ROUNDING = 1e-9
COVER = "debt service cover"
LIMITS = {
    "sizing.by_cover": COVER,
    "sizing.by_own": "debt service cover on dates of own schedules",
    "sizing.by_llcr": "loan life cover",
    "sizing.by_plcr": "project life cover",
    "sizing.by_gearing": "gearing cap",
    "sizing.by_limit": "lenders' limit",
    "sizing.by_uses": "room that uses of funds leave",
}
REPAID = "checks.debt_repaid"
TARGET, CAPACITY = "sizing.senior_debt_target", "sizing.capacity"
COVER_WORTH = "sizing.cover_worth"


class _Lenders(NamedTuple):
    """The lines that debt is sized on, and their inputs."""

    built: Built
    given: Values


@dataclass(frozen=True)
class Sized:
    """The case that debt was sized on, and the values that were found."""

    lenders: Built
    solution: Solution

    def given(self, live: Built) -> Values:
        """The solved values for the live lines.

        Raises:
            SolveError: They were found on another timeline.
        """
        if _calendar(self.lenders.case) != _calendar(live.case):
            raise SolveError("the debt cannot be held: the change moves the timeline. Run it without --hold-debt.")
        return {id: value for id, value in self.solution.given.items() if id in live.givens}

    @property
    def digest(self) -> str:
        """A short hash of all that debt was sized on: the same inputs, the same hash, whatever they are called."""
        modules = (f"finmodel {version()}", *self.lenders.case.modules)
        return digest_of(self.lenders.case.tables, modules, (*LABELS, "risk"))[:12]

    def checks(self, live: Built, values: Values) -> tuple[CheckResult, ...]:
        """Whether every solved input reaches its target, and on the sizing case all debt is repaid (F33).

        Args:
            values: Line id → values of the live run.
        """
        if not self.lenders.model.solved:
            return ()
        residual, tolerance = self.solution.residual, self.lenders.case.tables.sizing.tolerance.number
        label = "Sizing: solved inputs reach their targets"
        solved = CheckResult("checks.sizing", label, ERROR, residual <= tolerance, residual, "")
        return (solved, *self._repaid(live, values))

    def _repaid(self, live: Built, values: Values) -> Iterator[CheckResult]:
        """The check of repayment on the lenders' case; the live numbers where these are the case that was sized."""
        if REPAID not in self.lenders.model.checks:
            return
        found = values if self.lenders.case is live.case else self.solution.lines
        owed = max(found[REPAID], key=abs)
        label = "Sizing: all debt is repaid on the sizing case"
        yield CheckResult("checks.sizing_repaid", label, ERROR, abs(owed) <= ROUNDING, abs(owed), "")

    def facts(self, live: Case) -> dict[str, str]:
        """Where debt comes from, and what limits it; nothing without senior debt."""
        if TARGET not in self.solution.lines:
            return {}
        case, lines = self.lenders.case, self.solution.lines
        limits = {name: lines[id] for id, name in LIMITS.items() if id in lines}
        fixed = case.tables.sizing.amount is not None
        whose = "" if case is live else "the sizing case of "
        world = "" if case.scenario is None else f", scenario {case.scenario}"
        solved = {id.removeprefix("solved."): size for id, size in self.solution.residuals.items()}
        binding = "fixed amount" if fixed else min(limits, key=lambda name: limits[name], default="")
        worth = {"cover_worth": repr(float(lines[COVER_WORTH]))} if binding == COVER else {}
        return {
            "debt_sized_on": f"{whose}{case.name}{world} ({self.digest})",
            "sizing_passes": str(self.solution.passes),
            "sizing_residual": f"{self.solution.residual:.1e}",
            **{f"residual_{name}": f"{size:.1e}" for name, size in solved.items()},
            "binding_constraint": binding,
            **worth,
        }


def size(live: Built, *, hold_debt: bool = False, resize: bool = False) -> Sized:
    """Find the solved inputs of a deal.

    Args:
        hold_debt: Whether debt stays as sized on the case without changes.
        resize: Whether debt is sized on the scenario.

    Returns:
        The case that debt was sized on, and what was found.

    Raises:
        UsageError: Debt is to be held and re-sized.
        SolveError: No debt meets what the case asks for.
    """
    case = live.case
    if hold_debt and resize:
        raise UsageError("debt is either held or sized anew: leave out --hold-debt or --resize")
    sizing = (case.signed() if hold_debt else case).lenders(resize=resize)
    lenders, given = _lenders(live, sizing)
    solution = _settled(lenders, given)
    if TARGET in solution.lines:
        _refuse(lenders, solution)
    return Sized(lenders, solution)


def debt_on(live: Built, sizing: Case) -> float:
    """The senior debt of another sizing case than the deal's own [reporting currency]; 0 where none can be sized.

    Raises:
        SolveError: The search does not settle.
    """
    solution = _settled(*_lenders(live, sizing))
    return max(0.0, float(solution.lines[TARGET]))


def _settled(lenders: Built, given: Values) -> Solution:
    watched = (*LIMITS, TARGET, CAPACITY, COVER_WORTH, REPAID, _repayment_dates(lenders))
    watch = [id for id in watched if id in lenders.model.lines]
    tolerance = lenders.case.tables.sizing.tolerance.number
    try:
        return settle(lenders.model, lenders.plan, given, tolerance, watch)
    except SolveError as error:
        raise SolveError(f"{lenders.case.name}: {error}") from None


def _lenders(live: Built, sizing: Case) -> _Lenders:
    """The lines and numbers of the sizing case: the live lines where they fit its inputs, else lines of its own."""
    if live.case.sets == sizing.sets:
        try:
            return _Lenders(replace(live, case=sizing), live.inputs(sizing))
        except ModelError:
            pass
    own = build(sizing)
    return _Lenders(own, own.inputs(sizing))


def _refuse(lenders: Built, solution: Solution) -> None:
    """An amount beyond a limit that the case states, or no cash to size debt on, has no answer."""
    terms, lines = lenders.case.tables.sizing, solution.lines
    if terms.amount is not None:
        _refuse_amount(terms, solution)
    elif lines["sizing.by_cover"] <= 0:
        dates, labels = _repayment_dates(lenders), lenders.model.timeline.labels
        empty = [
            label for label, pays, cash in zip(labels, lines[dates], lines[CAPACITY], strict=True) if pays and cash <= 0
        ]
        raise SolveError(
            "no debt can be sized: on the sizing case, cash flow available for debt service is nothing or negative in"
            f" {', '.join(empty[:3])}{' and later' if len(empty) > 3 else ''}.\nCheck its prices, volumes and costs,"
            " start repayment later (facility.*.grace), or give sizing.amount."
        )


def _refuse_amount(terms: SizingTerms, solution: Solution) -> None:
    """A fixed amount is held against the uses, and against the limits that the case states itself."""
    assert terms.amount is not None
    covers = (terms.dscr_contracted, terms.dscr_volume)
    stated = {
        "sizing.by_gearing": terms.gearing_cap,
        "sizing.by_cover": next((key for key in covers if key is not None and typed(key)), None),
        "sizing.by_limit": terms.limit,
    }
    amount = float(solution.lines[TARGET])
    for id, limit in LIMITS.items():
        key = stated.get(id)
        binds = id == "sizing.by_uses" or (key is not None and typed(key))
        most = float(solution.lines.get(id, amount))
        if binds and amount > most * (1 + ROUNDING):
            where = f" ({key.id}, {key.where})" if key is not None else ""
            raise SolveError(
                f"{terms.amount.where}: sizing.amount\nsenior debt of {amount:,.0f} cannot be met: the {limit}{where}"
                f" allows at most {most:,.0f}.\nLower the amount, or leave it out and let it be sized."
            )


def _repayment_dates(lenders: Built) -> str:
    """The line that flags the dates of the senior schedule; empty when there is no senior debt."""
    senior = [name for name, loan in lenders.case.tables.facility.items() if loan.sized]
    known = ["plan.repayment_date", *(f"facility.{name}.repayment_date" for name in senior)]
    return next((id for id in known if id in lenders.model.lines), "")


def _calendar(case: Case) -> tuple[object, ...]:
    """What a schedule by period depends on: the periods, and where construction ends."""
    terms = case.tables.timeline
    return case.timeline.labels, terms.construction.number, terms.operations.number
