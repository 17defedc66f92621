"""Rules of completion: a delay is whole periods and no longer than stated; a limit has what it limits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.quantity import BadValue
from finmodel.deal.completion.terms import Completion
from finmodel.deal.ruling import Rule, months_text, whole_periods
from finmodel.deal.schema import CaseTables
from finmodel.deal.uncertainty.outcomes import read_outcome
from finmodel.kernel.timeline import MONTHS


def a_delay_is_whole_periods(case: CaseTables) -> Iterator[Fault]:
    """Operations start with a period."""
    terms, size = case.completion, MONTHS[case.timeline.frequency]
    if terms is None:
        return
    delays = {"completion.delay": terms.delay.number, **_drawn(case, terms)}
    others = {"completion.longest": terms.longest.number, "completion.test_months": terms.test_months.number}
    for key, number in {**delays, **others}.items():
        yield from whole_periods(key, number, size, months_text(size), key in delays)
    for key, number in delays.items():
        if number > terms.longest.number:
            wrong = f"a delay of {months_text(number)} is longer than {months_text(terms.longest.number)}."
            longest = "longest" if key == "completion.delay" else "completion.longest"
            yield key, wrong, f'Write {longest} = "{months_text(number)}", or a shorter delay.'
    if terms.longest.number >= case.timeline.operations.number:
        wrong = f"a delay of {months_text(terms.longest.number)} would leave nothing of operations."
        yield "completion.longest", wrong, "Write a shorter one."


def _drawn(case: CaseTables, terms: Completion) -> dict[str, float]:
    """The delays that a simulation may draw, by key; a rule of drivers tells those that cannot be read."""
    drawn = {}
    for name, driver in case.risk.driver.items() if case.risk is not None else ():
        for part, outcome in driver.outcome.items() if driver.key == "completion.delay" else ():
            with contextlib.suppress(BadValue):
                drawn[f"risk.driver.{name}.outcome.{part}.value"] = read_outcome(type(case), terms.delay, outcome.value)
    return drawn


def a_drawn_delay_is_one_of_several(case: CaseTables) -> Iterator[Fault]:
    """Delays are whole periods, which no continuous multiple is."""
    for name, driver in case.risk.driver.items() if case.risk is not None else ():
        if driver.key == "completion.delay" and driver.kind != "outcomes":
            wrong = "a delay is whole periods, so it cannot be drawn as a multiple."
            yield f"risk.driver.{name}.kind", wrong, 'Write kind = "outcomes", with a value and a chance for each.'


def a_cap_on_damages_has_damages(case: CaseTables) -> Iterator[Fault]:
    """A limit alone pays nothing."""
    terms = case.completion
    if terms is not None and terms.damages_cap is not None and terms.damages is None:
        wrong = "damages are capped, and none are stated."
        remedy = f'Write damages = "1 million {case.currency}/month", or remove damages_cap.'
        yield "completion.damages_cap", wrong, remedy


RULES: list[Rule] = [a_delay_is_whole_periods, a_drawn_delay_is_one_of_several, a_cap_on_damages_has_damages]
