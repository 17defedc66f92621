"""Rules of names: every name that points to another table finds it, and no two of a kind carry the same label."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from finmodel.case.expand import Fault
from finmodel.case.quantity import clip
from finmodel.deal.ruling import Rule, unknown
from finmodel.deal.schema import CaseTables

_LABELLED = (
    "price", "entity", "product", "node", "offtake", "programme", "support", "cost", "capex", "grant", "subsidy",
    "facility", "cover", "event", "equity",
)  # fmt: skip
_NOUNS = {
    "price": "price index", "inflation": "inflation table", "curve": "base-rate curve", "offtake": "contract",
    "capex": "capital cost",
}  # fmt: skip


def inflation_is_known(case: CaseTables) -> Iterator[Fault]:
    """The inflation that prices, fees, costs and capital cost grow with."""
    for name, index in case.price.items():
        yield from _known(case, f"price.{name}.inflation", index.inflation, "inflation")
    for name, product in case.product.items():
        yield from _known(case, f"product.{name}.fee_inflation", product.fee_inflation, "inflation")
    for name, cost in case.cost.items():
        yield from _known(case, f"cost.{name}.inflation", cost.inflation, "inflation")
    for name, subsidy in case.subsidy.items():
        yield from _known(case, f"subsidy.{name}.inflation", subsidy.inflation, "inflation")
    for name, capex in case.capex.items():
        if capex.sustaining is not None:
            yield from _known(case, f"capex.{name}.sustaining.inflation", capex.sustaining.inflation, "inflation")


def prices_are_known(case: CaseTables) -> Iterator[Fault]:
    """The price index of a product and of a support contract."""
    for name, product in case.product.items():
        yield from _known(case, f"product.{name}.price", product.price, "price")
    for name, support in case.support.items():
        yield from _known(case, f"support.{name}.price", support.price, "price")


def owners_are_known(case: CaseTables) -> Iterator[Fault]:
    """The entity of a node, of a cost and of capital cost; the node of a cost, of capital cost and of a subsidy."""
    for name, node in case.node.items():
        yield from _known(case, f"node.{name}.entity", node.entity, "entity")
    for name, cost in case.cost.items():
        yield from _known(case, f"cost.{name}.node", cost.node, "node")
        yield from _known(case, f"cost.{name}.entity", cost.entity, "entity")
    for name, capex in case.capex.items():
        yield from _known(case, f"capex.{name}.entity", capex.entity, "entity")
        yield from _known(case, f"capex.{name}.node", capex.node, "node")
    for name, subsidy in case.subsidy.items():
        yield from _known(case, f"subsidy.{name}.node", subsidy.node, "node")


def products_are_known(case: CaseTables) -> Iterator[Fault]:
    """What a node makes, buys and takes, and what a contract sells."""
    for name, node in case.node.items():
        yield from _known(case, f"node.{name}.product", node.product, "product")
        for kind, table in (("by_products", node.by_products), ("buys", node.buys)):
            for product in table:
                yield from _known(case, f"node.{name}.{kind}.{product}", product, "product")
        if node.takes is not None:
            yield from _known(case, f"node.{name}.takes.node", node.takes.node, "node")
            yield from _known(case, f"node.{name}.takes.product", node.takes.product, "product")
    for name, offtake in case.offtake.items():
        for number, product in enumerate(offtake.products):
            yield from _known(case, f"offtake.{name}.products.{number}", product, "product", offtake.products)
    for name, repo in case.repo.items():
        for number, product in enumerate(repo.products):
            yield from _known(case, f"repo.{name}.products.{number}", product, "product", repo.products)


def support_is_known(case: CaseTables) -> Iterator[Fault]:
    """The programme that pays a support contract, and the contract that it supports."""
    for name, support in case.support.items():
        yield from _known(case, f"support.{name}.programme", support.programme, "programme")
        yield from _known(case, f"support.{name}.inflation", support.inflation, "inflation")
        yield from _known(case, f"support.{name}.contract", support.contract, "offtake")


def finance_is_known(case: CaseTables) -> Iterator[Fault]:
    """The capital cost of a grant, the curve of a facility, the facilities under cover."""
    for name, grant in case.grant.items():
        yield from _known(case, f"grant.{name}.capex", grant.capex, "capex")
    for name, facility in case.facility.items():
        yield from _known(case, f"facility.{name}.curve", facility.curve, "curve")
    for table in ("repo", "credit_line"):
        for name, short in getattr(case, table).items():
            yield from _known(case, f"{table}.{name}.curve", short.curve, "curve")
    for name, cover in case.cover.items():
        for number, covered in enumerate(cover.facilities):
            yield from _known(case, f"cover.{name}.facilities.{number}", covered, "facility", cover.facilities)


def lists_name_each_once(case: CaseTables) -> Iterator[Fault]:
    """The products of a contract and the facilities under cover: at least one, none twice."""
    lists = {f"offtake.{name}.products": offtake.products for name, offtake in case.offtake.items()}
    lists |= {f"repo.{name}.products": repo.products for name, repo in case.repo.items()}
    lists |= {f"cover.{name}.facilities": cover.facilities for name, cover in case.cover.items()}
    for key, names in lists.items():
        what = key.rsplit(".", 1)[-1]
        if not names:
            yield key, f"the list of {what} is empty.", f"Name at least one of the {what} of the case."
        for number, name in enumerate(names):
            if name in names[:number]:
                yield f"{key}.{number}", f'"{clip(name)}" stands twice in the list.', "Remove one of the two."


def labels_are_told_apart(case: CaseTables) -> Iterator[Fault]:
    """Labels name lines: within one kind of table each is given, and no two are the same."""
    for kind in _LABELLED:
        seen: dict[str, str] = {}
        for name, table in getattr(case, kind).items():
            label = " ".join(table.label.split()).casefold()
            if not label:
                yield f"{kind}.{name}.label", "the label is empty: it names the lines.", 'Write label = "…".'
            elif label in seen:
                wrong = f'the label "{clip(table.label)}" is that of {kind}.{seen[label]} too: labels name lines.'
                yield f"{kind}.{name}.label", wrong, "Write a label that tells the two apart."
            seen.setdefault(label, name)


def _known(case: CaseTables, key: str, name: str | None, table: str, listed: Collection[str] = ()) -> Iterator[Fault]:
    known: Mapping[str, Any] = getattr(case, table)
    if name is not None and name not in known:
        yield unknown(key, name, known, table, _NOUNS.get(table, table), listed)


RULES: list[Rule] = [
    inflation_is_known,
    prices_are_known,
    owners_are_known,
    products_are_known,
    support_is_known,
    finance_is_known,
    lists_name_each_once,
    labels_are_told_apart,
]
