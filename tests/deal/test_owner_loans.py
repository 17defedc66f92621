"""Loans of owners by hand: what a class lends and gets back counts in its return."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy_financial as npf
import pytest

from tests.deal.fin import MEZZANINE, extended, failed, row, run

LOAN = MEZZANINE.replace("facility.mezzanine", "facility.owners").replace('"mezzanine"', '"shareholder"')


def test_a_class_that_lends_counts_its_loan_in_its_return(tmp_path: Path) -> None:
    """Its cash in and out with the loan's; the rate is that of both flows together, as numpy-financial finds it."""
    owned = LOAN.replace("rank", 'owner = "sponsor"\nrank', 1)
    alone = run(extended(_in(tmp_path, "alone"), LOAN))
    result = run(extended(_in(tmp_path, "owned"), owned))
    lent, back = np.array(row(result, "equity.sponsor.lent")), np.array(row(result, "equity.sponsor.loan_received"))
    net = np.array(row(alone, "equity.sponsor.net_flow")) + back - lent
    rate = float((1 + npf.irr(net)) ** 2 - 1)

    assert lent.sum() == pytest.approx(10)
    assert back[2] == pytest.approx(1.75)
    assert result.metrics["equity_irr.sponsor"] == pytest.approx(rate, rel=1e-9)
    assert result.metrics["equity_irr"] == pytest.approx(rate, rel=1e-9)
    assert result.metrics["equity_irr"] != pytest.approx(alone.metrics["equity_irr"], rel=1e-3)
    paid = sum(row(alone, "equity.sponsor.paid_in"))
    assert result.metrics["equity_multiple.sponsor"] == pytest.approx(
        (sum(row(alone, "equity.sponsor.received")) + back.sum()) / (paid + 10)
    )
    assert failed(result) == set()


def _in(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name
