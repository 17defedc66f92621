"""How large a deal may be: so many of each are held by every face, from the run to the workbook."""

from __future__ import annotations

from finmodel.case.positions import Document
from finmodel.kernel.errors import LimitError

MOST = {
    "cost": (2_000, "costs"),
    "capex": (500, "capital items"),
    "equity": (240, "classes"),
    "offtake": (500, "contracts"),
}


def check_size(case: Document, file: str) -> None:
    """Refuse a deal beyond what is held.

    Args:
        file: Name of the case file, for the message.

    Raises:
        LimitError: More tables of a kind than its limit; names both.
    """
    for table, (most, words) in MOST.items():
        found = case.tree.get(table)
        if isinstance(found, dict) and len(found) > most:
            raise LimitError(f"{file}: [{table}] has {len(found):,} {words}; at most {most:,} are read")
