"""The published schemes as templates: each laid over the flagship in place of its floor, read with sources, and run."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from finmodel.cli.terminal import show
from finmodel.deal.read import read_case
from finmodel.present.account_tables import write_account
from finmodel.present.charts.government import write_charts
from finmodel.present.pages.government import page
from finmodel.public_money.account import government
from finmodel.run.run import run
from tests.flagship.test_spreadsheets import wrong_cells

ROOT = Path(__file__).parents[2]
SCHEMES = sorted((ROOT / "templates" / "support").glob("*.toml"))


def laid_over_the_flagship(scheme: Path, folder: Path) -> Path:
    """A case that extends the flagship, with a scheme in place of its own support."""
    base = folder / "base"
    base.mkdir()
    shutil.copy(ROOT / "cases" / "australia_japan" / "case.toml", base)
    shutil.copy(ROOT / "cases" / "australia_japan" / "sources.toml", base)
    text, _, sources = scheme.read_text(encoding="utf-8").partition("\n[sources]\n")
    (folder / "case").mkdir()
    head = 'extends = "../base"\nremove = ["support.ndpr_floor", "programme.meti"]\n'
    (folder / "case" / "case.toml").write_text(head + text, encoding="utf-8")
    (folder / "case" / "sources.toml").write_text(sources, encoding="utf-8")
    return folder / "case"


def test_every_published_scheme_has_a_template():
    assert [path.stem for path in SCHEMES] == [
        "cap_and_floor", "cfd", "collar", "ebitda_floor", "jare", "ltda", "mp_dod", "premium", "price_gap", "stockpile",
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda path: path.stem)
def test_a_scheme_reads_with_a_source_for_each_figure_and_runs_with_all_error_checks_passed(scheme, tmp_path):
    folder = laid_over_the_flagship(scheme, tmp_path)
    case = read_case(folder)
    result = run(folder)
    name = next(iter(tomllib.loads(scheme.read_text(encoding="utf-8"))["support"]))

    assert case.unsourced == ()
    assert result.passed
    assert result[f"support.{name}.granted"].sum() > 0


def differences_of_support(folder: Path, file: Path) -> list[str]:
    """Lines of support, programmes, parties and the account whose cells differ from the engine's numbers."""
    own = ("support", "programme.", "party.", "government.")
    return [found.split(":")[0] for found in wrong_cells(folder, file, "formualizer") if found.startswith(own)]


@pytest.mark.parametrize(
    "scheme",
    [pytest.param(path, marks=pytest.mark.slow) for path in SCHEMES],
    ids=lambda path: path.stem,
)
def test_every_line_of_a_scheme_recalculates_in_a_spreadsheet(scheme, tmp_path):
    assert differences_of_support(laid_over_the_flagship(scheme, tmp_path), tmp_path / "scheme.xlsx") == []


@pytest.mark.parametrize(
    "scheme",
    [pytest.param(path, marks=() if path.stem == "stockpile" else pytest.mark.slow) for path in SCHEMES],
    ids=lambda path: path.stem,
)
def test_the_account_of_a_scheme_is_shown_written_and_drawn(scheme, tmp_path, capsys):
    """Buyers may pay it, net support may be negative, a stock may be held: every page, table and picture stands."""
    account = government(run(laid_over_the_flagship(scheme, tmp_path)))
    show(page(account))
    text = capsys.readouterr().out

    assert max(len(row) for row in text.splitlines()) <= 100
    assert ("Stockpile" in text) == (scheme.stem == "stockpile")
    assert len(write_account(account, tmp_path / "out")) == 10
    drawn = ["flow", "price"] if scheme.stem == "jare" else ["years", "cumulative", "flow", "price"]  # it has no budget
    assert [path.stem for path in write_charts(account, tmp_path / "out")] == [f"government_{name}" for name in drawn]
    assert abs(account.analysis.present.residual) <= account.analysis.present.tolerance


def test_the_scheme_of_jare_is_paid_by_the_buyer_and_asks_for_no_programme(tmp_path):
    """Support is imputed; public support is not a result of this case; the cap of 10m a year binds from 156.67."""
    result = run(laid_over_the_flagship(ROOT / "templates" / "support" / "jare.toml", tmp_path))

    assert "support_paid" not in result.metrics
    assert result.metrics["support_imputed"] == pytest.approx(result["support.jare.granted"].sum())
    assert not [party for party in result.model.register.received if party.startswith("programme.")]
