"""Extra lines: each form of a formula worked by hand, and texts that are none."""

import json
import re
from pathlib import Path

import pytest

from finmodel.deal import extra
from finmodel.deal.extra import BadFormula
from finmodel.kernel.errors import CircularityError, FinmodelError, NumberError
from finmodel.kernel.model import leaves
from tests.deal.ops import YEARS, Deal, by_date, deal


def typed(folder: Path, *, more: str = "", **formulas: str) -> Deal:
    """The mine with extra lines; the index is 10 USD/kg in 2029 and 20 USD/kg from 2030 on."""
    index = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '2x'})}\n"
    rows = "".join(f"{name} = {json.dumps(text)}\n" for name, text in formulas.items())
    return deal(folder, f"{index}{more}[extra_lines]\n{rows}")


def message(folder: Path, text: str) -> str:
    """What is said of a text that is no formula."""
    with pytest.raises(BadFormula) as caught:
        typed(folder, x=text)
    assert caught.value.key == "x"
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert not re.search(r"\?\.|\w\.\.|\.py:", str(caught.value))
    return str(caught.value)


FORMS = {
    "sales.billed": [1e6, 2e6],
    "-sales.billed": [-1e6, -2e6],
    "sales.billed + sales.billed": [2e6, 4e6],
    "sales.billed - '400,000 USD'": [6e5, 1.6e6],
    "sales.billed * 0.25": [250_000, 500_000],
    "'25 %' * sales.billed": [250_000, 500_000],
    "sales.billed / 4": [250_000, 500_000],
    "1.5 ** time.operations * sales.billed": [1.5e6, 3e6],
    "lo(sales.billed, '1.2 million USD')": [1e6, 1.2e6],
    "hi(sales.billed, '1.2 million USD', 0)": [1.2e6, 2e6],
    "where(price.ore.market > '15 USD/kg', '7 USD', '3 USD')": [3, 7],
    "ratio(sales.billed, product.ore.sold)": [10_000, 20_000],
    "ratio(sales.billed, costs.billed, 1)": [1, 1],
    "sales.billed < '1.2 million USD'": [1, 0],
    "sales.billed <= '1 million USD'": [1, 0],
    "sales.billed > '1.2 million USD'": [0, 1],
    "sales.billed >= '2 million USD'": [0, 1],
    "time.operations & (sales.billed > '1.2 million USD')": [0, 1],
    "time.wind_up | (sales.billed > '1.2 million USD')": [0, 1],
    "~(sales.billed > '1.2 million USD')": [1, 0],
    "sales.billed.prev": [0, 1e6],
    "sales.billed.next": [2e6, 2e6],
    "sales.billed.lag(2)": [0, 0],
    "sales.billed.lag(0)": [1e6, 2e6],
    "(sales.billed + costs.billed) * (1 - 0.5)": [5e5, 1e6],
}


@pytest.mark.parametrize("text", FORMS)
def test_each_form_has_its_meaning(tmp_path: Path, text: str) -> None:
    """Sales are 1,000,000 USD in 2028's first year of operations, 2029, and 2,000,000 in 2030."""
    assert typed(tmp_path, x=text).at("extra.x", ["2029", "2030"]) == pytest.approx(FORMS[text])


def test_line_has_the_unit_of_its_formula(tmp_path: Path) -> None:
    """USD over tonnes."""
    small = typed(tmp_path, x="ratio(sales.billed, product.ore.sold)", y="time.operations")

    assert [str(small.model.lines[f"extra.{name}"].unit) for name in "xy"] == ["USD/t", "ratio"]


def test_line_may_read_one_above_it(tmp_path: Path) -> None:
    """Half of a half."""
    small = typed(tmp_path, first="sales.billed * 0.5", second="extra.first * 0.5")

    assert small.at("extra.second", ["2029"]) == pytest.approx([250_000])


def test_hooks_join_the_cash_of_operations(tmp_path: Path) -> None:
    """1,000,000 USD of sales, 50,000 of other revenue and 200,000 of other cost."""
    small = typed(tmp_path, other_revenue="sales.billed * 0.05", other_cost="sales.billed * 0.2")

    assert small.at("operations.net_cash", ["2029", "2030"]) == pytest.approx([850_000, 1_700_000])


def test_hook_may_read_its_own_past(tmp_path: Path) -> None:
    """A cost that grows by 1,000 USD with every period from 2028: 2,000 in 2029."""
    small = typed(tmp_path, other_cost="extra.other_cost.prev + '1,000 USD'")

    assert small.at("extra.other_cost", ["2028", *YEARS]) == pytest.approx([1000, 2000, 3000, 4000, 5000])


def test_any_other_line_is_for_reading_only(tmp_path: Path) -> None:
    """Cash stays as it is."""
    small = typed(tmp_path, memo="sales.billed * 0.2")

    assert small.at("operations.net_cash", ["2029"]) == pytest.approx([1_000_000])


def test_unknown_line_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    """A slip of the pen."""
    assert "did you mean sales.billed?" in message(tmp_path, "sales.biled")


@pytest.mark.parametrize("text", ["", " ", "sales.billed +", "sales billed", "(1", "1)", "x := 1", "import os", "\x00"])
def test_text_that_does_not_parse_is_no_formula(tmp_path: Path, text: str) -> None:
    """Bad syntax."""
    assert "this is not a formula" in message(tmp_path, text)


CODE = [
    "__import__('os').system('true')",
    "open('x')",
    "print(1)",
    "sales.billed.mean()",
    "lambda: 1",
    "[1, 2]",
    "{'a': 1}",
    "sales['billed']",
    "sales.billed if 1 else 2",
    "sales.billed and 1",
    "not 1",
    "1 < 2 < 3",
    "1 != 2",
    "1 is 1",
    "sales.billed // 2",
    "sales.billed % 2",
    "sales.billed @ 2",
    "lo(*sales.billed)",
    "lo(a=1)",
    "lo(1, 2)(3)",
    "f'{1}'",
    "(yield)",
    "(x := 1)",
    "1j",
    "True",
    "None",
    "...",
    "b'1'",
    "sales.billed.lag(-1)",
    "sales.billed.lag(1000)",
    "sales.billed.lag(1.5)",
    "sales.billed.lag(time.number)",
]


@pytest.mark.parametrize("text", CODE)
def test_what_is_more_than_a_formula_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing of it is run."""
    assert message(tmp_path, text)


@pytest.mark.parametrize(
    "text", ["sales.__class__", "().__class__.__bases__", "sales.billed.__init__", "_x", "__name__"]
)
def test_inner_names_of_python_are_no_lines(tmp_path: Path, text: str) -> None:
    """No attribute of an object can be reached."""
    assert "no line" in message(tmp_path, text)


def test_huge_text_is_refused_by_its_length(tmp_path: Path) -> None:
    """At most 2,000 characters."""
    assert "has 2,001 characters; at most 2,000" in message(tmp_path, "1" * 2001)


def test_deep_brackets_are_refused(tmp_path: Path) -> None:
    """900 brackets are more than the parser holds."""
    assert "this is not a formula" in message(tmp_path, "(" * 900 + "1" + ")" * 900)


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("sales.billed + product.ore.sold", "USD and t do not fit together"),
        ("sales.billed + 1", "USD and ratio do not fit together"),
        ("sales.billed + '5 JPY'", "USD and JPY do not fit together"),
        ("sales.billed ** 2", "a flag or pure number is needed here"),
        ("~sales.billed", "a flag or pure number is needed here"),
        ("where(sales.billed, 1, 2)", "a flag or pure number is needed here"),
        ("lo(sales.billed, 1)", "USD and ratio do not fit together"),
    ],
)
def test_units_that_do_not_fit_are_refused(tmp_path: Path, text: str, wrong: str) -> None:
    """The same rules as for every line."""
    assert wrong in message(tmp_path, text)


@pytest.mark.parametrize("text", ["sales.billed / product.ore.sold", "1 / (2 - 1)"])
def test_division_by_what_may_be_zero_is_refused(tmp_path: Path, text: str) -> None:
    """`ratio` says what to do where the divisor is 0."""
    assert "Write ratio(a, b, default)" in message(tmp_path, text)


@pytest.mark.parametrize("text", ["'5'", "'five USD'", "'5 pounds'", "'1e400 USD'", "'5 USD 5'"])
def test_quantity_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    """The rules of a case file hold."""
    assert "a quantity " in message(tmp_path, text)


def test_hook_must_be_money(tmp_path: Path) -> None:
    """Tonnes are no cost."""
    with pytest.raises(BadFormula, match="in USD"):
        typed(tmp_path, other_cost="product.ore.sold")


def test_hook_that_reads_the_cash_it_joins_is_a_circle(tmp_path: Path) -> None:
    """A bonus on cash after the bonus."""
    with pytest.raises(FinmodelError, match="same period"):
        typed(tmp_path, other_cost="operations.net_cash * 0.1")


@pytest.mark.parametrize("text", ["9 ** 9 ** 9", "sales.billed * 10 ** 400"])
def test_number_beyond_all_bounds_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    """No infinity gets into a result."""
    with pytest.raises(NumberError, match=r"extra\.x"):
        typed(tmp_path, x=text)


def test_blanks_around_a_formula_do_not_count(tmp_path: Path) -> None:
    """As in every other value of a case."""
    assert typed(tmp_path, x="  sales.billed ").at("extra.x", ["2029"]) == pytest.approx([1_000_000])


def test_line_may_read_one_below_it(tmp_path: Path) -> None:
    """The order of a table has no meaning elsewhere."""
    small = typed(tmp_path, first="extra.second * 0.5", second="sales.billed * 0.5")

    assert small.at("extra.first", ["2029"]) == pytest.approx([250_000])


def test_lines_may_stand_in_any_order_beside_hooks(tmp_path: Path) -> None:
    """A cost of half of a fee that stands below it, and the fee's memo above both: 25,000, 50,000 and 50,000 USD."""
    small = typed(tmp_path, memo="extra.fee", other_cost="extra.fee * 0.5", fee="sales.billed * 0.05")

    assert small.at("extra.memo", ["2029"]) == pytest.approx([50_000])
    assert small.at("operations.net_cash", ["2029"]) == pytest.approx([975_000])


def test_lines_that_read_each_other_are_told_together(tmp_path: Path) -> None:
    """Neither has a unit before the other, in this period or the one before."""
    with pytest.raises(BadFormula, match=r"extra\.a and extra\.b read each other") as caught:
        typed(tmp_path, a="extra.b.prev * 0.5", b="extra.a * 0.5")
    assert caught.value.key == "a"
    assert "extra.x reads itself" in message(tmp_path, "extra.x.prev + '1 USD'")


def test_hook_and_a_line_that_read_each_other_at_once_are_a_circle(tmp_path: Path) -> None:
    """The hook's unit is known, so that the circle is one of numbers."""
    with pytest.raises(CircularityError, match=r"extra\.fee"):
        typed(tmp_path, fee="extra.other_cost * 2", other_cost="extra.fee * 0.5")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("where(1, 2)", "has too few terms. Write where(flag, a, b)."),
        ("ratio(1)", "has too few terms. Write ratio(a, b, default)."),
        ("ratio(1, 2, 3, 4)", "has too many terms"),
        ("lo(sales.billed)", '"lo(sales.billed)" has too few terms'),
        ("hi()", '"hi()" has too few terms'),
        ("sales.billed.lag(-1)", "lag goes back a whole number of periods, from 0 to 7: got -1"),
        ("sales.billed.lag()", "got nothing"),
        ("sales.billed.lag", '"sales.billed.lag" does not say how far back'),
        ("sales.billed / 0", '"0" is no divisor'),
        ("sales.billed / '0 kg'", "is no divisor"),
        ("1e16", "a number is beyond 1e15"),
        ("1e999", "a number is beyond 1e15"),
        ("1" + "0" * 400, "a number is beyond 1e15"),
        ("'1e60 USD'", "a quantity is beyond 1e15"),
        ("-" * 450 + "1", "the formula is 451 levels deep; at most 60 are possible"),
    ],
)
def test_message_says_what_is_wrong(tmp_path: Path, text: str, wrong: str) -> None:
    """And what to write instead."""
    assert wrong in message(tmp_path, text)


def test_sum_of_fifty_terms_is_not_too_deep(tmp_path: Path) -> None:
    """50 × 1,000,000 USD."""
    assert typed(tmp_path, x=" + ".join(["sales.billed"] * 50)).at("extra.x", ["2029"]) == pytest.approx([50e6])


def test_single_number_has_no_period_before(tmp_path: Path) -> None:
    """A line of constants alone has one value."""
    with pytest.raises(BadFormula, match="is a single number"):
        typed(tmp_path, x="2 * 3", y="extra.x.prev")


def test_quantity_is_an_input_at_the_place_of_its_formula(tmp_path: Path) -> None:
    """So that an explanation ends in the case."""
    deal = typed(tmp_path)
    model = deal.model
    extra.define(deal.works.extra, {"fee": "'2 USD/kg' * product.ore.sold"}, {"fee": "case.toml:7"})
    (leaf,) = leaves(model.lines["extra.fee"].expr)

    assert (leaf.where, model.lines["extra.fee"].where) == ("case.toml:7", "case.toml:7")
