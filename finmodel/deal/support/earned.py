"""Support as it is earned: the same contracts, paid in the periods for which they pay and not when they settle.

For comparing designs alone: a cover that counts support when it is earned does not tell schemes apart by their lag or
the length of their window. What is granted, taxed and charged to the budget does not move.
Timing:  what is granted in a window longer than a period is spread over its time; else it is paid at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from finmodel.kernel.expr import Expr, ratio, where
from finmodel.kernel.model import Line, Model


def pay_as_earned(model: Model, contracts: Iterable[str]) -> None:
    """Change when support is paid and given back, in the lines of these contracts and of their sellers."""
    for name in contracts:
        contract = f"support.{name}"
        sections = [id for id in model.sections if id == contract or id.startswith(f"{contract}.")]
        for id in sections:
            if f"{id}.receivable.opening" in model.lines:
                window, share = f"{contract}.window_ends", f"{contract}.share_window_ends"
                _spread(model, contract, (f"{id}.granted", f"{id}.paid"), window)
                back = share if share in model.lines else window
                _spread(model, contract, (f"{id}.give_back_due", f"{id}.given_back"), back)


def _spread(model: Model, contract: str, flow: tuple[str, str], window: str) -> None:
    """Replace what is paid by what is granted, over the time of the window in which it is granted."""
    granted, paid = (model.find(id) for id in flow)
    if window not in model.lines:
        paid.expr = granted * 1
        return
    active, ends, years = model.find(f"{contract}.active"), model.find(window), model.find("time.years")
    starts = active & (ends.prev | ~active.prev)
    whole = _window_total(model, f"{paid.id}_window", granted * 1, (active, starts, ends))
    time = _window_total(model, f"{paid.id}_time", years * active, (active, starts, ends))
    paid.expr = where(active, whole * ratio(years, time), granted)


def _window_total(model: Model, id: str, flow: Expr, flags: tuple[Line, Expr, Line]) -> Line:
    """A flow added up over the window in which a period lies, in every period of it."""
    active, starts, ends = flags
    assert flow.unit is not None
    left = model.declare(f"{id}_left", "Left of the window", flow.unit)
    left.define(where(active, flow + where(ends, 0, left.next), 0))
    whole = model.declare(id, "Of the window", flow.unit)
    return whole.define(where(starts, left, whole.prev * active))
