"""Rules of completion: a delay is whole periods and no longer than stated; a limit has what it limits."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.base.timeline import MONTHS
from finmodel.case.expand import Fault
from finmodel.case.rules_common import Rule, months_text
from finmodel.case.schema import CaseTables


def a_delay_is_whole_periods(case: CaseTables) -> Iterator[Fault]:
    """Operations start with a period."""
    terms, size = case.completion, MONTHS[case.timeline.frequency]
    if terms is None:
        return
    for key, given in (("delay", terms.delay), ("longest", terms.longest), ("test_months", terms.test_months)):
        if given.number % size:
            below = given.number // size * size
            fitting = [f'"{months_text(months)}"' for months in (below, below + size) if months or key == "delay"]
            wrong = f"{months_text(given.number)} are not whole periods of {months_text(size)}."
            yield f"completion.{key}", wrong, f"Write {key} = {' or '.join(fitting)}."
    if terms.delay.number > terms.longest.number:
        wrong = f"a delay of {months_text(terms.delay.number)} is longer than {months_text(terms.longest.number)}."
        yield "completion.delay", wrong, f'Write longest = "{months_text(terms.delay.number)}", or a shorter delay.'
    if terms.longest.number >= case.timeline.operations.number:
        wrong = f"a delay of {months_text(terms.longest.number)} would leave nothing of operations."
        yield "completion.longest", wrong, "Write a shorter one."


def a_cap_on_damages_has_damages(case: CaseTables) -> Iterator[Fault]:
    """A limit alone pays nothing."""
    terms = case.completion
    if terms is not None and terms.damages_cap is not None and terms.damages is None:
        wrong = "damages are capped, and none are stated."
        yield "completion.damages_cap", wrong, f'Write damages = "1 million {case.currency}/month", or remove the cap.'


RULES: list[Rule] = [a_delay_is_whole_periods, a_cap_on_damages_has_damages]
