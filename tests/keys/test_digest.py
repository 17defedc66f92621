"""The digest of a case covers every value, typed or left to a default, in the order of the schema."""

from __future__ import annotations

from finmodel.case.values import digest_of, plain
from finmodel.deal.read import read_case
from finmodel.run.build import build
from finmodel.run.size import Sized, size
from tests.deal.fin import TINY
from tests.keys.defaults import defaults, typed


def sized(changes: dict[str, str]) -> Sized:
    return size(build(read_case(TINY, None, changes)))


def test_the_same_debt_is_sized_on_the_same_values_whether_they_were_typed_or_not() -> None:
    case = read_case(TINY)
    whole, _ = typed(case, defaults(case))

    assert plain(whole.tables) == plain(case.tables)
    assert size(build(whole)).digest == size(build(case)).digest


def test_another_value_of_a_key_that_the_case_leaves_to_its_default_is_another_digest() -> None:
    assert sized({"returns.npv_rate": "9 % p.a."}).digest != sized({}).digest


def test_another_version_of_what_makes_the_model_is_another_digest() -> None:
    tables = read_case(TINY).tables

    assert digest_of(tables, ("finmodel 1",)) != digest_of(tables, ("finmodel 2",))


def test_the_digest_of_the_case_counts_values_beside_files() -> None:
    """Two currencies with one number are two values: a quantity counts with its unit."""
    assert ("value", (1.0, "USD")) != ("value", (1.0, "JPY"))
    assert "USD" in repr(plain(read_case(TINY).tables))
    assert read_case(TINY).sha256 != read_case(TINY, None, {"returns.npv_rate": "9 % p.a."}).sha256
