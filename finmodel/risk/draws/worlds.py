"""Worlds: for a block of paths, every input that is drawn, as rows with a path axis.

Months:  processes run by month from the day on which prices are known; the price of a month is the one at its end, and
         a period has the mean of its months, as contracts settle on averages.
Price:   deck × factor × multiple of the regime. Where regimes have premiums too, the deck's row is weighted by them, so
         that deck × premium is the exact mean of its months. `expected = "deck"` divides each month by the mean over
         regimes, so that the expected market price is the one of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.risk.draws.drivers import Choice, Happening, Hazard, Multiple
from finmodel.risk.draws.history import History, drawn
from finmodel.risk.draws.processes import Motion, factor, jump_sizes
from finmodel.risk.draws.sobol import Points
from finmodel.risk.draws.states import Chain, States
from finmodel.risk.draws.streams import BLOCK, Stream

Floats = NDArray[np.float64]
Rows = dict[str, Floats]


class Drawn(NamedTuple):
    """Rows of a block of paths by input, and the number of the regime whose name each path bears."""

    rows: Rows
    labels: States


@dataclass(frozen=True)
class PriceTerms:
    """A market price that moves: by its process, by regimes, or both.

    Args:
        name: As in [price].
        deck: Of the case, by period.
        premium: Of the case, by period.
        multiples: Of the deck, by regime; empty without.
        premiums: By regime, nan where the case's holds; empty without.
        mean: By which each month is divided so that the expected price is the deck's; empty for 1.
    """

    name: str
    deck: tuple[float, ...]
    premium: tuple[float, ...]
    multiples: tuple[float, ...] = ()
    premiums: tuple[float, ...] = ()
    mean: tuple[float, ...] = ()


@dataclass(frozen=True)
class Market:
    """All that is drawn, as plain numbers.

    Args:
        months: From the day on which prices are known to the end of the timeline.
        before: Those of them before the first period.
        per_period: Months in a period.
        motions: Processes, in the order of the case.
        histories: Prices drawn from history.
        root: Lower triangle of the correlation of the motions' normal numbers.
        chain: Regimes; None without.
        prices: Market prices that move.
        rates: Exchange rate → its quotes by period.
        discounts: Contract whose price moves about the index → its discount by period.
        demands: Contract → its demand by period, and by regime (nan where the case's holds).
        once: Inputs drawn once a path, as a multiple of themselves or as one of several values.
        happenings: Events.
        hazards: When events of the case strike.
        base: Input → its values by period, or one number, of what is drawn besides prices.
    """

    months: int
    before: int
    per_period: int
    motions: tuple[Motion, ...]
    histories: tuple[History, ...]
    root: tuple[tuple[float, ...], ...]
    chain: Chain | None
    prices: tuple[PriceTerms, ...]
    rates: Mapping[str, tuple[float, ...]]
    discounts: Mapping[str, tuple[float, ...]]
    demands: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]
    once: tuple[Multiple | Choice, ...]
    happenings: tuple[Happening, ...]
    hazards: tuple[Hazard, ...]
    base: Mapping[str, tuple[float, ...] | float]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that it draws."""
        found = [f"price.{price.name}.deck" for price in self.prices]
        found += [f"price.{price.name}.premium" for price in self.prices if price.premiums]
        found += [f"fx.{name}" for name in self.rates] + [f"offtake.{name}.demand" for name in self.demands]
        found += [f"offtake.{name}.discount" for name in self.discounts]
        found += [f"event.{hazard.name}.{part}" for hazard in self.hazards for part in ("later", "share")]
        return (*found, *(item.key for item in self.once), *(event.key for event in self.happenings))

    def draw(self, stream: Stream, points: Points | None = None) -> Drawn:
        """The rows of a block of paths by input, and the number of the regime whose name each path bears.

        Args:
            points: Where normal numbers come from instead of the stream; jumps, regimes and events never do.
        """
        states = None if self.chain is None else self.chain.states(stream.uniform("regime", self.months))
        factors = self._factors(stream, points, states)
        rows: Rows = {}
        for price in self.prices:
            rows.update(self._price(price, factors.get(f"price.{price.name}"), states))
        for name, quotes in self.rates.items():
            rows[f"fx.{name}"] = np.array(quotes)[:, None] * self._mean(factors[f"fx.{name}"][self.before :])
        for name, discounts in self.discounts.items():
            achieved = self._mean(factors[f"basis.{name}"][self.before :])  # of the index, a multiple about 1
            rows[f"offtake.{name}.discount"] = 1 - (1 - np.array(discounts)[:, None]) * achieved
        for name, (case, by_regime) in self.demands.items():
            rows[f"offtake.{name}.demand"] = self._mean(self._by_state(by_regime, case, states))
        rows.update(self._others(stream))
        labels = np.zeros(BLOCK, dtype=np.int8)
        return Drawn(rows, labels if self.chain is None or states is None else self.chain.labels(states))

    def _factors(self, stream: Stream, points: Points | None, states: States | None) -> Rows:
        """Price or rate → its multiple of the centre by month."""
        loose = [stream.normal(motion.name, self.months) for motion in self.motions] if points is None else []
        free = loose if points is None else list(points.normal(len(self.motions), self.months))
        scale = None
        if states is not None and self.chain is not None and any(m != 1 for m in self.chain.volatility):
            scale = np.array(self.chain.volatility)[states]
        found: Rows = {}
        for i in reversed(range(len(self.motions))):  # from the last, so that each may be replaced
            motion = self.motions[i]
            steps = free[i] * self.root[i][i]
            for j in range(i):
                if self.root[i][j]:
                    steps += self.root[i][j] * free[j]
            jumps = None
            if motion.jump_rate:
                number, size = stream.uniform(f"{motion.name}.jumps", self.months), f"{motion.name}.sizes"
                jumps = jump_sizes(motion, number, stream.normal(size, self.months))
            moves = scale if motion.name.startswith("price.") else None
            found[motion.name] = factor(motion, steps, moves, jumps)
            if motion.centre == "own":
                found[motion.name] *= motion.middle(self.months)[:, None]
        found.update(self._from_history(stream))
        return found

    def _from_history(self, stream: Stream) -> Rows:
        if not self.histories:
            return {}
        size, length = len(self.histories[0].changes), self.histories[0].length
        fresh, where = stream.uniform("history.fresh", self.months), stream.uniform("history.where", self.months)
        months = drawn(size, length, fresh, where)
        return {history.name: history.factor(months) for history in self.histories}

    def _price(self, price: PriceTerms, found: Floats | None, states: States | None) -> Rows:
        """The deck's row, and the premium's where regimes have one."""
        level = np.ones((self.months - self.before, BLOCK)) if found is None else found[self.before :]
        if price.multiples and states is not None:
            level = level * np.array(price.multiples)[states[self.before :]]
        if price.mean:
            level = level / np.array(price.mean)[:, None]
        deck = np.array(price.deck)[:, None]
        if not price.premiums:
            return {f"price.{price.name}.deck": deck * self._mean(level)}
        premium = self._by_state(price.premiums, price.premium, states)
        mean = self._mean(premium)
        weighted = deck * (self._mean(level * premium) / mean)
        return {f"price.{price.name}.deck": weighted, f"price.{price.name}.premium": mean}

    def _by_state(self, values: tuple[float, ...], case: tuple[float, ...], states: States | None) -> Floats:
        """A value of the regime in each month; the case's where the regime has none."""
        assert states is not None
        chosen = np.array(values)[states[self.before :]]
        if np.isnan(values).any():
            chosen = np.where(np.isnan(chosen), np.repeat(case, self.per_period)[:, None], chosen)
        return chosen

    def _others(self, stream: Stream) -> Rows:
        rows: Rows = {}
        for item in self.once:
            drawn, value = item.of(stream.uniform(item.name, 1)[0]), np.array(self.base[item.key])
            shape = (*value.shape, BLOCK)
            row = np.broadcast_to(drawn, shape) if isinstance(item, Choice) else value[..., None] * drawn
            rows[item.key] = row
        for hazard in self.hazards:
            strikes = hazard.of(stream.uniform(f"hazard.{hazard.name}", 1)[0], float(self.months))
            rows[f"event.{hazard.name}.later"] = strikes
            rows[f"event.{hazard.name}.share"] = np.full(BLOCK, hazard.share)
        for event in self.happenings:
            months = event.of(stream.uniform(event.name, self.months))[self.before :]
            rows[event.key] = np.array(self.base[event.key])[:, None] * self._mean(months)
        return rows

    def _mean(self, months: Floats) -> Floats:
        """The mean of the months of each period, added in order of time."""
        total = months[:: self.per_period].copy()
        for month in range(1, self.per_period):
            total += months[month :: self.per_period]
        total /= self.per_period
        return total
