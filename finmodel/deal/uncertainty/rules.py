"""Rules of [risk]: which keys belong to a process, regimes that add up, and correlations that can exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from finmodel.case import correlation
from finmodel.case.expand import Fault
from finmodel.case.quantity import clip
from finmodel.case.wording import quoted
from finmodel.deal.ruling import Rule, day, percent, sums, unknown
from finmodel.deal.schema import CaseTables
from finmodel.deal.uncertainty.process import PROCESSES, Process
from finmodel.deal.uncertainty.terms import Regime, RiskTerms
from finmodel.kernel.timeline import month_number

EXAMPLES = {"start": "72 USD/kg", "level": "90 USD/kg"}
MOST_MONTHS_BEFORE = 120


class Moving(NamedTuple):
    """A price or rate that moves: the key of its process in the case, and the process."""

    key: str
    process: Process


def processes(risk: RiskTerms) -> dict[str, Moving]:
    """Process by name of every exchange rate, price and basis that moves; a name of two counts once."""
    kinds = {"fx": risk.fx, "price": risk.price, "basis": risk.basis}
    return {
        name: Moving(f"risk.{kind}.{name}", process) for kind, table in kinds.items() for name, process in table.items()
    }


def what_moves_is_known(case: CaseTables) -> Iterator[Fault]:
    """Processes, correlations and regimes speak of prices, rates and contracts of the case."""
    risk = case.risk
    if risk is None:
        return
    for name in risk.price:
        yield from _known(f"risk.price.{name}", name, case.price, "price", "price index")
    for name in risk.fx:
        yield from _known(f"risk.fx.{name}", name, case.fx, "fx", "exchange rate")
        if name in risk.price:
            yield f"risk.fx.{name}", f'"{clip(name)}" is a price of [risk.price] too.', "Rename one of the two."
    for name in risk.basis:
        yield from _known(f"risk.basis.{name}", name, case.offtake, "offtake", "offtake contract")
        if name in risk.price or name in risk.fx:
            wrong = f'"{clip(name)}" is a price or rate of [risk] too.'
            yield f"risk.basis.{name}", wrong, "Rename one of the two."
    for state, regime in risk.regime.items():
        for kind, known, table in (
            ("price", case.price, "price"), ("premium", case.price, "price"), ("demand", case.offtake, "offtake"),
        ):  # fmt: skip
            for name in getattr(regime, kind):
                noun = "offtake contract" if table == "offtake" else "price index"
                yield from _known(f"risk.regime.{state}.{kind}.{name}", name, known, table, noun)


def _known(key: str, name: str, known: Mapping[str, object], table: str, noun: str) -> Iterator[Fault]:
    if name not in known:
        yield unknown(key, name, known, table, noun)


def a_process_has_its_keys(case: CaseTables) -> Iterator[Fault]:
    """Each kind of process needs its own parameters and takes no others."""
    for key, process in processes(case.risk).values() if case.risk is not None else ():
        yield from PROCESSES.faults(key, process)
        yield from _centre(key, process)


def _centre(key: str, process: Process) -> Iterator[Fault]:
    """A price of its own has a start; one about the deck has neither start, level nor drift."""
    own = process.centre == "own"
    about = {"fx": "an exchange rate moves about its deck", "basis": "a basis moves about the contract's discount"}
    moves = about.get(key.split(".")[1], "a bootstrap moves about its deck" if process.from_history else "")
    if own and moves:
        yield f"{key}.centre", f"{moves}.", 'Write centre = "mean" or centre = "median".'
        return
    needed = ("start", "level") if process.kind == "schwartz" else ("start",)
    for name in ("start", "level", "drift"):
        given = getattr(process, name) is not None
        if own and name in needed and not given:
            yield key, f"a price of its own (centre = own) needs {name}.", f'Write {name} = "{EXAMPLES[name]}".'
        if given and not own:
            wrong = f'{name} is given, but the price moves about its deck (centre = "{process.centre}").'
            yield f"{key}.{name}", wrong, 'Remove it, or write centre = "own".'
        if given and own and name == ("drift" if process.kind == "schwartz" else "level"):
            yield f"{key}.{name}", f'a process of kind "{process.kind}" has no {name}.', "Remove it."


def history_is_drawn_as_one(case: CaseTables) -> Iterator[Fault]:
    """Prices drawn from history keep their months together, so they share the length of a stretch."""
    risk = case.risk
    drawn = [] if risk is None else [(k, p) for k, p in processes(risk).values() if p.from_history]
    for key, process in drawn[1:]:
        first = drawn[0][1].block.number
        if process.block.number != first:
            wrong = f"months are drawn for all histories together: block is {first:g} months at {drawn[0][0]}."
            yield f"{key}.block", wrong, f'Write block = "{first:g} months".'


def correlations_can_exist(case: CaseTables) -> Iterator[Fault]:
    """Pairs of moving prices, each given once; together they make a matrix without negative eigenvalues."""
    risk = case.risk
    if risk is None or not risk.correlation:
        return
    names = [name for name, (_, process) in processes(risk).items() if not process.from_history]
    faults = list(_pairs(risk, names))
    yield from faults
    if faults:
        return
    given = correlation.matrix(names, risk.correlation)
    if not correlation.possible(given):
        near = correlation.nearest(given)
        typed = [(first, second) for first, row in risk.correlation.items() for second in row]
        moved = [
            f'{first}.{second} = "{percent(near[names.index(first), names.index(second)])}"' for first, second in typed
        ]
        wrong = "no prices can be correlated so: the matrix has a negative eigenvalue."
        yield "risk.correlation", wrong, f"The nearest that can be: {', '.join(moved)}."


def _pairs(risk: RiskTerms, names: list[str]) -> Iterator[Fault]:
    seen: dict[frozenset[str], str] = {}
    for first, row in risk.correlation.items():
        for second in row:
            key = f"risk.correlation.{first}.{second}"
            strange = [name for name in (first, second) if name not in names]
            pair = frozenset((first, second))
            if strange:
                wrong = f'"{clip(strange[0])}" is not a price or rate that [risk] draws by a process.'
                others = [name for name in names if name not in (first, second)]
                yield key, wrong, f"Write {quoted(others)}, or remove it." if others else "Remove it."
            elif first == second:
                yield key, "a price is correlated with itself by 100 %, always.", "Remove it."
            elif pair in seen:
                yield key, f"the pair stands at {seen[pair]} too.", "Remove one of the two."
            seen.setdefault(pair, key)


def regimes_add_up(case: CaseTables) -> Iterator[Fault]:
    """Each month a path is somewhere: probabilities of the start, and of each regime's next month, sum to 100 %."""
    regimes: Mapping[str, Regime] = {} if case.risk is None else case.risk.regime
    if regimes:
        starts = {name: regime.start.number for name, regime in regimes.items()}
        yield from sums("risk.regime", starts, "probabilities of starting in each regime", "start = ")
    for name, regime in regimes.items():
        strange = [other for other in regime.next if other not in regimes]
        for other in strange:
            yield unknown(f"risk.regime.{name}.next.{other}", other, regimes, "risk.regime", "regime")
        if not strange:
            shares = {other: share.number for other, share in regime.next.items()}
            yield from sums(f"risk.regime.{name}.next", shares, "probabilities of the next month", "")


def the_start_is_before_the_deal(case: CaseTables) -> Iterator[Fault]:
    """Prices are known on a day before, or at, financial close."""
    risk = case.risk
    if risk is None or risk.start is None:
        return
    before = month_number(day(case.timeline.financial_close)) - month_number(day(risk.start))
    if not 0 <= before <= MOST_MONTHS_BEFORE:
        close = day(case.timeline.financial_close)
        wrong = f"{day(risk.start)} is not within {MOST_MONTHS_BEFORE // 12} years before financial close, {close}."
        yield "risk.start", wrong, f"Write start = {close}, or an earlier day."


def the_mean_is_of_the_deck(case: CaseTables) -> Iterator[Fault]:
    """The expected price is the deck only if every price moves about its deck by its mean."""
    risk = case.risk
    if risk is None or risk.expected != "deck":
        return
    for key, process in processes(risk).values():
        if process.centre != "mean":
            wrong = f'expected = "deck" needs centre = "mean": got "{process.centre}".'
            yield f"{key}.centre", wrong, 'Write centre = "mean", or expected = "regime".'


RULES: list[Rule] = [
    what_moves_is_known,
    a_process_has_its_keys,
    history_is_drawn_as_one,
    correlations_can_exist,
    regimes_add_up,
    the_start_is_before_the_deal,
    the_mean_is_of_the_deck,
]
