"""The government's account in a terminal: how support is spent, what it costs the public, and where it ends.

Every table names the definition that its figures follow; two definitions give two answers from the same cash.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.kernel.units import CURRENCIES
from finmodel.present.grid import Cell, grid, strong
from finmodel.present.numbers import DUST, NOT_APPLICABLE, clean, decimals_for, fixed, metric_text, millions, percent
from finmodel.present.pages.results import header
from finmodel.present.pages.years import support
from finmodel.public_money.account import BY_DATE, INSTRUMENTS, PRO_RATA, WITH_WITHOUT, Government
from finmodel.public_money.incidence import SHORTFALLS
from finmodel.public_money.incidence_means import Mean
from finmodel.public_money.ledger import exhausted
from finmodel.public_money.public_cost import Amount, net_cost, unit_costs

DEFINITIONS = {
    "With/without": WITH_WITHOUT.partition(": ")[2],
    "Aumann-Shapley": BY_DATE.partition(": ")[2],
    "Shapley": INSTRUMENTS.partition(": ")[2],
    "Pro rata": PRO_RATA.partition(": ")[2],
}
GROUPS = ("Operations", "Taxes", "Lenders", "Cover", "Owners", "Accounts", "Grants")
COMPARED = (
    ("dscr_min", "DSCR, lowest"), ("dscr_avg", "DSCR, average"), ("llcr_min", "LLCR, lowest"),
    ("equity_irr", "Equity IRR"), ("project_irr_post_tax", "Project IRR, post-tax"), ("npv_post_tax", "NPV, post-tax"),
)  # fmt: skip
KINDS = {"operations": 0, "tax": 1, "loan": 2, "cover": 3, "equity": 4, "account": 5, "grant": 6, "subsidy": 6}


def page(account: Government, paths: Mean | None = None, variance: Sequence[Amount] = ()) -> Group:
    """The whole account of a run; over paths, and against the case as it stands, if these were run.

    Args:
        variance: Differences from the case as it stands.
    """
    return Group(*_spaced([header(account.result), *blocks(account, paths, variance)]))


def blocks(account: Government, paths: Mean | None = None, variance: Sequence[Amount] = ()) -> list[RenderableType]:
    """The parts of the account, one below the other.

    Args:
        variance: Differences from the case as it stands.
    """
    found: list[RenderableType | None] = [
        *support(account.result),
        _programmes(account),
        amounts("Against the case as it stands, present value", variance) if variance else None,
        bodies(account),
        with_and_without(account),
        incidence(account),
        _behaviour(account),
        None if paths is None else over_paths(account, paths),
        by_year(account),
        instruments(account),
        amounts("Public net cost, present value", net_cost(account.analysis)),
        amounts("Unit costs", unit_costs(account.analysis, account.domestic)),
        amounts("Stockpile", account.stock) if account.stock else None,
        amounts("Outcome", account.outcome_rows),
        definitions(),
    ]
    return [block for block in found if block is not None]


def bodies(account: Government) -> Group:
    """Each public body by instrument: paid, received, net, and its present value."""
    rows = []
    for row in account.bodies.to_dict("records"):
        flows = [millions(row[name]) for name in ("paid", "received", "net", "net_present_value")]
        rows.append((row["label"], row["body"], row["instrument"], *flows))
    unit = f"{account.currency} m"
    rate = percent(account.terms.rate.number)
    headers = ("Instrument", "Body", "Kind", f"Paid\n{unit}", f"Received\n{unit}", f"Net\n{unit}", f"PV\n{unit}")
    return grid(f"Public bodies; present value at {rate}", headers, rows, words=(0, 1, 2))


def with_and_without(account: Government) -> Group:
    """Named results without support and with it, on the same debt, and debt service that is unpaid."""
    rows = []
    for name, label in COMPARED:
        pair = account.analysis.metric(name) if name in account.deal.model.metrics else None
        if pair is not None:
            unit = account.result.units[name]
            change = metric_text(name, pair[1] - pair[0], unit)
            rows.append((label, *(metric_text(name, value, unit) for value in pair), change))
    for id, label in zip(SHORTFALLS, ("Senior", "Mezzanine"), strict=True):
        unpaid = account.analysis.shortfall(id)
        if unpaid is not None and max(unpaid) > DUST:
            shown = [f"{millions(value)} {account.currency} m" for value in (*unpaid, unpaid[1] - unpaid[0])]
            rows.append((f"{label} service unpaid at a date, most", *shown))
    return grid("Without support and with it, debt held", ("", "Without", "With", "Change"), rows)


def over_paths(account: Government, found: Mean) -> Group:
    """Shares of the mean net support over paths, with their intervals."""
    rows: list[Sequence[Cell]] = []
    for at, who in enumerate(account.deal.parties):
        if who.funder or abs(found.amounts[at]) <= DUST:
            continue
        shares = [None if part is None else float(part[at]) for part in (found.shares, found.low, found.high)]
        rows.append((who.label, millions(float(found.amounts[at])), *map(_share, shares)))
    share = "100.0 %" if found.shares is not None else NOT_APPLICABLE
    rows.append(tuple(strong(cell) for cell in ("Net support", millions(found.net), share, "", "")))
    headers = ("Party", f"Mean\n{account.currency} m, PV", "Share", "from", "to")
    title = f"Where support ends over {found.worlds:,} paths (with/without): ratio of means, 95 % interval"
    avoided = f"Senior debt is short without support, and is not with it, on {percent(found.avoided, 1)} of paths."
    return Group(grid(title, headers, rows), Text(avoided))


def incidence(account: Government) -> Group:
    """Where support ends: with/without in two layers, beside the pro-rata view of the same cash."""
    now, traced = account.analysis.present, account.pro_rata.set_index("party")
    rows: list[tuple[Any, ...]] = []
    for row in account.incidence.to_dict("records"):
        tagged = traced.loc[row["party"]]
        figures = (row["top_up"], row["give_back"], row["total"], row["nominal"], tagged["amount"])
        if all(abs(figure) <= DUST for figure in figures):
            continue
        shown = [millions(figure) for figure in figures[:3]]
        rows.append((row["label"], *shown, _share(row["share"]), millions(row["nominal"]), _share(tagged["share"])))
    total = [now.top_up.sum(), now.give_back.sum(), now.all.sum()]
    nominal = account.analysis.nominal.all.sum()
    share = percent(1.0, 1) if now.shares is not None else NOT_APPLICABLE
    tagged_share = _share(float(account.pro_rata["share"].sum())) if account.traced.came.sum() else NOT_APPLICABLE
    last = ("Net support", *(millions(value) for value in total), share, millions(nominal), tagged_share)
    rows.append(tuple(strong(cell) for cell in last))
    unit = f"{account.currency} m"
    parts = [f"{name}\n{unit}" for name in ("Top-up", "Give-back", "Net")]
    headers = ("Party", *parts, "Share", f"Nominal\n{unit}", "Pro rata\nshare")
    rate = percent(account.terms.rate.number)
    title = f"Where support ends (with/without), present value at {rate}; pro rata beside it"
    return grid(title, headers, rows)


def _behaviour(account: Government) -> Text:
    """Whether volumes answer to support (F13): the layer that sums to nothing over all parties."""
    split = account.analysis.present
    buyers = [at for at, who in enumerate(account.deal.parties) if who.id.startswith("customers")]
    moved = float(np.abs(split.all[buyers]).sum())
    if moved <= max(split.tolerance, DUST):
        return Text("Behaviour layer: nothing. No volume of this deal answers to support.")
    return Text(
        f"Behaviour: receipts from customers move by {millions(moved)} m with support; they are in the table above."
    )


def by_year(account: Government) -> Group | None:
    """Each year's payments to groups of parties (Aumann-Shapley)."""
    dated, parties = account.analysis.by_date, account.deal.parties
    years = account.fiscal_years
    table: dict[tuple[str, str], list[float]] = {}
    for number, (t, kind) in enumerate(dated.dates):
        sums = table.setdefault((years[t], kind), [0.0] * len(GROUPS))
        for at, who in enumerate(parties):
            if not who.funder:
                sums[KINDS.get(who.instrument, 0)] += float(dated.amounts[number, at])
    used = [at for at in range(len(GROUPS)) if any(abs(sums[at]) > DUST for sums in table.values())]
    rows: list[Sequence[Cell]] = [
        (year, kind, *(millions(sums[at]) for at in used), strong(millions(math.fsum(sums))))
        for (year, kind), sums in table.items()
    ]
    worst = max((abs(value) for value in dated.residual), default=0.0)
    headers = ("Earned in", "Payment", *(GROUPS[at] for at in used), "PV of payment")
    title = f"Payments by year to parties (Aumann-Shapley), present value, {account.currency} m"
    note = f"Jumps along the way leave a residual, spread over the payments: {millions(worst)} at most in a party."
    return Group(grid(title, headers, rows, words=(0, 1)), Text(note, style="dim")) if rows else None


def instruments(account: Government) -> Group | None:
    """What each public instrument does to each party (Shapley)."""
    found = account.shapley
    rows = []
    for at, who in enumerate(account.deal.parties):
        column = [float(amounts[at]) for amounts in found.amounts]
        if any(abs(value) > DUST for value in column):
            rows.append((who.label, *(millions(value) for value in column), millions(math.fsum(column))))
    if not rows:
        return None
    names = [one.name.capitalize().replace(" ", "\n") for one in found.instruments]
    table = grid(f"Instruments (Shapley), present value, {account.currency} m", ("Party", *names, "All"), rows)
    out = [Text(clean(f"Left out: {name}: {why}."), style="dim") for name, why in found.left_out.items()]
    return Group(table, *out)


def amounts(title: str, found: Iterable[Amount]) -> Group:
    """Figures with their definitions.

    Args:
        title: What stands above it.
        found: Figures and what each means.
    """
    rows = [(one.name, _figure(one), clean(one.meaning)) for one in found]
    return grid(title, ("", "", ""), rows, words=(0, 2))


def definitions() -> Group:
    """What each view means; the same cash gives other answers under another definition."""
    return Group(
        strong("Definitions"), *(Text(f"  {name}: {text}.", style="dim") for name, text in DEFINITIONS.items())
    )


def _programmes(account: Government) -> Text | None:
    """Since when a programme could not meet a claim in full."""
    found = exhausted(account.deal)
    told = [f"{account.deal.tables.programme[name].label} from {period}" for name, period in found.items()]
    return Text(clean(f"A claim is not met in full: {'; '.join(told)}.")) if told else None


def _share(value: float | None) -> str:
    return NOT_APPLICABLE if value is None or math.isnan(value) else percent(value, 1)


def _figure(one: Amount) -> str:
    if one.value is None:
        return NOT_APPLICABLE
    if one.unit in CURRENCIES:
        return f"{millions(one.value, decimals_for([one.value]))} {one.unit} m"
    return percent(one.value, 1) if one.unit == "ratio" else f"{fixed(one.value, 1)} {one.unit}"


def _spaced(blocks: Iterable[RenderableType]) -> Iterable[RenderableType]:
    for number, block in enumerate(blocks):
        if number:
            yield Text()
        yield block
