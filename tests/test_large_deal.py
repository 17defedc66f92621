"""A large deal: three nodes, six products, eight facilities, six contracts, five classes; all by the same modules."""

from __future__ import annotations

import shutil
from pathlib import Path

import finmodel as fm

ROOT = Path(__file__).parents[1]


def test_a_large_deal_runs_and_every_check_of_class_error_holds(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cases" / "australia_japan", tmp_path / "australia_japan")
    (tmp_path / "large").mkdir()
    shutil.copy(ROOT / "benchmarks" / "large_deal.toml", tmp_path / "large" / "case.toml")

    result = fm.run(fm.load(tmp_path / "large"))

    tables = result.case.tables
    sizes = [len(getattr(tables, name)) for name in ("node", "product", "facility", "offtake", "equity")]
    assert sizes == [3, 6, 8, 6, 5]
    assert [check.id for check in result.checks if check.kind == "error" and not check.passed] == []
