"""The government's account as CSV files, one a table, each with its definition and units in the first rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from finmodel.kernel.files import inside, make_folder, write_bytes
from finmodel.present.csv_tables import Cell, to_csv
from finmodel.public_money.account import Government

if TYPE_CHECKING:
    import pandas as pd

TABLES = (
    "years", "ledger", "bodies", "incidence", "by_date", "instruments", "pro_rata", "net_cost", "unit_costs", "outcome",
)  # fmt: skip
NAMES = tuple(f"government_{name}.csv" for name in TABLES)


def write_account(account: Government, folder: Path) -> list[Path]:
    """Write every table of the account into a folder, each file whole or not at all.

    Args:
        folder: Where the files are written.

    Raises:
        FileError: The folder or a file cannot be written.
    """
    make_folder(folder)
    return [
        write_bytes(inside(folder, file), to_csv(_rows(_as_shown(account, getattr(account, name)))))
        for name, file in zip(TABLES, NAMES, strict=True)
    ]


def _as_shown(account: Government, frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its fiscal years as pages name them."""
    if "fiscal_year" not in frame:
        return frame
    years = zip(frame["programme"], frame["fiscal_year"], strict=True)
    return frame.assign(fiscal_year=[account.shown_year(*row) for row in years])


def _rows(frame: pd.DataFrame) -> Iterator[Sequence[Cell]]:
    """A definition, a header, the units, and the numbers."""
    units = frame.attrs.get("units", {})
    named = [str(name) for name in frame.index.names if name is not None]
    index = named or ["name"] * (frame.index.dtype == object)
    columns = [str(name) for name in frame.columns]
    yield ("definition", str(frame.attrs.get("definition", "")))
    yield (*index, *columns)
    yield (*["unit", "", ""][: len(index)], *(units.get(name, "") for name in columns))
    for key, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        head = (key if isinstance(key, tuple) else (key,)) if index else ()
        yield (*map(str, head), *(_cell(value) for value in row))


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | bool):
        return value
    return bool(value) if type(value).__name__ == "bool" else float(value)  # type: ignore[arg-type]
