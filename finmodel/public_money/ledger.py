"""The ledger of support: entitlement, paid, unmet, given back, balance and commitment left, by contract and programme.

In the currency of the budget (`_own`) and in the reporting currency. Each seller has what it claimed; its products
share that in proportion to the tonnes that count in the period. What the budget alone knows (paid and open in its own
currency) is shared as the same money is in the reporting currency.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.support.terms import Support
from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.public_money.incidence import Deal

Row = NDArray[np.float64]
OWN = {"due_own": "entitlement_own", "granted_own": "granted_own", "paid_own": "paid_own",
       "given_back_own": "given_back_own", "committed.closing": "balance_own"}  # fmt: skip
REPORTED = {"due": "entitlement", "granted": "granted", "paid": "paid", "unmet": "unmet", "given_back": "given_back",
            "receivable.closing": "balance"}  # fmt: skip


AS = {"paid_own": "paid", "given_back_own": "given_back", "committed.closing": "receivable.closing"}
YEAR_COLUMNS = (
    "programme", "label", "fiscal_year", "currency", "ceiling_own",
    *OWN.values(), *REPORTED.values(), "unmet_own", "commitment_left_own",
)  # fmt: skip
DUST = 0.005  # of any currency


def row_of(deal: Deal, id: str) -> Row:
    """A line's numbers, one a period; nothing where the model does not have it.

    Args:
        id: Dotted name of the line.
    """
    count = deal.model.timeline.count
    return np.array(np.broadcast_to(np.asarray(deal.values.get(id, 0.0), dtype=float), (count,)))


def fiscal_month(deal: Deal, terms: Support | None) -> int:
    """The month in which the years of a contract's programme end; those of the deal without one."""
    programme = None if terms is None else deal.tables.programme.get(terms.programme or "")
    return deal.model.timeline.year_end if programme is None else MONTH_NAMES.index(programme.year_end) + 1


def fiscal_labels(deal: Deal, terms: Support | None) -> list[str]:
    """Name in JSON of the fiscal year of each period, by the calendar of the contract's programme."""
    timeline, month = deal.model.timeline, fiscal_month(deal, terms)
    return [timeline.fiscal_key(period.last_day, month) for period in timeline.periods]


def ledger_rows(deal: Deal) -> list[dict[str, Any]]:
    """One row for each contract, product and period in which anything stands."""
    rows: list[dict[str, Any]] = []
    for name, terms in deal.tables.support.items():
        years = fiscal_labels(deal, terms)
        programme = deal.tables.programme.get(terms.programme or "")
        left = row_of(deal, f"programme.{terms.programme}.envelope_left")
        for seller, products in _sellers(deal, name, terms).items():
            lines, tonnes = _lines(deal, name, seller), row_of(deal, f"{_of(name, seller)}.supported")
            for product, share in _shares(deal, terms, products).items():
                for t, label in enumerate(deal.model.timeline.labels):
                    if not any(abs(row[t]) > DUST for row in lines.values()):
                        continue
                    row: dict[str, Any] = {"programme": terms.programme or "", "contract": name, "product": product}
                    row |= {"fiscal_year": years[t], "period": label, "tonnes": float(tonnes[t] * share[t])}
                    row |= {column: float(values[t] * share[t]) for column, values in lines.items()}
                    row["commitment_left_own"] = float(left[t])
                    row["currency"] = deal.tables.currency if programme is None else str(programme.envelope.unit)
                    rows.append(row)
    return rows


def _of(name: str, seller: str) -> str:
    """The prefix of a seller's lines; those of a contract with one seller bear no name of it."""
    return f"support.{name}.{seller}" if seller else f"support.{name}"


def _sellers(deal: Deal, name: str, terms: Support) -> dict[str, list[str]]:
    """The products of each seller of a contract; of a contract with one seller under no name."""
    contract, tables = deal.tables.offtake[terms.contract], deal.tables
    products = (
        terms.products
        or [id for id in contract.products if tables.product[id].price == terms.price]
        or list(contract.products)
    )
    owner = {made: node.entity for node in tables.node.values() for made in (node.product, *node.by_products)}
    found: dict[str, list[str]] = {}
    for product in products:
        several = f"{_of(name, owner[product])}.supported" in deal.model.lines
        found.setdefault(owner[product] if several else "", []).append(product)
    return found


def _lines(deal: Deal, name: str, seller: str = "") -> dict[str, Row]:
    """A seller's rows by column; what waits as a backlog is asked for again, and is no new entitlement."""
    lines = {column: _row(deal, name, seller, line) for line, column in {**OWN, **REPORTED}.items()}
    backlog = row_of(deal, f"{_of(name, seller)}.backlog")
    lines["unmet_own"] = np.maximum(0.0, lines["entitlement_own"] - lines["granted_own"])
    if backlog.any():
        lines["entitlement_own"] -= np.concatenate([[0.0], backlog[:-1]])
        lines["unmet_own"] = np.where(np.arange(len(backlog)) == len(backlog) - 1, backlog, 0.0)
    return lines


def _row(deal: Deal, name: str, seller: str, line: str) -> Row:
    """A seller's row of a contract; what only the contract has is shared as the same money is as reported."""
    if not seller or line not in AS:
        return row_of(deal, f"{_of(name, seller)}.{line}")
    own, every = (row_of(deal, f"{prefix}.{AS[line]}") for prefix in (_of(name, seller), _of(name, "")))
    share = np.where(every != 0, own / np.where(every != 0, every, 1.0), 0.0)
    return row_of(deal, f"{_of(name, '')}.{line}") * share


def _shares(deal: Deal, terms: Support, products: list[str]) -> dict[str, Row]:
    """The part of each product in its seller's tonnes, by period; the last known one where there are none."""
    counted = {id: row_of(deal, f"offtake.{terms.contract}.{id}.supported") for id in products}
    total = np.sum(list(counted.values()), axis=0)
    shares = {}
    for id, row in counted.items():
        share = np.where(total > 0, row / np.where(total > 0, total, 1.0), np.nan)
        known = np.flatnonzero(~np.isnan(share))
        if not len(known):
            share = np.full(len(row), 1.0 / len(products))
        else:
            at = np.maximum.accumulate(np.where(np.isnan(share), -1, np.arange(len(share))))
            share = share[np.where(at < 0, known[0], at)]
        shares[id] = share
    return shares


def year_rows(deal: Deal) -> list[dict[str, Any]]:
    """One row for each programme and fiscal year in which anything stands."""
    rows: list[dict[str, Any]] = []
    for name, programme in deal.tables.programme.items():
        contracts = [id for id, terms in deal.tables.support.items() if terms.programme == name]
        if not contracts:
            continue
        labels = fiscal_labels(deal, deal.tables.support[contracts[0]])
        each = [_lines(deal, id) for id in contracts]
        lines = {column: np.sum([own[column] for own in each], axis=0) for column in each[0]}
        budget, left = row_of(deal, f"programme.{name}.ceiling"), row_of(deal, f"programme.{name}.envelope_left")
        for year in dict.fromkeys(labels):
            at = [t for t, label in enumerate(labels) if label == year]
            sums = {column: _of_year(column, values[at]) for column, values in lines.items()}
            if not any(abs(amount) > DUST for amount in sums.values()):
                continue
            row: dict[str, Any] = {"programme": name, "label": programme.label, "fiscal_year": year}
            row |= {"currency": str(programme.envelope.unit), "ceiling_own": float(budget[at[-1]])} | sums
            rows.append(row | {"commitment_left_own": float(left[at[-1]])})
    return rows


def _of_year(column: str, values: Row) -> float:
    """A flow is added up over the year; a balance stands at its end."""
    return float(values[-1]) if column.startswith("balance") else float(values.sum())


def exhausted(deal: Deal) -> dict[str, str]:
    """Programme → the first period in which a claim was not met in full; those that always met theirs are left out."""
    labels, found = deal.model.timeline.labels, {}
    for name in deal.tables.programme:
        first = deal.values.get(f"programme.{name}.exhausted_first", 0.0)
        if first:
            found[name] = labels[int(first) - 1]
    return found
