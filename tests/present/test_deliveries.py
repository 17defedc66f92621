"""Deliveries stand by product: tonnes of one product add up over its contracts, those of two products never.

The mine makes 100 t of ore and 2.5 t of spar a year in 2029 to 2032: 40 % of the ore goes to one buyer, the rest of it
to another, and all of the spar to the first.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from rich.console import Console

from finmodel.present.csv_tables import write_tables
from finmodel.present.pages.years import cash_flow, delivered
from finmodel.run.results import Results
from finmodel.run.run import run
from tests.deal.ops import SPAR, read, share

OTHERS = share("40 %", "one") + share("100 %", "two") + share("100 %", "three").replace('["ore"]', '["spar"]')


def deal(folder: Path, text: str) -> Results:
    return run(read(folder, text))


def lines(block: object) -> list[list[str]]:
    console = Console(width=100, file=io.StringIO())
    console.print(block)
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_each_product_has_a_column_over_all_its_contracts(tmp_path: Path) -> None:
    shown = lines(delivered(deal(tmp_path, SPAR + OTHERS)))

    assert " ".join(shown[0]) == "Contract deliveries by fiscal year to December, t"
    assert shown[1] == ["Year", "Ore", "Spar"]
    assert shown[3] == ["FY2029", "100", "2"]  # 2.5 t, to the even number


def test_cash_has_no_tonnes_and_a_deal_without_contracts_no_deliveries(tmp_path: Path) -> None:
    cash = lines(cash_flow(deal(tmp_path, SPAR + OTHERS)))

    assert not any("deliveries" in row for row in cash)
    assert delivered(deal(tmp_path, SPAR)) is None


def test_the_table_for_programs_has_a_row_for_each_product(tmp_path: Path) -> None:
    write_tables(deal(tmp_path, SPAR + OTHERS), tmp_path / "out")
    written = (tmp_path / "out" / "annual.csv").read_text(encoding="utf-8-sig")
    rows = {row[0]: row[3:] for row in csv.reader(written.splitlines())}
    named = {name: [float(value) for value in row] for name, row in rows.items() if "deliveries" in name}

    assert {name: row[1:3] for name, row in named.items()} == {
        "Contract deliveries, Ore": [100, 100],
        "Contract deliveries, Spar": [2.5, 2.5],
    }
