"""A small deal with price risk: the tiny loan, whose price moves, and a capital cost that is drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

CASES = Path(__file__).parents[2] / "cases"
RISK = """
[risk.price.oxide]
kind       = "schwartz"
volatility = "40 %"
reversion  = "30 % p.a."

[risk.regime.calm]
label = "Calm"
start = "80 %"
next  = { calm = "97 %", storm = "3 %" }

[risk.regime.storm]
label      = "Storm"
start      = "20 %"
marks      = "6 months"
next       = { storm = "90 %", calm = "10 %" }
price      = { oxide = "0.80x" }
premium    = { oxide = "1.10x" }
volatility = "1.50x"

[risk.driver.overrun]
key    = "cost.operating.per_kg"
kind   = "triangular"
low    = "0.9x"
likely = "1.0x"
high   = "1.4x"

[risk.event.outage]
key      = "node.plant.availability"
hazard   = "20 % p.a."
lasts    = "3 months"
multiple = "0 %"
"""


def tiny(folder: Path, risk: str = RISK) -> Path:
    """A copy of the tiny loan with a [risk] table; its golden results and expectations are left out."""
    made = Path(shutil.copytree(CASES / "tiny_loan", folder / "deal"))
    (made / "expected.toml").unlink()
    file = made / "case.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[expect]")] + risk, encoding="utf-8")
    return made
