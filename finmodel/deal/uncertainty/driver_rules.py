"""Rules of what [risk] draws besides prices: inputs drawn once a path, and events that last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from finmodel.case.describe import Found, find, nearest
from finmodel.case.expand import Fault, leaves
from finmodel.case.leaf import Quantity
from finmodel.case.messages import subject
from finmodel.case.quantity import BadValue, clip
from finmodel.case.table import Table
from finmodel.deal.ruling import Rule, sums, unknown, values
from finmodel.deal.schema import CaseTables
from finmodel.deal.uncertainty.outcomes import read_outcome
from finmodel.deal.uncertainty.terms import DRIVERS, Driver, Event, RiskTerms
from finmodel.kernel.expr import Given


def moved(risk: RiskTerms) -> dict[str, str]:
    """Inputs that prices, rates and regimes move → the key that does it."""
    found = {f"price.{name}.deck": f"risk.price.{name}" for name in risk.price}
    found |= {f"fx.{name}": f"risk.fx.{name}" for name in risk.fx}
    found |= {f"offtake.{name}.discount": f"risk.basis.{name}" for name in risk.basis}
    for name in risk.hazard:
        found |= {f"event.{name}.{part}": f"risk.hazard.{name}" for part in ("later", "share")}
    for state, regime in risk.regime.items():
        where = f"risk.regime.{state}"
        found |= {f"price.{name}.deck": f"{where}.price.{name}" for name in regime.price}
        found |= {f"price.{name}.premium": f"{where}.premium.{name}" for name in regime.premium}
        found |= {f"offtake.{name}.demand": f"{where}.demand.{name}" for name in regime.demand}
    return found


def drivers_move_live_inputs(case: CaseTables) -> Iterator[Fault]:
    """A driver or an event moves an input that scenarios may change too, and that nothing else moves."""
    risk = case.risk
    if risk is None or not (risk.driver or risk.event):
        return
    known = {".".join(keys): given for keys, given, _ in leaves(case, None) if keys[0] != "risk"}
    taken = moved(risk)
    named: dict[str, Driver | Event] = {f"risk.driver.{name}": driver for name, driver in risk.driver.items()}
    named.update({f"risk.event.{name}": event for name, event in risk.event.items()})
    for key, table in named.items():
        found = find(type(case), table.key.split(".")) if table.key in known else None
        leaf = found.slot.leaf if found is not None else None
        if (absent := _left_out(case, table.key)) is not None:
            remedy = f"Write {table.key.split('.')[-1]} = {absent.switched_on} in case.toml{absent.unmoved}."
            yield f"{key}.key", f"the case leaves {table.key} out, so it cannot be drawn.", remedy
        elif table.key not in known:
            near = nearest(table.key, known)
            remedy = f'Did you mean "{near}"?' if near else 'Write a dotted key, such as "capex.plant.amount".'
            yield f"{key}.key", f'"{clip(table.key)}" is no figure of this case.', remedy
        elif found is None or not found.live or not isinstance(leaf, Quantity):
            yield f"{key}.key", f"{table.key} shapes the model, so it cannot be drawn.", "Name another figure."
        elif table.key in taken:
            wrong = f"{table.key} is moved by {taken[table.key]} already."
            yield f"{key}.key", wrong, f"Remove {key} or {taken[table.key]}."
        else:
            yield from _fits(type(case), key, table, known[table.key])
        taken[table.key] = key


def _left_out(case: CaseTables, key: str) -> Found | None:
    """The schema's entry for a key that the case could have and leaves out: a clause that is not there."""
    value: object = case
    parts = key.split(".")
    for part in parts[:-1]:
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    if not isinstance(value, Table) or getattr(value, parts[-1], case) is not None:
        return None
    found = find(type(case), parts)
    return found if found is not None and isinstance(found.slot.leaf, Quantity) and found.live else None


def _fits(root: type[Table], key: str, table: Driver | Event, given: Given) -> Iterator[Fault]:
    """What is drawn leaves the input within its bounds."""
    found = find(root, given.id.split("."))
    assert found is not None
    leaf = found.slot.leaf
    assert isinstance(leaf, Quantity)
    if not isinstance(table, Driver):
        if not leaf.dated:
            yield f"{key}.key", f"{given.id} is one number for all time: an event lasts a while.", "Use a driver."
        elif leaf.gt is not None and table.multiple.number == 0 and leaf.gt >= 0:
            yield f"{key}.multiple", f"{given.id} must stay above 0.", 'Write multiple = "1 %" or more.'
        return
    if table.kind == "outcomes":
        for name, outcome in table.outcome.items():
            try:
                read_outcome(root, given, outcome.value)
            except BadValue as error:
                remedy = f"Write value = {error.write}." if error.write else ""
                wrong = f"{subject(tuple(table.key.split('.')), found)} {error.wrong}"
                yield f"{key}.outcome.{name}.value", wrong, f"{remedy} {error.advice}".strip()
        return
    bounded = leaf.le is not None or leaf.lt is not None
    if table.kind == "lognormal" and bounded:
        wrong = f"{given.id} is {leaf.range}, and a lognormal multiple has no upper end."
        yield f"{key}.kind", wrong, 'Write kind = "triangular" with low, likely and high.'
    for name in ("low", "high"):
        multiple = getattr(table, name)
        typed = values(given)
        if multiple is not None and any(leaf.outside(value * multiple.number) for value in typed):
            wrong = f"{given.id} would be {max(typed) * multiple.number:g}: it is {leaf.range}."
            yield f"{key}.{name}", wrong, "Write another multiple."


def hazards_are_of_events(case: CaseTables) -> Iterator[Fault]:
    """A hazard says when an event of the case strikes, and how much it takes then."""
    for name in case.risk.hazard if case.risk is not None else ():
        if name not in case.event:
            yield unknown(f"risk.hazard.{name}", name, case.event, "event", "event")


def a_driver_has_its_keys(case: CaseTables) -> Iterator[Fault]:
    """Each kind of driver needs its own parameters, in order."""
    for name, driver in case.risk.driver.items() if case.risk is not None else ():
        key = f"risk.driver.{name}"
        yield from DRIVERS.faults(key, driver)
        if driver.kind == "outcomes" and driver.outcome:
            chances = {name: outcome.chance.number for name, outcome in driver.outcome.items()}
            yield from sums(f"{key}.outcome", chances, "chances of the outcomes", "chance = ")
        points = [part.number for part in (driver.low, driver.likely, driver.high) if part is not None]
        if points != sorted(points) or (len(points) > 1 and points[0] == points[-1]):
            yield f"{key}.high", "low, likely and high do not rise.", "Write them in order, high above low."


RULES: list[Rule] = [drivers_move_live_inputs, hazards_are_of_events, a_driver_has_its_keys]
