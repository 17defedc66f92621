"""How much of revenue is contracted while senior debt is repaid: a result of the case that debt is sized on.

Sign:    shares from 0 to 1.
Timing:  revenue of the payment windows that end on a date with scheduled principal, first to last, undiscounted.
Source:  the shares are found with the debt, on the sizing case, and then stand: under a scenario or on a path they say
         what the debt rests on, and not what the scenario brings.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.kernel.expr import Given, lo, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class ByWindow:
    """Revenue of each payment window: all of it, by price and volume, and by volume at least."""

    whole: Line
    by_price: Line
    by_volume: Line


def build(section: Section, revenue: ByWindow, repaying: Line, by_price: Given, by_volume: Given) -> dict[str, Line]:
    """Declare both shares, for the engine to find on the sizing case, and the results that show them.

    Args:
        repaying: 1 from the first to the last window that repays debt.
        by_price: The share contracted by price and volume, which the engine finds.
        by_volume: The share contracted by volume at least, which the engine finds.

    Returns:
        What the engine must find, by "price" and "volume"; no "volume" where both are the same.
    """
    whole = section.line("repaying_revenue", "Revenue of windows that repay debt", revenue.whole * repaying)
    kinds = [("price", "price and volume", revenue.by_price, by_price)]
    if revenue.by_volume is not revenue.by_price:
        kinds.append(("volume", "volume at least", revenue.by_volume, by_volume))
    shown, targets = {}, {}
    for name, words, line, value in kinds:
        label = f"Revenue of windows that repay debt, contracted by {words}"
        part = section.line(f"repaying_{name}", label, line * repaying)
        label = f"Share of revenue contracted by {words}, first to last repayment"
        share = lo(1, ratio(total(part), total(whole)))
        targets[name] = section.line(f"share_by_{name}_target", label, share, RATIO)
        shown[name] = section.line(f"share_by_{name}", f"{label}, on the sizing case", value * 1, RATIO)
        section.model.metric(f"contracted_share.{name}", shown[name])
    if "volume" not in shown:
        section.model.metric("contracted_share.volume", shown["price"])
    return targets
