"""Rules of operations: who makes, buys, takes, sells and pays for what."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted, words
from finmodel.deal.plant.terms import Node
from finmodel.deal.ruling import TOLERANCE, Rule, one_of, percent, values
from finmodel.deal.schema import CaseTables

MOST_GRANTED = 0.5
"""Of a capital cost, by all grants for it."""
_FEED = 'Add a table [node.{0}.buys.{1}] (for a mine with payable = "0 %") or [node.{0}.takes].'


def nodes_have_one_feed(case: CaseTables) -> Iterator[Fault]:
    """A node buys its feed or takes it from another node."""
    for name, node in case.node.items():
        if node.buys and node.takes is not None:
            wrong = f"a node buys its feed or takes it from another: this one takes, and buys {words(list(node.buys))}."
            yield f"node.{name}.takes", wrong, "Remove buys or takes."
        elif not node.buys and node.takes is None:
            wrong = "the node has no feed: it buys it, or takes it from another."
            yield f"node.{name}", wrong, _FEED.format(name, node.product)


def nodes_buy_what_they_make(case: CaseTables) -> Iterator[Fault]:
    """Feed is paid by the products that it holds: the main one, by-products, and nothing else."""
    for name, node in case.node.items():
        made = [node.product, *node.by_products]
        for product in node.buys:
            key = f"node.{name}.buys.{product}"
            if product not in made and product in case.product:
                wrong = f'"{product}" is bought with the feed, but this node does not make it: it makes {words(made)}.'
                yield key, wrong, f"Write one of {words(made, 'or')}, or add it to by_products."
        if node.buys and node.product not in node.buys:
            wrong = f'the feed has no price for the main product "{node.product}": it has {words(list(node.buys))}.'
            yield f"node.{name}.buys", wrong, f"Add a table [node.{name}.buys.{node.product}]."


def products_have_one_maker(case: CaseTables) -> Iterator[Fault]:
    """Each product is made by exactly one node, once."""
    makers: dict[str, str] = {}
    for name, node in case.node.items():
        made = [(node.product, f"node.{name}.product")]
        made += [(product, f"node.{name}.by_products.{product}") for product in node.by_products]
        for product, key in made:
            if product in makers:
                where = "this node" if makers[product] == name else f"node.{makers[product]}"
                wrong = f'"{product}" is made by {where} already: each product comes from one place.'
                yield key, wrong, "Add a product of its own, with the same price."
            makers.setdefault(product, name)
    if set(makers) - set(case.product):
        return  # a misspelled product of a node would be told a second time
    for product in case.product:
        if product not in makers:
            wrong = f'no node makes "{product}".'
            yield f"product.{product}", wrong, "Name it as product or in by_products of a node, or remove it."


def takers_find_their_feed(case: CaseTables) -> Iterator[Fault]:
    """What a node takes is made by the node it takes from."""
    for name, node in case.node.items():
        source = None if node.takes is None else case.node.get(node.takes.node)
        if node.takes is None or source is None or node.takes.product not in case.product:
            continue
        made = [source.product, *source.by_products]
        if node.takes.product not in made:
            wrong = f'"{node.takes.product}" is not made by node.{node.takes.node}: it makes {words(made)}.'
            yield f"node.{name}.takes.product", wrong, f'Write product = "{made[0]}".'


def transfer_prices_can_be_counted(case: CaseTables) -> Iterator[Fault]:
    """The cost of feed is that of a main product, which bears it; a margin below the market is less than all of it."""
    for name, node in case.node.items():
        source = None if node.takes is None else case.node.get(node.takes.node)
        if node.takes is None or source is None:
            continue
        key = f"node.{name}.takes"
        if node.takes.pricing == "cost" and node.takes.product in source.by_products:
            wrong = f'"{node.takes.product}" is a by-product of node.{node.takes.node}, and by-products bear no cost.'
            yield f"{key}.pricing", wrong, 'Write pricing = "market".'
        if node.takes.pricing == "market" and node.takes.margin.number > 1 + TOLERANCE:
            wrong = f"the transfer price is {percent(node.takes.margin.number)} below the market: it would be negative."
            yield f"{key}.margin", wrong, 'Write at most "100 %", or pricing = "cost".'


def nodes_do_not_feed_each_other(case: CaseTables) -> Iterator[Fault]:
    """Feed flows one way: no node takes, over others, from itself."""
    told: set[str] = set()
    for name in case.node:
        path = _path(name, case.node)
        if path[-1] != name or len(path) == 1 or name in told:
            continue
        told.update(path)
        loop = ", which takes from ".join(path[1:])
        wrong = f"nodes feed each other: {name} takes from {loop}."
        feed = f"[node.{name}.buys.{case.node[name].product}]"
        remedy = f"Let one of them buy its feed: a table {feed} in place of takes."
        yield f"node.{name}.takes.node", wrong, remedy


def costs_have_one_basis_and_one_bearer(case: CaseTables) -> Iterator[Fault]:
    """A cost is fixed, per kg or a share of revenue; a node or an entity bears it, a node when it follows output."""
    for name, cost in case.cost.items():
        key = f"cost.{name}"
        yield from one_of(key, cost, ("per_year", "per_kg", "of_revenue"), "a cost")
        yield from one_of(key, cost, ("node", "entity"), "a cost")
        basis = "per_kg" if cost.per_kg is not None else "of_revenue" if cost.of_revenue is not None else ""
        if basis and cost.node is None and cost.entity is not None:
            wrong = f'{basis} is counted on what a node makes and sells: got entity = "{cost.entity}".'
            yield f"{key}.{basis}", wrong, f"Write node = {quoted(list(case.node))} in place of entity."


def shares_of_revenue_have_no_inflation(case: CaseTables) -> Iterator[Fault]:
    """A share of revenue grows with revenue, and no index raises it beside."""
    for name, cost in case.cost.items():
        if cost.of_revenue is not None and cost.inflation is not None:
            wrong = f'a share of revenue grows with revenue, so inflation = "{cost.inflation}" does not fit of_revenue.'
            yield f"cost.{name}.inflation", wrong, "Remove the line."


def refunded_costs_have_an_incentive(case: CaseTables) -> Iterator[Fault]:
    """A cost that counts for an incentive is borne by an entity that has one."""
    for name, cost in case.cost.items():
        node = case.node.get(cost.node or "")
        bearer = cost.entity if node is None else node.entity
        entity = case.entity.get(bearer or "")
        if cost.incentive and entity is not None and entity.incentive is None:
            wrong = f"entity.{bearer} bears this cost and has no incentive: nothing would be refunded."
            yield f"cost.{name}.incentive", wrong, f"Add a table [entity.{bearer}.incentive], or remove the line."


def shares_of_a_rebate_have_one(case: CaseTables) -> Iterator[Fault]:
    """The recycler's share of a rebate needs the rebate, and a rebate the recycled share that it is paid on."""
    for name, node in case.node.items():
        for product, bought in node.buys.items():
            if bought.rebate is not None and bought.recycled is None:
                wrong = "a rebate is paid on the recycled share of the feed, and none is given."
                yield f"node.{name}.buys.{product}.rebate", wrong, 'Write recycled = "100 %", or remove rebate.'
            if bought.rebate is None and typed(bought.rebate_share):
                wrong = "rebate_share is given without a rebate: nothing is paid for taking the feed."
                scrap = "" if bought.recycled is not None else ' and recycled = "100 %"'
                remedy = f'Write rebate = "5 {case.currency}/kg"{scrap}, or remove rebate_share.'
                yield f"node.{name}.buys.{product}.rebate_share", wrong, remedy


def spend_profiles_are_whole(case: CaseTables) -> Iterator[Fault]:
    """A profile of capital cost spends all of it."""
    for name, capex in case.capex.items():
        total = sum(values(capex.profile))
        if abs(total - 1) > TOLERANCE:
            wrong = f"the shares spent in the periods of construction sum to {percent(total)}: they must sum to 100 %."
            change = "Add {} to" if total < 1 else "Take {} off"
            yield f"capex.{name}.profile", wrong, f"{change.format(percent(abs(1 - total)))} one of them."


def grants_pay_at_most_half(case: CaseTables) -> Iterator[Fault]:
    """All grants for one capital cost pay at most half of it."""
    for name in case.capex:
        shares = {
            key: grant.share.number * grant.eligible.number for key, grant in case.grant.items() if grant.capex == name
        }
        total = sum(shares.values())
        if len(shares) > 1 and total > MOST_GRANTED + TOLERANCE:
            parts = " + ".join(f"{key} {percent(share)}" for key, share in shares.items())
            wrong = f"grants pay {percent(total)} of capex.{name} ({parts}): together they pay at most half of it."
            last = f"grant.{list(shares)[-1]}"
            excess = f"Lower the shares by {percent(total - MOST_GRANTED)} of the cost, or remove {last}."
            yield f"{last}.share", wrong, excess


def real_prices_have_an_index(case: CaseTables) -> Iterator[Fault]:
    """A deck in real money grows with an inflation table, one in nominal money does not."""
    for name, index in case.price.items():
        if index.basis == "real" and index.inflation is None:
            wrong = 'the deck is in real money (basis = "real"), and no inflation is named.'
            yield f"price.{name}.basis", wrong, f"Write inflation = {quoted(list(case.inflation))}."
        if index.basis == "nominal" and index.inflation is not None:
            wrong = f'the deck is in nominal money, so inflation = "{index.inflation}" has no effect on it.'
            yield f"price.{name}.inflation", wrong, 'Write basis = "real", or remove inflation.'


def _path(name: str, nodes: dict[str, Node]) -> list[str]:
    """The nodes from which a node takes its feed, one after the other, up to the first that comes again."""
    path, taken = [name], nodes[name].takes
    while taken is not None and taken.node in nodes:
        path.append(taken.node)
        if taken.node in path[:-1]:
            break
        taken = nodes[taken.node].takes
    return path


RULES: list[Rule] = [
    nodes_have_one_feed,
    nodes_buy_what_they_make,
    products_have_one_maker,
    takers_find_their_feed,
    transfer_prices_can_be_counted,
    nodes_do_not_feed_each_other,
    costs_have_one_basis_and_one_bearer,
    shares_of_revenue_have_no_inflation,
    refunded_costs_have_an_incentive,
    shares_of_a_rebate_have_one,
    spend_profiles_are_whole,
    grants_pay_at_most_half,
    real_prices_have_an_index,
]
