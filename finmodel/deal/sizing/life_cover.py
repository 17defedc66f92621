"""Life cover: the value of cash to come over the life of the loan, or of the project, and the debt that it carries.

Timing:  the cash of each payment window stands at its date, discounted window by window at the senior rate.
Source:  loan-life and project-life cover (F7). As a limit, cover is tested once, after the last drawing, on the cash
         that lenders count.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.loans.terms import SizingTerms
from finmodel.deal.sizing.senior import Capacity
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Life:
    """A name, a label, and the flag of the periods whose cash counts."""

    name: str
    label: str
    within: Line


def value(section: Section, life: Life, pays: Expr, cash: Line, rate: Line) -> Line:
    """Declare the value of the cash to come after each period [reporting currency].

    Args:
        section: Where the lines stand.
        life: The periods whose cash counts.
        pays: Flag of the dates on which a window ends.
        cash: CFADS of the window [reporting currency].
        rate: Interest over the window, per unit.
    """
    line = section.ahead(f"{life.name}_cash", f"{life.label}: Value of CFADS to come")
    here = section.flag(f"{life.name}_window", f"{life.label}: A window ends", pays & life.within)
    step = section.line(
        f"{life.name}_step", f"{life.label}: Value at the payment date", here * ratio(line + cash, 1 + rate)
    )
    return line.define(step.next + ~here.next * line.next)


def loan_life(section: Section, repaying: Line) -> Line:
    """Declare the flag of the periods up to the last repayment.

    Args:
        repaying: 1 on dates of repayment.

    Returns:
        The flag.
    """
    still = section.ahead("loan_life", "Within the life of senior debt", RATIO)
    return still.define(hi(repaying, still.next))


def limits(section: Section, terms: SizingTerms, capacity: Capacity, rate: Line, clock: Clock) -> list[Line]:
    """Declare the debt at each life cover that the case asks for.

    Args:
        rate: Interest of the window per unit owed [ratio].

    Returns:
        The debt at each cover [reporting currency].
    """
    found = []
    wanted = (
        ("llcr", "loan life cover", terms.llcr),
        ("plcr", "project life cover", terms.plcr),
    )
    for name, words, target in wanted:
        if target is None:
            continue
        within = loan_life(section, capacity.dates.repaying) if name == "llcr" else clock.operations
        life = Life(name, words.capitalize(), within)
        worth = value(section, life, capacity.dates.pays & clock.completed, capacity.window, rate)
        tested = section.line(
            f"{name}_tested", f"{life.label}: Value at the last drawing", worth * clock.last_construction
        )
        found.append(section.line(f"by_{name}", f"Debt at the {words}", total(tested) / target))
    return found
