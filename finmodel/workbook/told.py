"""What the terminal says of a workbook that was written."""

from __future__ import annotations

from finmodel.present.numbers import clean
from finmodel.workbook.book import Certificate

SHOWN = 5


def certificate_text(path: str, found: Certificate) -> str:
    """What was compared, and the largest difference.

    Args:
        path: Where the file was written.
    """
    rows = [
        f"{path}: written",
        f"Recalculated by {found.engine} and compared with the model: {found.cells:,} cells, largest difference "
        f"{found.largest:.1e} of the size of its row" + (f" at {found.where}" if found.where else ""),
        *(f"  {clean(what)}" for what in found.compared),
    ]
    if found.left:
        shown = "; ".join(f'"{clean(text)}"' for text in found.left[:SHOWN])
        more = f"; and {len(found.left) - SHOWN} more" if len(found.left) > SHOWN else ""
        one = len(found.left) == 1
        rows.append(f"{len(found.left)} text{' has' if one else 's have'} no Japanese yet, in English: {shown}{more}")
    return "\n".join(rows)
