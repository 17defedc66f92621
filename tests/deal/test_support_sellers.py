"""A support contract with several sellers: each company claims for itself, and no order of a list or table matters.

Three companies sell one kind of ore to one buyer at 10 USD/kg: `mining` (Australia, borrower, tax 30 %) 25 t a
quarter, `east` (Japan, tax 20 %) 15 t, `west` (Australia, tax 30 %) 10 t, in the calendar years 2029 to 2032.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from finmodel.deal.read import Case, read_case
from finmodel.public_money.account import government
from finmodel.public_money.ledger import ledger_rows
from finmodel.risk.ask import year_end
from finmodel.run.results import Results
from finmodel.run.run import run
from tests.deal.ops import Deal, by_date, quarters, work
from tests.flagship.deal import CASES, result

SELLERS = ("mining", "east", "west")
ORES = {"mining": "ore", "east": "east_ore", "west": "west_ore"}

OPENING = """\
name = "Three sellers"
currency = "USD"

[timeline]
frequency = "{frequency}"
financial_close = 2028-01-01
construction = "12 months"
operations = "48 months"
wind_up = "24 months"

[intercompany]
rate = "0 % p.a."

[sizing]

[equity.owner]
label = "Owner"
holder = "Owner"
share = "100 %"

[capex.mine]
label = "Mine plant"
entity = "mining"
amount = "1,000 USD"
profile = "100 %"
life = "4 years"
"""

ENTITY = """
[entity.{id}]
label = "Company {id}"
country = "{country}"
currency = "USD"
tax_year_end = "December"
tax_rate = "{tax}"
borrower = {borrower}
depreciation = {{ method = "straight", life = "10 years" }}
"""

PRODUCT = """
[product.{ore}]
label = "Ore of {id}"
price = "{price}"
"""

NODE = """
[node.{id}]
label = "Plant of {id}"
entity = "{id}"
product = "{ore}"
nameplate = "{nameplate}"
availability = {availability}
buys = {{ {ore} = {{ payable = "0 %" }} }}
"""

PRICE = """
[price.{name}]
label = "Index {name}"
vat = "excluded"
deck = "10 USD/kg"
premium = {premium}
"""

FUND = """
[programme.fund]
label = "Fund"
payer = "Treasury"
budget = {budget}
envelope = "1,000 million USD"
year_end = "December"
unmet = "{unmet}"
"""

SUPPORT = """
[support.floor]
label = "Floor"
programme = "fund"
contract = "buyer"
price = "ore"
quantity = "{quantity}"
start = 2029-01-01
end = 2032-12-31
{more}
"""


def contract(products: Sequence[str]) -> str:
    """One buyer takes all of all of them."""
    listed = ", ".join(f'"{product}"' for product in products)
    rows = f'products = [{listed}]\nshare = "100 %"\nstart = 2029-01-01\nterm = "48 months"\n'
    return f'\n[offtake.buyer]\nlabel = "Buyer"\n{rows}'


def blocks(
    availability: Mapping[str, str] | None = None,
    premium: str = '"1x"',
    support: str = "",
    fund: str = "",
    prices: Mapping[str, str] | None = None,
) -> dict[str, list[str]]:
    """The tables of the deal by kind, each kind in an order that may be changed."""
    countries = {"mining": ("Australia", "30 %"), "east": ("Japan", "20 %"), "west": ("Australia", "30 %")}
    plates = {"mining": "100 t/year", "east": "60 t/year", "west": "40 t/year"}
    made, names = availability or {}, {"ore": premium, **(prices or {})}
    return {
        "entity": [
            ENTITY.format(id=id, country=country, tax=tax, borrower=str(id == "mining").lower())
            for id, (country, tax) in countries.items()
        ],
        "price": [PRICE.format(name=name, premium=steps) for name, steps in names.items()],
        "product": [PRODUCT.format(id=id, ore=ore, price=id if id in names else "ore") for id, ore in ORES.items()],
        "node": [
            NODE.format(id=id, ore=ore, nameplate=plates[id], availability=made.get(id, '"100 %"'))
            for id, ore in ORES.items()
        ],
        "fund": [fund or FUND.format(budget='"1,000 million USD/year"', unmet="lapse")],
        "support": [support],
    }


def text(kinds: Mapping[str, list[str]], products: Sequence[str] = tuple(ORES.values()), step: str = "quarter") -> str:
    """The case file."""
    tables = [table for kind in kinds.values() for table in kind]
    return OPENING.format(frequency=step) + "".join(tables) + contract(products)


def read(folder: Path, content: str) -> Case:
    """A case of this text."""
    folder.mkdir(exist_ok=True)
    (folder / "case.toml").write_text(content, encoding="utf-8")
    return read_case(folder)


def scarce() -> dict[str, list[str]]:
    """A yearly window, a company that starts and one that stops in mid-year, and a budget that is short for years."""
    made = {"east": by_date({"2028-01-01": "0 %", "2029-07-01": "100 %"}),
            "west": by_date({"2028-01-01": "100 %", "2029-07-01": "0 %"})}  # fmt: skip
    premium = by_date({"2028-01-01": "1x", "2029-07-01": "2x", "2030-01-01": "1x", "2031-01-01": "2x"})
    budget = by_date({"2028-01-01": "110,000 USD/year", "2031-01-01": "480,000 USD/year"})
    terms = 'floor = "16 USD/kg"\nwindow = "calendar_year"\nlag = "3 months"'
    support = SUPPORT.format(quantity="1,000 t/year", more=terms)
    return blocks(made, premium, support, FUND.format(budget=budget, unmet="carry"))


def at(result: Results, id: str, labels: Sequence[str]) -> list[float]:
    """A line's numbers in the periods of these labels."""
    row = np.broadcast_to(np.asarray(result.values[id], dtype=float), (result.model.timeline.count,))
    return [float(row[result.model.timeline.labels.index(label)]) for label in labels]


def years(result: Results, id: str) -> list[float]:
    """A flow added up over 2029, 2030, 2031 and 2032."""
    return [sum(at(result, id, quarters(year))) for year in (2029, 2030, 2031, 2032)]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The deal with a short budget, run once."""
    return run(read(tmp_path_factory.mktemp("sellers"), text(scarce())))


def test_each_seller_settles_the_year_on_its_own_tonnes(short: Results) -> None:
    """Floor 16; index 10, 10, 20, 20 in 2029 and 10 in 2030: gaps of 6, 6, -4, -4 and of 6 USD/kg.

    mining: 25 t x (6 + 6 - 4 - 4) = 100,000. west, which stops in July: 10 t x 12 = 120,000. east, which starts then:
    15 t x -8 is nothing due, and takes nothing from the others (the contract as one would be due 100,000 in all).
    2030: 25 t x 4 x 6 = 600,000 and 15 t x 4 x 6 = 360,000; at 20 USD/kg in 2031 and 2032 nothing.
    """
    assert years(short, "support.floor.mining.due") == pytest.approx([100_000, 600_000, 0, 0])
    assert years(short, "support.floor.east.due") == pytest.approx([0, 360_000, 0, 0])
    assert years(short, "support.floor.west.due") == pytest.approx([120_000, 0, 0, 0])
    assert years(short, "support.floor.due") == pytest.approx([220_000, 960_000, 0, 0])


def test_where_nothing_is_sold_the_price_achieved_is_the_plain_mean(tmp_path: Path) -> None:
    """Support that names products of three indices.

    Indices of 10, 20 and 30 USD/kg on 25, 15 and 10 t: 850 / 50 = 17; after the contract, of nothing, 20.
    """
    prices = {"east": '"2x"', "west": '"3x"'}
    named = f"products = {list(ORES.values())}".replace("'", '"')
    support = SUPPORT.format(quantity="1,000 t/year", more=f'floor = "16 USD/kg"\nsettlement = "achieved"\n{named}')
    content = text(blocks(support=support, prices=prices)).replace('term = "48 months"', 'term = "36 months"')
    content = content.replace("end = 2032-12-31", "end = 2031-12-31")
    small = run(read(tmp_path / "deal", content))

    assert at(small, "support.floor.achieved", ["2029Q1", "2032Q1"]) == pytest.approx([17, 20])


def test_a_short_budget_is_shared_by_what_each_seller_asks_for(short: Results) -> None:
    """110,000 of 220,000 in December 2029: 50,000 and 60,000; as much again from the budget of January 2030, which
    leaves nothing for December: 600,000 and 360,000 wait. 480,000 of 960,000 in January 2031, 480,000 in January 2032.
    """
    dates = ["2029Q4", "2030Q1", "2030Q4", "2031Q1", "2032Q1"]

    assert at(short, "support.floor.mining.granted", dates) == pytest.approx([50_000, 50_000, 0, 300_000, 300_000])
    assert at(short, "support.floor.east.granted", dates) == pytest.approx([0, 0, 0, 180_000, 180_000])
    assert at(short, "support.floor.west.granted", dates) == pytest.approx([60_000, 60_000, 0, 0, 0])
    assert at(short, "support.floor.mining.backlog", dates) == pytest.approx([50_000, 0, 600_000, 300_000, 0])
    assert at(short, "support.floor.east.backlog", dates) == pytest.approx([0, 0, 360_000, 180_000, 0])
    assert at(short, "support.floor.west.backlog", dates) == pytest.approx([60_000, 0, 0, 0, 0])
    assert at(short, "programme.fund.granted", dates) == pytest.approx([110_000, 110_000, 0, 480_000, 480_000])


def test_each_seller_is_owed_its_own_grant_until_it_is_paid_a_quarter_later(short: Results) -> None:
    dates = ["2029Q4", "2030Q1", "2030Q2", "2031Q1", "2031Q2", "2032Q1", "2032Q2"]
    owed = {
        "mining": [50_000, 50_000, 0, 300_000, 0, 300_000, 0],
        "east": [0, 0, 0, 180_000, 0, 180_000, 0],
        "west": [60_000, 60_000, 0, 0, 0, 0, 0],
    }

    for name, amounts in owed.items():
        assert at(short, f"support.floor.{name}.receivable.closing", dates) == pytest.approx(amounts)
    assert at(short, "company.east.assets.support", dates) == pytest.approx(owed["east"])
    assert at(short, "company.west.assets.support", dates) == pytest.approx(owed["west"])
    assert at(short, "support.floor.receivable.closing", dates) == pytest.approx(
        [110_000, 110_000, 0, 480_000, 0, 480_000, 0]
    )


def test_each_seller_pays_tax_on_its_support_in_its_own_country(short: Results) -> None:
    """Sales, support granted and, of mining, depreciation of 1,000: 100 a year, and what is left in the last year.

    mining at 30 %: 25 t x 60 = 1,500,000 + 50,000 - 100 is 464,970; 1,000,000 + 50,000 - 100 is 314,970; 2,000,000 +
    300,000 - 100 is 689,970; 2,000,000 + 300,000 - 700 is 689,790. east at 20 %: 600,000 is 120,000, twice; 1,200,000
    + 180,000 is 276,000, twice. west at 30 %: 200,000 + 60,000 is 78,000; 60,000 is 18,000.
    """
    assert years(short, "tax.mining.net_accrued") == pytest.approx([464_970, 314_970, 689_970, 689_790])
    assert years(short, "tax.east.net_accrued") == pytest.approx([120_000, 120_000, 276_000, 276_000])
    assert years(short, "tax.west.net_accrued") == pytest.approx([78_000, 18_000, 0, 0])


def test_each_company_has_the_cash_of_its_sales_its_support_and_its_tax(short: Results) -> None:
    """east: 600,000 - 120,000; 600,000 - 120,000; 1,200,000 + 180,000 - 276,000, twice. west: 200,000 - 78,000;
    60,000 + 60,000 - 18,000. mining has the rest of the group: 1,500,000 - 464,970; 1,000,000 + 100,000 - 314,970;
    2,000,000 + 300,000 - 689,970; 2,000,000 + 300,000 - 689,790.
    """
    assert years(short, "company.east.net_cash") == pytest.approx([480_000, 480_000, 1_104_000, 1_104_000])
    assert years(short, "company.west.net_cash") == pytest.approx([122_000, 102_000, 0, 0])
    others = np.add(years(short, "company.east.net_cash"), years(short, "company.west.net_cash"))
    own = np.subtract(years(short, "cfads.net_cfads"), others)
    assert own == pytest.approx([1_035_030, 785_030, 1_610_030, 1_610_210])
    assert short.passed


def test_the_ledger_gives_each_product_what_its_own_seller_claimed(short: Results) -> None:
    """2029Q4: 50,000 to ore, 60,000 to the ore of the company that delivers nothing in that quarter, 0 to the other."""
    rows = {row["product"]: row for row in ledger_rows(government(short).deal) if row["period"] == "2029Q4"}

    assert {product: row["granted"] for product, row in rows.items()} == pytest.approx(
        {"ore": 50_000, "west_ore": 60_000}
    )
    paid = [
        (row["product"], row["paid_own"]) for row in ledger_rows(government(short).deal) if row["period"] == "2030Q1"
    ]
    assert dict(paid) == pytest.approx({"ore": 50_000, "west_ore": 60_000})


def test_the_order_of_products_changes_no_bit_of_any_line(short: Results, tmp_path: Path) -> None:
    for number, products in enumerate(permutations(ORES.values())):
        other = run(read(tmp_path / str(number), text(scarce(), products))).values
        assert set(other) == set(short.values)
        assert [id for id, row in other.items() if not np.array_equal(row, short.values[id], equal_nan=True)] == []


def test_one_seller_keeps_its_lines_under_the_contract_s_own_name(tmp_path: Path) -> None:
    """Only the ore of mining counts: no line bears the name of a company."""
    kinds = scarce()
    kinds["support"] = [kinds["support"][0] + 'products = ["ore"]\n']
    small = work(read(tmp_path / "one", text(kinds)))

    assert not [id for id in small.values if id.startswith("support.floor.mining")]
    assert small.at("support.floor.due", ["2029Q4", "2030Q4"]) == pytest.approx([100_000, 600_000])


def test_the_yearly_quantity_is_shared_by_tonnes_of_the_basis(tmp_path: Path) -> None:
    """Floor 15 on at most 80 t a year, 50 t a quarter: all of the first quarter, 30 t of the second.

    25, 15 and 10 t, then 30 x 25/50 = 15, 9 and 6 t, at a gap of 5 USD/kg.
    """
    support = SUPPORT.format(quantity="80 t/year", more='floor = "15 USD/kg"')
    small = work(read(tmp_path / "case", text(blocks(support=support))))

    for name, tonnes in (("mining", [25, 15, 0, 0]), ("east", [15, 9, 0, 0]), ("west", [10, 6, 0, 0])):
        assert small.at(f"support.floor.{name}.supported", quarters(2029)) == pytest.approx(tonnes)
        assert small.at(f"support.floor.{name}.due", quarters(2029)) == pytest.approx([5_000 * each for each in tonnes])


def test_a_cap_on_top_up_is_shared_by_what_each_seller_is_due(tmp_path: Path) -> None:
    """5 USD/kg on 50 t a quarter is 250,000, up to 300,000 a calendar year: 250,000, then 50,000 as 25 : 15 : 10."""
    support = SUPPORT.format(quantity="1,000 t/year", more='floor = "15 USD/kg"\ntop_up_cap = "300,000 USD/year"')
    small = work(read(tmp_path / "case", text(blocks(support=support))))

    assert small.at("support.floor.mining.due", quarters(2029)) == pytest.approx([125_000, 25_000, 0, 0])
    assert small.at("support.floor.east.due", quarters(2029)) == pytest.approx([75_000, 15_000, 0, 0])
    assert small.at("support.floor.west.due", quarters(2029)) == pytest.approx([50_000, 10_000, 0, 0])


def test_a_floor_of_revenue_is_the_contract_s_and_shared_by_the_tonnes_of_its_window(tmp_path: Path) -> None:
    """Revenue of 2029: mining 100 t, east 60 t, west 20 t (it stops in July), 180 t at 10 USD/kg: 1,800,000 of a floor
    of 2,160,000. 360,000 are due, 2,000 a tonne: 200,000, 120,000 and 40,000.
    """
    made = {"west": by_date({"2028-01-01": "100 %", "2029-07-01": "0 %"})}
    support = SUPPORT.format(
        quantity="1,000 t/year", more='revenue_floor = "2,160,000 USD/year"\nwindow = "calendar_year"'
    )
    small = work(read(tmp_path / "case", text(blocks(made, support=support))))

    for name, due in (("mining", 200_000), ("east", 120_000), ("west", 40_000)):
        assert small.at(f"support.floor.{name}.due", quarters(2029)) == pytest.approx([0, 0, 0, due])


def test_a_payment_for_capacity_is_shared_by_capacity_while_nobody_sells(tmp_path: Path) -> None:
    """200,000 USD a quarter; an event at each plant leaves nothing to sell, and nothing can be made: equal parts."""
    none = {name: by_date({"2028-01-01": "100 %", "2029-04-01": "0 %"}) for name in SELLERS}
    support = SUPPORT.format(quantity="1,000 t/year", more='capacity_payment = "800,000 USD/year"')
    small = work(read(tmp_path / "case", text(blocks(none, support=support))))

    assert small.at("support.floor.mining.due", quarters(2029)[:2]) == pytest.approx([100_000, 200_000 / 3])
    assert small.at("support.floor.west.due", quarters(2029)[:2]) == pytest.approx([40_000, 200_000 / 3])


def test_tonnes_in_stock_at_the_start_are_shared_by_what_is_made_first(tmp_path: Path) -> None:
    """100 t in stock and 50 t made in the first quarter, half of which is designated: mining (50 + 25) / 2, east
    (30 + 15) / 2, west (20 + 10) / 2."""
    more = 'floor = "15 USD/kg"\nbasis = "designated"\ndesignated = "50 %"\nopening_stock = "100 t"'
    support = SUPPORT.format(quantity="1,000 t/year", more=more)
    small = work(read(tmp_path / "case", text(blocks(support=support))))

    first = [small.at(f"support.floor.{name}.supported", ["2029Q1"])[0] for name in SELLERS]
    assert first == pytest.approx([37.5, 22.5, 15])
    assert small.at("support.floor.mining.pool.closing", ["2029Q1"]) == pytest.approx([37.5])


def test_give_back_and_its_cap_are_each_seller_s_own(tmp_path: Path) -> None:
    """Index 20 over a strike of 18, 50 % back: 1 USD/kg on 25, 15 and 10 t a quarter, up to 80,000 a year: 50,000,
    then 30,000 as 25 : 15 : 10. Repayable: nobody received anything, so nobody gives back."""
    more = 'floor = "15 USD/kg"\nstrike = "18 USD/kg"\nshare = "50 %"\nshare_cap = "80,000 USD/year"'
    support = SUPPORT.format(quantity="1,000 t/year", more=more)
    free = SUPPORT.format(quantity="1,000 t/year", more=more + "\nrepayable = true")
    small = work(read(tmp_path / "case", text(blocks(premium='"2x"', support=support))))
    limited = work(read(tmp_path / "repayable", text(blocks(premium='"2x"', support=free))))

    assert small.at("support.floor.mining.given_back", quarters(2029)) == pytest.approx([25_000, 15_000, 0, 0])
    assert small.at("support.floor.west.given_back", quarters(2029)) == pytest.approx([10_000, 6_000, 0, 0])
    assert limited.at("support.floor.given_back", quarters(2029)) == [0] * 4


def assert_close(one: Deal, other: Deal) -> None:
    """Every line the same to 1e-12 of the largest number in its unit: a sum in another order differs in last bits."""
    assert set(one.values) == set(other.values)
    largest: dict[str, float] = {}
    for id in one.values:
        unit = str(one.model.lines[id].unit)
        largest[unit] = max(largest.get(unit, 0.0), float(np.nanmax(np.abs(one[id]), initial=0.0)))
    for id in one.values:
        near = 1e-12 * largest[str(one.model.lines[id].unit)]
        assert np.allclose(one[id], other[id], rtol=0, atol=near, equal_nan=True), id


MEASURES = (
    'floor = "{a} USD/kg"\nwindow = "calendar_year"',
    'floor = "{a} USD/kg"\nwindow = "calendar_year"\naveraging = "time"\nadvances = true',
    'floor = "{a} USD/kg"\nstrike = "{b} USD/kg"\nshare = "40 %"\nshare_window = "calendar_year"\nrepayable = true',
    'floor = "{a} USD/kg"\nstrike = "{b} USD/kg"\nshare = "40 %"\nshare_cap = "90,000 USD/year"\n'
    'settlement = "achieved"',
    'premium = "{a} USD/kg"\ntop_up_cap = "700,000 USD/year"\nescalation = "3 % p.a."',
    'revenue_floor = "{c} USD/year"\nrevenue_cap = "{d} USD/year"\nshare = "30 %"\nwindow = "calendar_year"',
    'ebitda_floor = "{c} USD/year"\nwindow = "contract_year"\nadvances = true',
    'capacity_payment = "{c} USD/year"\nebitda_cap = "{c} USD/year"\nshare = "30 %"',
    'floor = "{a} USD/kg"\nstock_cap = "90 t"\nrelease_above = "{b} USD/kg"',
)


def drawn(seed: int) -> Callable[[np.random.Generator | None], str]:
    """A random deal as a function of an order of its tables and lists; of None the order in which it was drawn."""
    draw = np.random.default_rng(seed)
    steps = [f"{year}-{month:02}-01" for year in (2029, 2030, 2031) for month in (1, 4, 7, 10)]

    def dated(low: float, high: float, unit: str) -> str:
        days = ["2028-01-01", *sorted(draw.choice(steps, 4, replace=False))]
        return by_date({day: f"{draw.uniform(low, high):.2f}{unit}" for day in days})

    a = draw.uniform(9, 16)
    amounts = {"a": f"{a:.1f}", "b": f"{a + draw.uniform(0, 5):.1f}"}
    c = draw.uniform(1e6, 2.5e6)
    amounts |= {"c": f"{c:.0f}", "d": f"{c + 3e5:.0f}"}
    measure = MEASURES[seed % len(MEASURES)].format(**amounts)
    if "stock" not in measure:
        measure += f'\nbasis = "{draw.choice(["sold", "produced", "designated"])}"'
    measure += f'\nlag = "{draw.choice([0, 3, 6])} months"'
    support = SUPPORT.format(quantity=f"{draw.integers(60, 300)} t/year", more=measure)
    budget = f'"{draw.integers(50, 900)},000 USD/year"'
    funds = [FUND.format(budget=budget, unmet=draw.choice(["lapse", "carry"]))]
    supports = [support]
    if "\nfloor" not in support and "premium" not in support:
        other = SUPPORT.format(quantity="40 t/year", more='floor = "12 USD/kg"')
        other = other.replace("support.floor", "support.other").replace('label = "Floor"', 'label = "Other"')
        supports.append(other.replace('"fund"', f'"{draw.choice(["fund", "second"])}"'))
        funds.append(funds[0].replace("programme.fund", "programme.second").replace('"Fund"', '"Second"'))
    kinds = blocks(
        {name: dated(0, 100, " %") for name in SELLERS},
        dated(0.5, 2, "x"),
        prices={"west": dated(0.5, 2, "x")} if draw.integers(0, 2) else {},
    ) | {"fund": funds, "support": supports}

    def written(order: np.random.Generator | None) -> str:
        if order is None:
            return text(kinds)
        mixed = {kind: [tables[at] for at in order.permutation(len(tables))] for kind, tables in kinds.items()}
        return text(mixed, [str(product) for product in order.permutation(list(ORES.values()))])

    return written


def _run(folder: Path, content: str) -> Deal:
    return work(read(folder, content))


@pytest.mark.parametrize("seed", range(36))
def test_no_order_of_products_supports_programmes_companies_or_plants_changes_a_line(tmp_path: Path, seed: int) -> None:
    """Sums in another order may differ in the last bits; nothing else may."""
    written = drawn(seed)
    small = _run(tmp_path / "first", written(None))
    for number in range(3):
        other = _run(tmp_path / str(number), written(np.random.default_rng(100 * seed + number)))
        assert_close(small, other)


@pytest.mark.parametrize("seed", range(36))
def test_sellers_add_up_to_their_contract_and_nobody_is_granted_more_than_it_asks_for(
    tmp_path: Path, seed: int
) -> None:
    small = _run(tmp_path / "case", drawn(seed)(None))
    sellers = [name for name in SELLERS if f"support.floor.{name}.due" in small.values]
    assert len(sellers) > 1
    for line in ("supported", "due", "granted", "unmet", "paid", "give_back_due", "given_back", "receivable.closing",
                 "due_own", "granted_own"):  # fmt: skip
        parts = np.sum([small[f"support.floor.{name}.{line}"] for name in sellers], axis=0)
        assert parts == pytest.approx(small[f"support.floor.{line}"], rel=1e-12, abs=1e-6)
    for name in sellers:
        asked, granted = (small[f"support.floor.{name}.{line}"] for line in ("due_own", "granted_own"))
        assert (granted <= asked * (1 + 1e-12)).all()
        assert small[f"support.floor.{name}.paid"].sum() == pytest.approx(small[f"support.floor.{name}.granted"].sum())


def test_fiscal_years_of_programmes_that_differ_are_those_of_the_deal_in_either_order(tmp_path: Path) -> None:
    """Years to September and to December: the first programme does not name them."""
    kinds = scarce()
    second = kinds["fund"][0].replace("programme.fund", "programme.second").replace('"Fund"', '"Second"')
    kinds["fund"] = [*kinds["fund"], second.replace('year_end = "December"', 'year_end = "September"')]
    one = read(tmp_path / "one", text(kinds))
    kinds["fund"] = kinds["fund"][::-1]
    other = read(tmp_path / "other", text(kinds))

    assert year_end(one) == year_end(other) == 12


def test_swapping_the_sellers_of_the_flagship_changes_no_bit(tmp_path: Path) -> None:
    """Its metal company and its separation company sell to one buyer; each is taxed in its own country."""
    copy = tmp_path / "flagship"
    shutil.copytree(CASES / "australia_japan", copy)
    content = (copy / "case.toml").read_text(encoding="utf-8")
    swapped = content.replace('["ndpr_oxide", "ndpr_metal"]', '["ndpr_metal", "ndpr_oxide"]')
    (copy / "case.toml").write_text(swapped, encoding="utf-8")
    one, other = result().values, run(read_case(copy)).values

    assert swapped != content
    assert set(one) == set(other)
    assert [id for id, row in other.items() if not np.array_equal(row, one[id], equal_nan=True)] == []
