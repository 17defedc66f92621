"""What to keep of each path: from the names that are asked for, or the usual ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from finmodel.deal.read import Case
from finmodel.deal.time.calendar import cent
from finmodel.kernel.errors import UsageError
from finmodel.kernel.faces.generated import Values
from finmodel.kernel.model import Line, Model
from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.kernel.units import CURRENCIES
from finmodel.risk.keep import Figure, Flag, Keep, Yearly
from finmodel.run.covenant_events import NOT_FUNDED, ROWS
from finmodel.run.results import ERROR

LOSS, CHECKS = "loss.", "checks"
SHORTFALL = NOT_FUNDED
USUALLY, ALL = "usual", "all"
HOWS = ("sum", "mean", "low", "high", "last", "each")
USUAL = re.compile(
    r"equity_irr(\..+)?|equity_multiple\..+|dscr_min|npv_post_tax|support_(paid|given_back|unmet|net|net_pv)|lender_loss(_covered)?\..+"
)
SUPPORT = {"support_paid": "support.paid", "support_given_back": "support.given_back", "support_unmet": "support.unmet"}
CHECK = 1e-9
PAYS = re.compile(r"facility\.[^.]+\.payment_date")
COUNTED = ("lock_up", "default", "untested", "arrears", "arrears_mezzanine", "deferred", "reserve_short", "cured")
"""Covenant events that every simulation keeps by date, from the rows that a run counts."""


def keep_of(case: Case, model: Model, values: Values, outputs: Sequence[str] | None) -> Keep:
    """What a simulation keeps.

    Args:
        values: Every line of the case as it stands.
        outputs: Results and lines by name; a line may say how it is gathered by year ("support.paid:sum", or "each" for
            every period). "usual" stands for the usual results, which None keeps too, "all" for every one, "loss.jbic"
            for what is left of a loan at the end, "checks" for whether each check of class error holds on a path.
            Yearly support, fans and probabilities are always kept.

    Raises:
        UsageError: No such result or line.
    """
    asked = list(dict.fromkeys(name for word in outputs or [USUALLY] for name in _named(word, model)))
    figures: list[Figure] = []
    yearly = [Yearly(name, line, "sum") for name, line in SUPPORT.items() if line in model.lines]
    for name in asked:
        if name == CHECKS:
            continue
        if name in model.metrics:
            figures.append(_figure(model, name))
        elif _loan(name) in model.lines:
            figures.append(Figure(name, _loan(name), end=True))
        else:
            _line(model, name, figures, yearly)
    yearly += _fans(case, model)
    flags = [*_flags(case, model, values), *(_checks(model) if CHECKS in asked else ())]
    return Keep(tuple(figures), tuple(yearly), tuple(flags), years(case), model.timeline.keys)


def year_end(case: Case) -> int:
    """The month in which fiscal years end: those of the programmes that pay support if they agree, else of the deal."""
    ends = {terms.year_end for terms in case.tables.programme.values()}
    name = ends.pop() if len(ends) == 1 else case.tables.timeline.year_ends
    return MONTH_NAMES.index(name) + 1


def years(case: Case) -> dict[str, tuple[int, int]]:
    """Fiscal year, by its name in JSON → its first period and the one after its last."""
    found: dict[str, tuple[int, int]] = {}
    for number, period in enumerate(case.timeline.periods):
        year = case.timeline.fiscal_key(period.last_day, year_end(case))
        found[year] = (found.get(year, (number, 0))[0], number + 1)
    return found


def _named(word: str, model: Model) -> list[str]:
    """The usual results, all of them, or one name as it stands."""
    if word not in (USUALLY, ALL):
        return [word]
    loans = [match[1] for id in model.lines if (match := re.fullmatch(r"facility\.([^.]+)\.outstanding\.closing", id))]
    found = [name for name in model.metrics if word == ALL or USUAL.fullmatch(name)]
    return found + [f"{LOSS}{loan}" for loan in loans if word == ALL]


def _loan(name: str) -> str:
    """The balance of the facility whose loss is asked for: what is never paid back."""
    return f"facility.{name.removeprefix(LOSS)}.outstanding.closing" if name.startswith(LOSS) else ""


def _figure(model: Model, name: str) -> Figure:
    metric = model.metrics[name]
    rate = "irr" in name.partition(".")[0]
    return Figure(name, metric.line.id, "" if metric.status is None else metric.status.id, rate)


def _line(model: Model, name: str, figures: list[Figure], yearly: list[Yearly]) -> None:
    id, _, how = name.partition(":")
    if id not in model.lines or (how and how not in HOWS):
        near = get_close_matches(id[:120], [*model.metrics, *model.lines], n=1, cutoff=0.5)
        hint = f'. Did you mean "{near[0]}"?' if near and near[0] != id else f"; a line may end in :{', :'.join(HOWS)}"
        raise UsageError(f'there is no result or line "{name[:80]}"{hint}')
    line = model.lines[id]
    if line.series:
        yearly.append(Yearly(name, id, how or _how(line)))
    else:
        figures.append(Figure(name, id))


def _how(line: Line) -> str:
    """How a line is gathered by year when nobody says: balances at the end, flows as sums, the rest as means."""
    if line.id.endswith((".closing", ".opening")):
        return "last"
    return "sum" if str(line.unit) in (*CURRENCIES, "t", "kg") else "mean"


def _fans(case: Case, model: Model) -> list[Yearly]:
    found = [Yearly("dscr", "ratios.dscr", "low", fan=True)] if "ratios.dscr" in model.lines else []
    return found + [
        Yearly(id.removesuffix(".market"), id, "mean", fan=True) for id in _moving(case) if id in model.lines
    ]


def _moving(case: Case) -> list[str]:
    """The market prices that [risk] draws."""
    risk = case.tables.risk
    if risk is None:
        return []
    drawn = {*risk.price, *(name for regime in risk.regime.values() for name in (*regime.price, *regime.premium))}
    return [f"price.{name}.market" for name in case.tables.price if name in drawn]


def _flags(case: Case, model: Model, values: Values) -> list[Flag]:
    """What may happen at a date; dates are those of debt service, or the periods of support."""
    least = cent(case.tables.currency).number
    every = tuple(range(model.timeline.count))
    active = [values[id] for id in values if re.fullmatch(r"support\.[^.]+\.active", id)]
    supported = tuple(t for t in every if any(row[t] for row in active)) if active else every
    events = [Flag(name, ROWS[name], 0.0, _dates(case, values, every)) for name in COUNTED]
    known = (
        *events,
        Flag("budget_exceeded", "support.unmet", least, supported),
        Flag("not_completed", SHORTFALL, CHECK, (), series=False),
    )
    return [flag for flag in known if flag.line in model.lines]


def _dates(case: Case, values: Values, every: tuple[int, ...]) -> tuple[int, ...]:
    """Payment dates, also those that a path may have and the case as it stands has not, such as of early completion.

    Beyond a long-stop date a default holds in every period, so that all periods are kept.
    """
    late = case.tables.completion
    if late is not None and late.long_stop is not None:
        return every
    flags = [values[id] for id in values if id == "waterfall.serves" or PAYS.fullmatch(id)]
    return tuple(t for t in every if any(row[t] for row in flags)) if flags else every


def _checks(model: Model) -> list[Flag]:
    """Every check of class error, but for the one that says that a path is not completed."""
    errors = [id for id, kind in model.checks.items() if kind == ERROR and id != SHORTFALL]
    return [Flag(id, id, CHECK, (), series=model.lines[id].series) for id in errors]
