"""Every remedy that is printed is pasted into the case and taken, and keeps the amount that was typed."""

from __future__ import annotations

import pytest

from finmodel.case.quantity import BadValue, read
from finmodel.kernel.units import CURRENCIES
from tests.mistakes import MISTAKES
from tests.pasting import Block, blocks, ways

# Mistakes with a message that gives nothing to paste, by what it leaves to the user.
UNPASTED = {
    "a message without a line of the case: a file, or what only a run shows": """
        binary_file cash_flow_is_nothing control_character directory_named_case_toml empty_file
        extra_line_needs_itself extra_line_raises_to_huge_powers missing_file missing_table nested_too_deep not_utf8
        scenario_unknown sizing_cannot_be_met utf16
    """,
    "the user's own figure, name or choice: the message says of what kind": """
        cost_without_a_bearer exit_to_a_class_that_leaves feed_holds_what_is_not_made label_given_twice
        margin_without_a_curve name_in_capitals negative_price no_operations no_product_listed
        number_beyond_all_bounds refinancing_of_an_unknown_facility repayable_without_a_level
        repo_margin_without_a_curve risk_driver_beyond_a_bound risk_driver_of_a_key_that_nothing_reads
        risk_driver_of_a_shape space_between_digits
    """,
    "a date or an order that is the user's to choose": """
        delay_that_leaves_no_operations exit_to_an_unknown_class grace_longer_than_operations grant_window_upside_down
        offtake_default_before_the_contract refinancing_outside_operations risk_driver_out_of_order
        subsidy_that_ends_before_it_starts supply_beyond_operations support_that_ends_before_it_starts
        sweep_that_never_opens table_before_completion table_by_date_without_dates timeline_of_too_many_periods
        year_1899 year_9999
    """,
    "a formula of the user's own, to be written anew": """
        extra_line_calls_python extra_line_compares_with_nothing extra_line_divides_by_a_line
        extra_line_has_a_quantity_without_unit extra_line_in_another_unit extra_line_is_no_formula
        extra_line_looks_ahead_by_a_lag extra_line_reaches_into_python extra_line_reads_a_display_line
        extra_line_reads_an_unknown_line extra_line_too_deep extra_line_with_a_number_beyond_all_bounds
        extra_lines_that_read_each_other
    """,
    "a table or a file of its own, to be filled in": """
        bridge_without_senior_debt feed_without_a_price_for_the_main_product interest_forgiven_that_was_not_put_off
        list_longer_than_construction list_not_closed nodes_feed_each_other offtake_upside_of_two_indices
        prices_with_a_gap product_made_by_two_nodes risk_hazard_of_no_event table_by_date_that_starts_late
        table_name_not_closed
    """,
    "a case or a folder that the user has to name": """
        extends_a_case_that_is_not_there extends_a_folder_outside extends_an_absolute_path extends_an_address
        extends_itself scenario_that_reshapes_the_model sizing_case_that_reshapes_the_model
        sizing_case_with_other_payment_days
    """,
    "two terms that must agree: either may be the right one": """
        claw_back_of_more_than_distributions own_schedule_on_other_dates scenario_probabilities_of_95_percent
        senior_schedules_that_differ spend_profile_that_is_not_whole standby_on_other_dates table_by_date_in_two_units
        table_of_110_percent
    """,
    "a list of what there is, nearest to nothing": """
        intercompany_without_a_rate offtake_currency_unknown text_in_place_of_a_table unknown_key_like_no_other
    """,
}
# What is pasted and meets another rule of the same key, by mistake and words of the remedy.
ANOTHER_RULE = {
    ("date_as_number", "start = 2027-01-31"): "the date that the message shows how to write is none of this calendar",
    ("date_as_text", "start = 2030-04-01"): "the date that was meant is none of this calendar",
    ("date_as_text", "start = 2030-01-04"): "the date that was meant is none of this calendar",
    ("no_instalments", "limit 400"): "the highest number of all loans is more than this one has time for",
    ("offtake_make_up_extra_of_a_share", 'quantity = "100 t/year"'): "the contract lacks take-or-pay as well",
    ("prices_without_a_unit", 'value "month,ndpr"'): "is the first row of a file of prices, not a value",
    ("share_above_100_percent", 'limit "100 %"'): "JBIC lends less than any lender may",
    ("stock_of_a_premium", 'window = "period" and payer = "programme"'): "the floor beside them is the user's",
    ("table_as_one_share", 'table = { 2030-12-31 = "50 %" }'): "shows the form; dates and shares are the user's",
    ("text_in_place_of_true", "capitalise = true"): "the value that was meant is not for a senior loan",
}
LISTED = {name for names in UNPASTED.values() for name in names.split()}


def told_again(block: Block, before: list[Block], after: str) -> list[str]:
    """What is wrong with the key of a problem once its remedy is pasted: the same, or what was not wrong before.

    Other mistakes of the same case may be told again; figures in the same mistake may have changed.
    """
    exact, kinds = {(one.key, one.wrong) for one in before}, {one.kind for one in before} - {block.kind}
    return [
        one.wrong
        for one in blocks(after.split("\n", 1)[1])
        if one.key == block.key
        and (one.wrong == block.wrong or ((one.key, one.wrong) not in exact and one.kind not in kinds))
    ] + [block.wrong for _ in range(block.wrong in after)]


@pytest.mark.parametrize("name", MISTAKES)
def test_a_remedy_that_is_pasted_is_taken(name, tmp_path, monkeypatch):
    """Each of several ways out by itself: what was wrong is not said again, and nothing new is wrong with the key."""
    mistake = MISTAKES[name]
    found = blocks(mistake.message)
    refused, pasted = [], True
    for number, block in enumerate(found):
        proposed = list(ways(block))
        pasted = pasted and bool(proposed)
        for at, (words, done) in enumerate(proposed):
            home = mistake.laid_out(tmp_path / f"{number}_{at}")
            done(home)
            monkeypatch.chdir(home)
            if told_again(block, found, mistake.outcome()):
                refused.append((name, words))

    assert refused == [(other, words) for other, words in ANOTHER_RULE if other == name]
    assert (found != [] and pasted) is (name not in LISTED)


def test_lists_of_what_is_not_pasted_name_mistakes_that_exist_once():
    names = [name for names in UNPASTED.values() for name in names.split()]

    assert len(names) == len(set(names))
    assert set(names) | {name for name, _ in ANOTHER_RULE} <= set(MISTAKES)


def test_a_remedy_that_does_not_help_is_seen():
    """A figure that is still wrong, and one that another rule of the key refuses; other keys are none of it."""
    one, other = (Block("case.toml", 3, key, "", "5 is too high.", "Write a = 4.") for key in ("t.a", "t.b"))
    again = "exit 2\ncase.toml:3: t.a\n    3 | a = 6\n6 is too high.\nWrite a = 4."
    new = "exit 2\ncase.toml:3: t.a\n    3 | a = 6\na needs a unit.\nWrite a = 4."

    assert told_again(one, [one, other], again) == ["6 is too high."]
    assert told_again(one, [one, other], new) == ["a needs a unit."]
    assert told_again(other, [one, other], new) == []


KEPT = {
    ("150 million AUD", "money/year"): "150 million AUD/year",
    ("16,000 t", "t/year"): "16,000 t/year",
    ("900 million aud", "money"): "900 million AUD",
    ("150m AUD", "money"): "150 million AUD",
    ("AUD 150 Million", "money"): "150 million AUD",
    ("$1,226.5 million", "money"): "1,226.5 million USD",
    ("1,5 million USD", "money"): "1.5 million USD",
    ("-3 million JPY", "money/year"): "-3 million JPY/year",
    ("6 m", "month"): "6 months",
    ("5 percent", "ratio"): "5 %",
    ("150 million", "money"): "150 million USD",
}


@pytest.mark.parametrize(("typed", "wanted"), KEPT)
def test_a_remedy_keeps_thousands_multiplier_sign_and_currency(typed, wanted):
    with pytest.raises(BadValue) as told:
        read(typed, wanted)
    assert told.value.write == f'"{KEPT[typed, wanted]}"'
    read(KEPT[typed, wanted], wanted)


@pytest.mark.parametrize("code", CURRENCIES)
def test_no_remedy_changes_the_currency(code):
    for typed in (f"2,500 thousand {code}", f"2,500 thousand {code.lower()}", f"{code} 2,500 thousand"):
        with pytest.raises(BadValue) as told:
            read(typed, "money/kg")
        assert told.value.write == f'"2,500 thousand {code}/kg"'
