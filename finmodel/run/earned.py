"""Support as it is earned: the same contracts, paid in the periods for which they pay and not when they settle.

For comparing designs alone: a cover that counts support when it is earned does not tell schemes apart by their lag or
the length of their window. What is granted, taxed and charged to the budget does not move. It changes the lines of a
deal that is declared already, and so finds them by their ids.
Timing:  what is granted in a window longer than a period is spread over its time; else it is paid at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from finmodel.kernel.expr import Expr, ratio, where
from finmodel.kernel.model import Line, Model


@dataclass(frozen=True, eq=False, repr=False)
class _Window:
    """A settlement window: 1 while it runs, in its first and in its last period."""

    active: Line
    starts: Expr
    ends: Line


def pay_as_earned(model: Model, contracts: Iterable[str]) -> None:
    """Change when support is paid and given back, in the lines of these contracts and of their sellers."""
    for name in contracts:
        contract = f"support.{name}"
        sections = [id for id in model.sections if id == contract or id.startswith(f"{contract}.")]
        for id in sections:
            if f"{id}.receivable.opening" in model.lines:
                window = _window(model, contract, "window_ends")
                back = _window(model, contract, "share_window_ends") or window
                _spread(model, f"{id}.granted", f"{id}.paid", window)
                _spread(model, f"{id}.give_back_due", f"{id}.given_back", back)


def _window(model: Model, contract: str, name: str) -> _Window | None:
    """A window of a contract; None where it is the period itself."""
    ends = model.lines.get(f"{contract}.{name}")
    if ends is None:
        return None
    active = model.find(f"{contract}.active")
    return _Window(active, active & (ends.prev | ~active.prev), ends)


def _spread(model: Model, earned: str, settled: str, window: _Window | None) -> None:
    """Replace what is paid by what is granted, over the time of the window in which it is granted."""
    granted, paid = model.find(earned), model.find(settled)
    if window is None:
        paid.expr = granted * 1
        return
    whole = _window_total(model, f"{paid.id}_window", granted * 1, window)
    time = _window_total(model, f"{paid.id}_time", model.find("time.years") * window.active, window)
    paid.expr = where(window.active, whole * ratio(model.find("time.years"), time), granted)


def _window_total(model: Model, id: str, flow: Expr, window: _Window) -> Line:
    """A flow added up over the window in which a period lies, in every period of it."""
    assert flow.unit is not None
    left = model.declare(f"{id}_left", "Left of the window", flow.unit)
    left.define(where(window.active, flow + where(window.ends, 0, left.next), 0))
    whole = model.declare(id, "Of the window", flow.unit)
    return whole.define(where(window.starts, left, whole.prev * window.active))
