"""What the terminal says of a workbook that was written."""

from __future__ import annotations

from finmodel.outputs.numbers import clean
from finmodel.outputs.workbook.book import Certificate


def certificate_text(path: str, found: Certificate) -> str:
    """What was compared, and the largest difference."""
    rows = [
        f"{path}: written",
        f"Recalculated by {found.engine} and compared with the model: {found.cells:,} cells, largest difference "
        f"{found.largest:.1e} of the size of its row" + (f" at {found.where}" if found.where else ""),
        *(f"  {clean(what)}" for what in found.compared),
    ]
    return "\n".join(rows)
