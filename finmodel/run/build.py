"""A case becomes lines in the order of computation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.case.expand import leaves
from finmodel.deal.read import Case
from finmodel.deal.uncertainty.terms import Driver, Event
from finmodel.kernel.errors import CaseError, ModelError, Problem
from finmodel.kernel.expr import Given
from finmodel.kernel.faces.generated import Values
from finmodel.kernel.model import Model
from finmodel.kernel.order import Plan, plan
from finmodel.run import earned
from finmodel.run.key_uses import key_uses, why_not


@dataclass(frozen=True)
class Built:
    """A case as lines in the order of computation, and the inputs that they read."""

    case: Case
    model: Model
    plan: Plan
    givens: Mapping[str, Given]

    def inputs(self, case: Case) -> Values:
        """A case's numbers of every input that a line reads; a single number stands in each period of a row.

        Raises:
            ModelError: The case has a row where the model has one number.
        """
        typed = {given.id: given.value for _, given, _ in leaves(case.tables, {})}
        values: Values = {}
        for id, given in self.givens.items():
            value = typed.get(id, given.value)
            if given.series and not isinstance(value, tuple):
                value = (value,) * self.model.timeline.count
            if isinstance(value, tuple) and not given.series:
                raise ModelError(f"{id} is one number in the model and a row in the case")
            values[id] = value
        return values


def build(case: Case, as_earned: bool = False) -> Built:
    """Declare a case's lines and order them.

    Args:
        as_earned: Whether price support is paid when it is earned, for comparing designs.

    Raises:
        CaseError: A formula of [extra_lines] is wrong.
        CircularityError: Lines need each other in the same period.
    """
    from finmodel.deal.assemble import build as build_deal  # loads every clause, only when a deal is built
    from finmodel.deal.extra import BadFormula

    extra = "extra_lines."
    places = {key.removeprefix(extra): str(place) for key, place in case.places.items() if key.startswith(extra)}
    try:
        model = build_deal(case.tables, case.timeline, places)
    except BadFormula as error:
        key = f"extra_lines.{error.key}"
        place = case.places[key]
        wrong = error.wrong + ("" if error.wrong.endswith("?") else ".")
        raise CaseError([Problem(place.file, place.line, key, place.text, wrong, error.remedy)]) from None
    if as_earned:
        earned.pay_as_earned(model, case.tables.support)
    return Built(case, model, plan(model), model.givens())


def refuse_idle_draws(built: Built) -> None:
    """Refuse a driver or an event of [risk] on a key that nothing reads: every path would be as without it.

    Raises:
        CaseError: There is one; all of them with their places.
    """
    risk = built.case.tables.risk
    if risk is None or not (risk.driver or risk.event):
        return
    uses, problems = key_uses(built.case.tables, built.model), []
    drawn: dict[str, Driver | Event] = {f"risk.driver.{name}.key": driver for name, driver in risk.driver.items()}
    drawn.update({f"risk.event.{name}.key": event for name, event in risk.event.items()})
    for key, table in drawn.items():
        if why := why_not(built.case.tables, table.key, uses):
            place = built.case.places[key]
            wrong = f"{why}, so drawing it moves no result."
            problems.append(Problem(place.file, place.line, key, place.text, wrong, "Name another figure."))
    if problems:
        raise CaseError(problems)
