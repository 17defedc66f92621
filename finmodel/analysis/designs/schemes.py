"""Designs of support: each published scheme sized to the same outcome, with the debt held, and what it costs payers.

Sized:  the main figure of a scheme (its floor, premium, payment) is scaled until a world reaches the outcome: a lowest
        DSCR or an equity IRR, by default what the case's own support reaches. A DSCR counts support in the period in
        which it is earned, without its lag and spread over its window, so that no scheme is left out for when it
        settles; what it is as paid stands beside it. A return is on what is paid.
Cost:   the expected cost is the weighted mean over scenarios of the present value of public money: support paid less
        given back, and for a stockpile what it pays for tonnes less what it sells them for. What buyers pay is apart.
Held:   contract, dates, quantity, lag and budget are the case's own, so that schemes differ in their terms alone.
Source: decision on public cost (F38).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from finmodel.case.expand import bound, leaves
from finmodel.case.templates import scheme_files
from finmodel.deal.read import Case
from finmodel.deal.schema import CaseTables
from finmodel.deal.support.public_bodies import government_terms
from finmodel.deal.support.terms import Programme, Support
from finmodel.kernel.errors import FileError, UsageError
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.faces.generated import Kernel, Values, compile_kernel
from finmodel.public_money.incidence import GIVE_BACK, TOP_UP
from finmodel.risk.draws.setup import market_of
from finmodel.risk.draws.streams import Stream
from finmodel.run.build import Built, build
from finmodel.run.results import Results
from finmodel.run.run import opened, run

OWN = "as in the case"
MAIN = ("floor", "premium", "revenue_floor", "ebitda_floor", "capacity_payment")
TIED = ("strike", "revenue_cap", "ebitda_cap")
FROM_CASE = ("contract", "price", "quantity", "start", "end", "lag", "taxable", "products")
HIGHEST, STEPS, HALVINGS = 4.0, 40, 40
CLOSE = 1e-9
COVER = "dscr_min"


@dataclass(frozen=True)
class Scheme:
    """A design of support on the case's contract: its terms, and why it cannot be used if it cannot."""

    name: str
    label: str
    support: Support
    programme: Mapping[str, Programme]

    @property
    def main(self) -> str:
        """The key that is scaled."""
        return next(key for key in MAIN if getattr(self.support, key) is not None)

    @property
    def scaled(self) -> list[str]:
        """Keys that move together: the main one, and a level that is the same."""
        main = getattr(self.support, self.main)
        tied = [key for key in TIED if (level := getattr(self.support, key)) is not None and level.value == main.value]
        return [f"support.{self.name}.{key}" for key in (self.main, *tied)]


@dataclass(frozen=True)
class World:
    """A future: the case itself or a scenario, and its weight among them."""

    name: str
    case: Case
    weight: float


class Design:
    """A scheme in a case: its lines in each world, with the debt of the base case."""

    def __init__(self, scheme: Scheme, worlds: list[World], base: Results, as_earned: bool = False) -> None:
        self.scheme, self.worlds, self.base, self.as_earned = scheme, worlds, base, as_earned
        self.rate = government_terms(base.case.tables).rate.number
        self._worlds: dict[str, tuple[Values, Values]] = {}

    def outcome(self, world: World, metric: str, scale: float) -> float:
        """A named result in a world; a cover counts support as it is earned."""
        return self._earned.as_paid(world, metric, scale) if metric == COVER else self.as_paid(world, metric, scale)

    def as_paid(self, world: World, metric: str, scale: float) -> float:
        """A named result in a world, on support as it is paid."""
        return float(self._run(world, scale)[self._built.model.metrics[metric].line.id])

    @cached_property
    def _earned(self) -> Design:
        """The scheme paid as it is earned, in the same worlds and with the same debt."""
        return Design(self.scheme, self.worlds, self.base, as_earned=True)

    def without(self, world: World, metric: str) -> float:
        """A named result in a world without any support."""
        built, given = self._built, self._world(world)[0]
        nothing = (0.0,) * built.model.timeline.count
        line = built.model.metrics[metric].line.id
        off = {**given, TOP_UP: nothing, GIVE_BACK: nothing}
        return float(evaluate(built.model, built.plan, off, [line])[line])

    def cost(self, world: World, scale: float) -> float:
        """Public money in a world, present value [reporting currency].

        Args:
            scale: Multiple of the scheme's main figure [ratio].
        """
        values, lines = self._run(world, scale), self._lines(world)
        if not lines["out"]:
            return 0.0
        flow = sum(np.asarray(values[id]) for id in lines["out"]) - sum(np.asarray(values[id]) for id in lines["back"])
        return float(self._factors @ np.broadcast_to(flow, self._factors.shape))

    def by_buyers(self, world: World, scale: float) -> float:
        """What buyers pay, net of what they get back, present value [reporting currency]."""
        if self.scheme.support.payer != "offtaker":
            return 0.0
        values, name = self._run(world, scale), self.scheme.name
        flow = np.asarray(values[f"support.{name}.paid"]) - np.asarray(values[f"support.{name}.given_back"])
        return float(self._factors @ flow)

    def short(self, world: World, scale: float) -> bool:
        """Whether the budget leaves a claim unmet."""
        return bool(np.sum(self._run(world, scale)[f"support.{self.scheme.name}.unmet"]) > 0)

    def tonnes(self, world: World, scale: float) -> float:
        """Tonnes supported, discounted as their cost is."""
        return float(self._factors @ self._run(world, scale)[f"support.{self.scheme.name}.supported"])

    def simulated(self, world: World, scale: float, draws: Sequence[Mapping[str, Any]]) -> Any:
        """Public money on each path of some draws, present value; the same draws for every design.

        Args:
            scale: Multiple of the scheme's main figure [ratio].
            draws: Blocks of drawn inputs by id, from `draws_of`.
        """
        built, (given, _) = self._built, self._world(world)
        given = {**given, **{id: _times(given[id], scale) for id in self.scheme.scaled}}
        lines = self._lines(world)
        if not lines["out"]:
            return np.zeros(1)
        vary = [id for id in draws[0] if id in given]
        kernel = compile_kernel(built.model, built.plan, [*lines["out"], *lines["back"]], vary, paths=True)
        fixed = {id: np.asarray(value) for id, value in evaluate(built.model, built.plan, given, kernel.fixed).items()}
        still = {id: np.asarray(value, dtype=float) for id, value in given.items()}
        found = []
        for rows in draws:
            paths = max(np.asarray(rows[id]).shape[-1] for id in vary)
            out = kernel.run({**still, **{id: rows[id] for id in vary}}, fixed, paths)
            rows_of = {
                id: np.broadcast_to(np.asarray(value).T, (paths, len(self._factors))) for id, value in out.items()
            }
            flow = sum(rows_of[id] for id in lines["out"]) - sum(rows_of[id] for id in lines["back"])
            found.append(flow @ self._factors)
        return np.concatenate(found)

    def _lines(self, world: World) -> dict[str, list[str]]:
        name, known = self.scheme.name, self._built.model.lines
        if self.scheme.support.payer == "offtaker" and f"support.{name}.outlay" not in known:
            return {"out": [], "back": []}
        outlay = f"support.{name}.outlay"
        back = [f"support.{name}.given_back"] if self.scheme.support.payer == "programme" else []
        resale = [f"support.{name}.resale"] if f"support.{name}.resale" in known else []
        return {"out": [outlay if outlay in known else f"support.{name}.paid"], "back": back + resale}

    @cached_property
    def _factors(self) -> Any:
        """Discount factor of each period to financial close, as every present value of the deal has it."""
        built, elapsed = self._built, "returns.elapsed"
        years = evaluate(built.model, built.plan, built.inputs(built.case), [elapsed])[elapsed]
        return (1 + self.rate) ** -np.asarray(years, dtype=float)

    def _run(self, world: World, scale: float) -> Values:
        given, fixed = self._world(world)
        scaled = {id: _times(given[id], scale) for id in self.scheme.scaled}
        found = self._kernel.run({**given, **scaled}, fixed)
        return {**found, **{id: fixed[id] for id in self._wanted if id not in found}}

    @cached_property
    def _wanted(self) -> list[str]:
        name, model = self.scheme.name, self._built.model
        lines = [f"support.{name}.{line}" for line in ("paid", "given_back", "supported", "outlay", "resale", "unmet")]
        metrics = [model.metrics[metric].line.id for metric in ("dscr_min", "equity_irr") if metric in model.metrics]
        return [id for id in (*lines, *metrics) if id in model.lines]

    @cached_property
    def _kernel(self) -> Kernel:
        return compile_kernel(self._built.model, self._built.plan, self._wanted, self.scheme.scaled, paths=False)

    def _world(self, world: World) -> tuple[Values, Values]:
        """The inputs of a world, and every line in it, with the debt of the base case."""
        if world.name not in self._worlds:
            solved = {item.value.id: self.base.given[item.value.id] for item in self._built.model.solved}
            given = {**self._built.inputs(with_scheme(world.case, self.scheme)), **solved}
            asked = [*self._kernel.fixed, *self._wanted]
            self._worlds[world.name] = (given, evaluate(self._built.model, self._built.plan, given, asked))
        return self._worlds[world.name]

    @cached_property
    def _built(self) -> Built:
        """One set of lines that takes the inputs of every world: what is a row in one of them is a row in all."""
        first = with_scheme(self.worlds[0].case, self.scheme)
        every = [given for world in self.worlds for _, given, _ in leaves(world.case.tables, {})]
        drawn = [] if first.tables.risk is None else market_of(self.worlds[0].case).inputs
        rows = [*drawn, *(given.id for given in every if given.series)]
        return build(first.widened(rows), self.as_earned)


def worlds_of(case: Case) -> list[World]:
    """The scenarios that have a probability, or the case alone."""
    weighted = {name: terms.probability for name, terms in case.scenarios.items() if terms.probability is not None}
    if not weighted:
        return [World("base case", case, 1.0)]
    return [World(name, case.with_scenario(name), weight) for name, weight in weighted.items()]


def draws_of(case: Case, blocks: int, seed: int) -> list[Mapping[str, Any]]:
    """Blocks of what the case's [risk] table draws; nothing for a case without one.

    Args:
        blocks: Number of blocks, each of 1,024 paths.
        seed: Seed of the draws.
    """
    if case.tables.risk is None:
        return []
    market = market_of(case)
    return [market.draw(Stream(seed, block, False), None)[0] for block in range(blocks)]


def schemes(case: Case) -> Iterator[Scheme | tuple[str, str]]:
    """The case's own support, then every template; a template that does not fit comes with the reason.

    Raises:
        UsageError: The case has not one support contract that a programme pays.
    """
    own = _own(case)
    yield own
    for file in scheme_files():
        found = _scheme(file, own)
        faults = [wrong for rule in case.origin.schema.rules for _, wrong, _ in rule(with_scheme(case, found).tables)]
        yield (found.label, faults[0]) if faults else found


def with_scheme(case: Case, scheme: Scheme) -> Case:
    """A case with a scheme in place of its own support."""
    changes = {"support": {scheme.name: scheme.support}, "programme": dict(scheme.programme)}
    tables: CaseTables = case.tables.model_copy(update=changes)
    return replace(case, tables=tables, sizing=None)


def _own(case: Case) -> Scheme:
    supports = case.tables.support
    if len(supports) != 1 or next(iter(supports.values())).payer != "programme":
        wanted = "designs are compared on one support contract that a programme pays"
        raise UsageError(f"{wanted}: the case has {len(supports)}")
    name, terms = next(iter(supports.items()))
    return Scheme(name, OWN, terms, case.tables.programme)


def _scheme(file: Path, own: Scheme) -> Scheme:
    """A template on the case's contract, dates, tonnes and budget."""
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileError(f"{file}: cannot read: {error}") from error
    name, typed = next(iter(text["support"].items()))
    support: Support = Support.model_validate(typed, context={"currency": "USD"})
    taken = {key: getattr(own.support, key) for key in FROM_CASE}
    if support.payer == "programme":
        taken["programme"] = own.support.programme
    first, last = own.support.start.number, own.support.end.number
    if support.share_start is not None and not first <= support.share_start.number <= last:
        taken["share_start"] = None
    support = support.model_copy(update=taken)
    for keys, given, told in leaves(support, typed, ("support", name)):
        if keys[-1] not in FROM_CASE:
            bound(given, keys, *((file.name, "template") if told else ("default", "default")))
    return Scheme(name, support.label, support, own.programme if support.programme is not None else {})


def _times(value: Any, scale: float) -> Any:
    return tuple(number * scale for number in value) if isinstance(value, tuple) else value * scale


def base_of(case: Case | Path | str, set: Mapping[str, str] | None = None) -> tuple[Case, Results]:
    """The case without a scenario and its run, on whose debt every design stands."""
    base = opened(case, set).with_scenario(None)
    return base, run(base)
