"""Tax regimes: what an entity names lies beneath what it says, with file, line and source."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.case import regimes
from finmodel.case.describe import find
from finmodel.deal.read import Case, read_case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import CaseError
from finmodel.present.explain import explain
from tests.deal.fin import FLAGSHIP, extended

JAPAN = """
[entity.metal]
label        = "Metal company"
regime       = "japan_2026"
depreciation = { life = "8 years" }
"""


def read(folder: Path, text: str = JAPAN, **sets: str) -> Case:
    """The flagship with one more company."""
    return read_case(extended(folder, text, FLAGSHIP), sets={key.replace("__", "."): sets[key] for key in sets})


@pytest.mark.parametrize("name", regimes.names())
def test_every_regime_fills_an_entity_and_each_of_its_figures_has_a_source(tmp_path: Path, name: str) -> None:
    text = JAPAN.replace("japan_2026", name) + '[entity.metal.investment_credit]\nshare = "7 %"\n'
    case = read(tmp_path, text)
    filled = [id for id in case.unsourced if id.startswith("entity.metal.")]

    assert case.tables.entity["metal"].regime == name
    assert set(filled) <= {"entity.metal.depreciation.life", "entity.metal.investment_credit.share"}


def test_a_regime_fills_the_keys_that_the_entity_leaves_out(tmp_path: Path) -> None:
    metal = read(tmp_path).tables.entity["metal"]

    assert (metal.country, metal.currency, metal.tax_year_end) == ("Japan", "JPY", "March")
    assert (metal.loss_limit.number, metal.depreciation.method, metal.depreciation.switch) == (0.5, "declining", True)


def test_the_rate_of_a_regime_is_dated(tmp_path: Path) -> None:
    """30.62 % before 1 April 2026, 31.52 % from there: the deal closes in 2027."""
    rate = read(tmp_path).tables.entity["metal"].tax_rate

    assert set(rate.value if isinstance(rate.value, tuple) else (rate.value,)) == {0.3152}
    assert len(rate.points) == 2  # type: ignore[attr-defined]


def test_what_the_entity_says_wins(tmp_path: Path) -> None:
    metal = read(tmp_path, JAPAN + 'tax_lag = "6 months"\ntax_rate = "20 %"\n').tables.entity["metal"]

    assert metal.tax_lag.number == 6
    assert metal.tax_rate.number == 0.20


def test_a_change_for_one_run_wins_and_may_name_the_regime(tmp_path: Path) -> None:
    case = read(tmp_path, entity__metal__regime='"australia_2026"', entity__metal__loss_limit="40 %")

    assert case.tables.entity["metal"].country == "Australia"
    assert case.tables.entity["metal"].loss_limit.number == 0.4


def test_a_figure_of_a_regime_has_its_place_and_its_source(tmp_path: Path) -> None:
    limit = read(tmp_path).tables.entity["metal"].loss_limit
    file, line = limit.where.rsplit(":", 1)
    typed = (Path(__file__).parents[2] / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]

    assert typed.startswith("loss_limit")
    assert "2015 tax reform" in limit.source


def test_a_source_of_the_case_covers_no_figure_of_the_regime(tmp_path: Path) -> None:
    folder = extended(tmp_path, JAPAN, FLAGSHIP)
    (folder / "sources.toml").write_text('[entity]\nmetal = "the company"\n', encoding="utf-8")
    metal = read_case(folder).tables.entity["metal"]

    assert metal.depreciation.life.source == "the company"
    assert "2015 tax reform" in metal.loss_limit.source


def test_an_offer_is_read_only_when_the_entity_opens_its_table(tmp_path: Path) -> None:
    closed = read(tmp_path).tables.entity["metal"]
    opened = read(tmp_path, JAPAN + "[entity.metal.investment_credit]\n").tables.entity["metal"]

    assert closed.investment_credit is None
    assert opened.investment_credit is not None
    assert (opened.investment_credit.share.number, opened.investment_credit.limit.number) == (0.07, 0.2)


def test_companies_stand_in_the_order_of_the_case(tmp_path: Path) -> None:
    assert list(read(tmp_path).tables.entity) == ["au", "jp", "metal"]


def test_the_hash_of_a_case_is_that_of_its_regime_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(tmp_path).sha256
    shipped = regimes._read("japan_2026")
    changed = replace(shipped, text=replace(shipped.text, data=shipped.text.data + b"\n"))
    monkeypatch.setattr(regimes, "_read", lambda name: changed)

    assert read(tmp_path).sha256 != before


def test_an_explanation_ends_at_the_file_of_the_regime(tmp_path: Path) -> None:
    result = fm.run(read(tmp_path))
    text = explain(result, "tax.metal.tax_to_date", "2040Q1")

    assert "templates/regimes/japan_2026.toml:" in text
    assert "maru-biz" in text


def test_every_source_of_a_regime_is_of_a_key_that_it_has() -> None:
    for name in regimes.names():
        document = regimes._read(name).document
        for key in document.tree["sources"]:
            keys = tuple(key.removeprefix("offers.").split("."))
            assert find(CaseTables, ("entity", "x", *keys)) is not None, (name, key)
            assert tuple(key.split(".")) in document.places, (name, key)


def test_a_fault_in_a_figure_of_the_entity_is_told_at_its_own_place(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"own/case\.toml:\d+: entity\.metal\.tax_lag"):
        read(tmp_path, JAPAN + 'tax_lag = "6 USD"\n')
