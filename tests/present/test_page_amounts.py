"""Amounts on the page: how far a check is off, and sources of funds beside equity that comes in later."""

from __future__ import annotations

from rich.console import Console

from finmodel.present.expectations import failures, off_by
from finmodel.present.pages.finance import sources_and_uses
from tests.deal.fin import TINY, run


def printed(block) -> str:
    console = Console(width=140, record=True)
    console.print(block)
    return console.export_text()


def test_a_check_of_money_is_off_by_an_amount() -> None:
    """At 12 USD/kg the loan of 60 million is never repaid, and the hand check of a flag is a plain number."""
    result = run(TINY, {"price.oxide.deck": "12 USD/kg"}, hold_debt=True)
    checks = {check.id: check for check in result.checks}

    assert off_by(result, checks["checks.debt_repaid"]) == "60,000,000 USD"
    assert failures(result, []) == []
    unmet = [check for check in result.checks if not check.passed]
    assert all(off_by(result, check).split()[0].replace(",", "").replace(".", "").isdigit() for check in unmet)


def test_contingent_equity_is_no_source_of_funds_for_construction() -> None:
    """Owners pay debt service later on; uses of 100.8 still equal sources, with nothing left over."""
    changes = {"price.oxide.deck": "16 USD/kg", "waterfall.contingent_equity": "10 million USD"}
    result = run(TINY, changes, hold_debt=True)
    text = printed(sources_and_uses(result))

    assert sum(result["waterfall.senior_from_owners"]) > 1e6
    assert "Other sources" not in text
