"""Two cases compared: what differs, and bridges that add up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.analysis.compare import Change, differing, mixed, one_by_one, run_mixed, shapley
from finmodel.cli.command import command
from finmodel.cli.terminal import show
from finmodel.present.grid import grid

ROOT = Path(__file__).parents[1]
TINY, FLAGSHIP = ROOT / "cases" / "tiny_loan", ROOT / "cases" / "australia_japan"
LEVEL, SCULPTED = (ROOT / "tests" / "cases_reference" / f"reference_{name}" for name in ("level", "sculpted"))
TWO = {"price.oxide.deck": "42 USD/kg", "facility.jbic.instalments": "10"}
SEVEN = {
    "price.oxide.deck": "42 USD/kg",
    "node.plant.availability": "95 %",
    "node.plant.nameplate": "1,100 t/year",
    "cost.operating.per_kg": "11 USD/kg",
    "facility.jbic.rate": "6 % p.a.",
    "facility.jbic.instalments": "10",
    "sizing.amount": "55 million USD",
}


@cache
def under(changes: tuple[tuple[str, str], ...]) -> fm.Comparison:
    """The tiny loan against itself under changes."""
    return fm.compare(TINY, set=dict(changes))


@cache
def flagship() -> fm.Comparison:
    """The flagship with a lower floor, dearer debt and another gearing cap."""
    return fm.compare(FLAGSHIP, set={"support.ndpr_floor.floor": "100 USD/kg", "facility.jbic.rate": "6 % p.a."})


def game(some: frozenset[str]) -> float:
    """a is worth 1, b 2, c 4; a and b together 3 more."""
    return sum({"a": 1.0, "b": 2.0, "c": 4.0}[name] for name in some) + (3.0 if {"a", "b"} <= some else 0.0)


def adds_up(parts: Mapping[str, float], difference: float | None) -> bool:
    return difference is not None and abs(math.fsum(parts.values()) - difference) <= 1e-12


def test_what_two_make_together_is_halved_between_them() -> None:
    assert shapley("abc", game) == pytest.approx({"a": 2.5, "b": 3.5, "c": 4.0}, abs=1e-15)


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_parts_do_not_depend_on_the_order_of_groups(order: str) -> None:
    """To the last bit: the same steps are summed without rounding."""
    found = shapley(order, game)

    assert found == shapley("abc", game)


def test_one_after_another_gives_what_two_make_together_to_the_later() -> None:
    assert one_by_one("abc", game) == {"a": 1.0, "b": 5.0, "c": 4.0}
    assert one_by_one("bac", game) == {"b": 2.0, "a": 4.0, "c": 4.0}


def test_inputs_that_differ_are_shown_as_typed_in_the_order_of_a_case_file() -> None:
    found = under(tuple(TWO.items()))

    assert found.inputs == (
        Change("price.oxide.deck", "40 USD/kg", "42 USD/kg"),
        Change("facility.jbic.instalments", "8", "10"),
    )


def test_a_default_is_shown_as_such() -> None:
    (change,) = fm.compare(TINY, set={"returns.npv_rate": "10 % p.a."}).inputs

    assert change == Change("returns.npv_rate", "8 % p.a. (default)", "10 % p.a.")


def test_differences_are_second_less_first() -> None:
    """At 42 USD/kg the half-year earns 16 instead of 15 million over the same service of 7.5 + 1.4959."""
    found = fm.compare(TINY, set={"price.oxide.deck": "42 USD/kg"})

    assert found.differences["dscr_min"] == pytest.approx(1 / (7.5 + 60 * 0.05 * 182 / 365))
    assert found.differences["gearing"] == 0


def test_a_bridge_of_one_input_is_the_whole_difference() -> None:
    found = fm.compare(TINY, set={"price.oxide.deck": "42 USD/kg"})

    assert found.bridges["dscr_min"] == {"price.oxide.deck": pytest.approx(found.differences["dscr_min"], abs=1e-15)}


def test_two_inputs_share_the_difference_as_worked_by_hand() -> None:
    """Cover is 15 or 16 over 60/8 or 60/10 of principal and 1.4959 of interest: the mean of both orders."""
    interest = 60 * 0.05 * 182 / 365
    cover = {(cash, n): cash / (60 / n + interest) for cash in (15, 16) for n in (8, 10)}
    price = ((cover[16, 8] - cover[15, 8]) + (cover[16, 10] - cover[15, 10])) / 2
    slower = ((cover[15, 10] - cover[15, 8]) + (cover[16, 10] - cover[16, 8])) / 2

    assert under(tuple(TWO.items())).bridges["dscr_min"] == pytest.approx(
        {"price.oxide.deck": price, "facility.jbic.instalments": slower}
    )


@pytest.mark.parametrize("metric", ["equity_irr", "dscr_min"])
@pytest.mark.parametrize("changes", [TWO, SEVEN], ids=["two", "seven"])
def test_a_bridge_adds_up_to_the_difference(changes: dict[str, str], metric: str) -> None:
    found = under(tuple(changes.items()))

    assert adds_up(found.bridges[metric], found.differences[metric])


@pytest.mark.parametrize("metric", ["equity_irr", "dscr_min"])
def test_a_bridge_of_the_flagship_adds_up_with_debt_sized_anew(metric: str) -> None:
    found = flagship()

    assert found.differences["debt.jbic"] != 0
    assert adds_up(found.bridges[metric], found.differences[metric])


def test_changes_may_be_given_in_any_order() -> None:
    backwards = under(tuple(reversed(TWO.items())))

    assert backwards.bridges == under(tuple(TWO.items())).bridges


def test_more_than_six_inputs_are_grouped_by_the_first_two_parts_of_their_keys() -> None:
    found = under(tuple(SEVEN.items()))

    assert list(found.bridges["dscr_min"]) == [
        *("price.oxide", "node.plant", "cost.operating", "facility.jbic", "sizing.amount"),
    ]
    assert found.method.startswith("Shapley") and "32 runs" in found.method


def test_more_than_six_groups_change_one_after_another() -> None:
    more = {"entity.spv.tax_rate": "20 %", "capex.plant.amount": "110 million USD", **SEVEN}
    found = fm.compare(TINY, set=more)

    assert found.method.startswith("One after another") and "8 runs" in found.method
    assert adds_up(found.bridges["equity_irr"], found.differences["equity_irr"])


def test_all_inputs_changed_make_the_second_case() -> None:
    """Structure too: an annuity becomes sculpted, and a fixed amount is left to be sized."""
    level, sculpted = fm.load(LEVEL), fm.load(SCULPTED)
    keys = [*differing(level.tables, sculpted.tables)]

    assert ("facility", "loan", "profile") in keys
    assert [*differing(mixed(level.tables, sculpted.tables, keys), sculpted.tables)] == []
    assert [*differing(mixed(level.tables, sculpted.tables, []), level.tables)] == []


@pytest.mark.parametrize("pair", [(LEVEL, SCULPTED), (FLAGSHIP, None)], ids=["reference", "flagship"])
def test_a_run_with_all_inputs_changed_has_the_results_of_the_second_case(pair: tuple[Path, Path | None]) -> None:
    """A bridge starts and ends at the two cases themselves: no part hides what a mixture gets wrong."""
    found = fm.compare(*pair) if pair[1] else flagship()
    keys = [tuple(change.key.split(".")) for change in found.inputs]

    assert_alike(run_mixed(found.first.case, found.second.case, keys), found.second.metrics)
    assert_alike(run_mixed(found.first.case, found.second.case, []), found.first.metrics)


def assert_alike(some: Mapping[str, float | None], others: Mapping[str, float | None]) -> None:
    """The same numbers, and the same results that are not applicable."""
    assert {name for name, value in some.items() if value is None} == {k for k, v in others.items() if v is None}
    assert {k: v for k, v in some.items() if v is not None} == pytest.approx(
        {k: v for k, v in others.items() if v is not None}, rel=1e-12
    )


def test_two_folders_are_compared() -> None:
    found = fm.compare(LEVEL, SCULPTED)

    assert Change("sizing.amount", "70 million USD", "-") in found.inputs
    assert adds_up(found.bridges["equity_irr"], found.differences["equity_irr"])


def test_what_differs_for_lenders_only_is_named_so() -> None:
    before = fm.load(FLAGSHIP)
    assert before.sizing is not None
    key = next(".".join(keys) for keys in differing(before.tables, before.sizing.tables) if keys[-1] == "demand")
    found = fm.compare(FLAGSHIP, set={f"sizing.case.{key}": "60 %"})

    assert [change.key for change in found.inputs] == [f"sizing.case.{key}"]
    assert found.bridges["equity_irr"] == {
        f"sizing.case.{key}": pytest.approx(found.differences["equity_irr"], abs=1e-15)
    }


def test_a_key_stands_beside_the_first_line_of_a_long_value(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("node.plant", "-", "word " * 40), ("x", "1", "2")]
    show(grid("Inputs that differ", ("", "first", "second"), rows, words=(0, 1, 2)))

    shown = capsys.readouterr().out.splitlines()
    assert next(row for row in shown if "word" in row).startswith("node.plant")


def test_a_case_is_like_itself() -> None:
    found = fm.compare(TINY, TINY)

    assert (found.inputs, found.bridges, found.notes) == ((), {}, {"bridge": "no input differs."})
    assert {name for name, value in found.differences.items() if value is None} == {
        "equity_npv",
        "icr_min",
    }  # no rate is given, every date repays
    assert {value for value in found.differences.values() if value is not None} == {0.0}


def test_another_timeline_makes_no_bridge_and_says_so() -> None:
    found = fm.compare(TINY, set={"timeline.operations": "66 months"})

    assert found.bridges == {}
    assert "timeline.operations" in found.notes["bridge"]
    assert found.differences["equity_irr"] is not None


def test_a_mixture_that_breaks_a_rule_makes_no_bridge_and_is_named(tmp_path: Path) -> None:
    """Owners' shares sum to 100 % in either case, and to 110 % in the mixture."""
    for name, shares in (("a", ("60", "40")), ("b", ("50", "50"))):
        text = (TINY / "case.toml").read_text(encoding="utf-8").partition("[equity.sponsor]")[0]
        owners = [
            f'[equity.{who}]\nlabel = "{who}"\nholder = "{who}"\nshare = "{share} %"\n'
            for who, share in zip("xy", shares, strict=True)
        ]
        (tmp_path / name).mkdir()
        (tmp_path / name / "case.toml").write_text(text + "\n".join(owners), encoding="utf-8")
    found = fm.compare(tmp_path / "a", tmp_path / "b")

    assert found.bridges == {}
    assert "with only equity.x.share changed" in found.notes["bridge"]


def test_a_result_that_does_not_apply_has_no_bridge_and_the_other_one_has() -> None:
    """Without debt no cover exists."""
    found = fm.compare(TINY, set={"sizing.amount": "0 USD", "price.oxide.deck": "42 USD/kg"})

    assert found.differences["dscr_min"] is None
    assert "not applicable with" in found.notes["dscr_min"]
    assert list(found.bridges) == ["equity_irr"]


def test_there_must_be_something_to_compare_with() -> None:
    with pytest.raises(fm.FinmodelError, match="a second case, or changes by --set"):
        fm.compare(TINY)


def test_the_command_shows_inputs_results_and_bridge(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["compare", str(TINY), "--set", "price.oxide.deck=42 USD/kg"]) == 0

    page = capsys.readouterr().out
    assert max(map(len, page.splitlines())) <= 100
    order = [page.index(title) for title in ("Inputs that differ", "Results", "Bridge", "Shapley")]
    assert order == sorted(order)


def test_the_command_without_a_second_case_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["compare", str(TINY)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
