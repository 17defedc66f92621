"""Small deals for tests of operations: a mine that sells on one index, changed by a few lines of TOML.

The mine makes 100 t of ore a year at 10 USD/kg, 1,000,000 USD, in the calendar years 2029 to 2032. It is built in 2028
and wound up in 2033 and 2034. Nothing costs anything unless a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.deal import extra, operations
from finmodel.deal.context import Context
from finmodel.deal.market import macro
from finmodel.deal.operations import Operations
from finmodel.deal.read import Case, read_case
from finmodel.deal.time import timing
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.model import Model
from finmodel.kernel.order import plan

YEARS = ("2029", "2030", "2031", "2032")

MINE = """\
name = "Mine"
currency = "USD"

[timeline]
frequency = "year"
financial_close = 2028-01-01
construction = "12 months"
operations = "48 months"
wind_up = "24 months"

[inflation.us]
rate = "10 % p.a."
base = 2028-12-31

[price.ore]
label = "Ore index"
vat = "excluded"
deck = "10 USD/kg"

[entity.mining]
label = "Mining company"
country = "Australia"
currency = "USD"
tax_year_end = "December"
tax_rate = "30 %"
borrower = true
depreciation = { method = "straight", life = "10 years" }

[product.ore]
label = "Ore"
price = "ore"

[node.mine]
label = "Mine"
entity = "mining"
product = "ore"
nameplate = "100 t/year"
availability = "100 %"
buys = { ore = { payable = "0 %" } }

[capex.mine]
label = "Mine plant"
entity = "mining"
amount = "1,000 USD"
profile = "100 %"
life = "4 years"

[equity.owner]
label = "Owner"
holder = "Owner"
share = "100 %"

[sizing]
"""

METAL = """
[product.metal]
label = "Metal"
price = "ore"
contained_in = "feed"
fee = "2 USD/kg"

[node.metal]
label = "Metal plant"
entity = "mining"
product = "metal"
nameplate = "50 t/year"
availability = "100 %"
recovery = "95 %"
takes = { node = "mine", product = "ore", per_product = "1.1765x" }
"""
"""A second plant: 1.1765 / 0.95 = 1.238421 kg of ore in a kg of metal, so 61.92105 t of ore for 50 t of metal."""

CONTAINED = 1.1765 / 0.95

SPAR = """
[price.spar]
label = "Spar index"
vat = "excluded"
deck = "40 USD/kg"

[product.spar]
label = "Spar"
price = "spar"

[node.mine.by_products]
spar = "2.5 %"
"""
"""A by-product of the mine on an index of its own: 2.5 t a year."""


@dataclass(frozen=True)
class Deal:
    """Operations of a small deal: the lines that modules offer, and every line's numbers."""

    case: Case
    model: Model
    works: Operations
    values: Mapping[str, Any]

    def __getitem__(self, id: str) -> NDArray[np.float64]:
        """A line's numbers, one a period."""
        return np.broadcast_to(np.asarray(self.values[id], dtype=np.float64), (self.model.timeline.count,))

    def at(self, id: str, labels: Sequence[str] = YEARS) -> list[float]:
        """A line's numbers in the periods of these labels; the years of operation unless said otherwise."""
        return [float(self[id][self.model.timeline.labels.index(label)]) for label in labels]


def read(folder: Path, changes: str = "", sets: Mapping[str, str] | None = None) -> Case:
    """The mine with changes: tables of TOML that are laid over it, and single keys as `--set` takes them."""
    for name, text in (("mine", MINE), ("case", f'extends = "../mine"\n{changes}')):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "case.toml").write_text(text, encoding="utf-8")
    return read_case(folder / "case", sets=sets)


def deal(folder: Path, changes: str = "", sets: Mapping[str, str] | None = None) -> Deal:
    """Declare and evaluate the operations of the mine with changes."""
    return work(read(folder, changes, sets))


def work(case: Case) -> Deal:
    """Declare and evaluate the operations of a case."""
    model, tables = Model(case.timeline), case.tables
    clock = timing.build(model, tables.timeline)
    money = macro.build(model, tables.inflation, tables.fx, clock, tables.currency)
    works = operations.build(Context(model, clock, money), tables)
    extra.define(works.extra, tables.extra_lines, {})
    given = {leaf.id: leaf.value for leaf in model.givens().values()}
    return Deal(case, model, works, evaluate(model, plan(model), given))


def timeline(frequency: str, **keys: str) -> str:
    """A change of the timeline: its frequency, and other keys as typed."""
    rows = [f'frequency = "{frequency}"', *(f"{key} = {value}" for key, value in keys.items())]
    return "[timeline]\n" + "\n".join(rows) + "\n"


def quarters(year: int) -> list[str]:
    """The labels of a calendar year's quarters."""
    return [f"{year}Q{number}" for number in (1, 2, 3, 4)]


def by_date(steps: Mapping[str, str]) -> str:
    """A dated table as it is typed: each value holds from its date."""
    return "{ " + ", ".join(f'{day} = "{value}"' for day, value in steps.items()) + " }"


def cost(more: str, name: str = "power", bearer: str = 'node = "mine"') -> str:
    """A table of operating cost, borne by the mine unless said otherwise."""
    return f'[cost.{name}]\nlabel = "Cost of {name}"\n{bearer}\n{more}\n'


def share(part: str = "100 %", name: str = "buyer", more: str = "") -> str:
    """A table of a contract on a share of the ore that earlier contracts left, over all operations."""
    rows = f'products = ["ore"]\nshare = "{part}"\nstart = 2029-01-01\nterm = "48 months"\n{more}'
    return f'[offtake.{name}]\nlabel = "Sold to {name}"\n{rows}\n'
