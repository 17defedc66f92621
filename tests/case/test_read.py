"""A case as a whole: values, places, sources, overlays, scenarios, the sizing case, files."""

from __future__ import annotations

from datetime import date

import pytest

from finmodel.deal.read import read_with
from finmodel.kernel.errors import UsageError
from finmodel.kernel.timeline import serial
from tests.work import calls

SCENARIOS = """\
[base]
probability = "60 %"
[low]
label = "Low prices"
probability = "40 %"
[low.set]
"facility.jbic.rate" = "7 % p.a."
price.ndpr.premium = { 2026-01-01 = "0.90x", 2028-07-01 = "0.80x" }
"""


def test_a_leaf_knows_its_key_value_unit_label_place_and_source(read):
    rate = read(files={"sources.toml": '"facility.jbic" = "term sheet"'}).tables.facility["jbic"].rate

    assert (rate.id, rate.value, str(rate.unit)) == ("facility.jbic.rate", 0.05, "1/year")
    assert (rate.label, rate.where, rate.source) == ("Fixed interest rate", "case/case.toml:11", "term sheet")


def test_dates_and_counts_are_givens_too(read):
    case = read()

    assert case.tables.timeline.financial_close.number == serial(date(2027, 1, 1))
    assert case.tables.facility["jbic"].instalments.number == 8


def test_a_default_is_fresh_for_each_case_and_says_so(read):
    first, second = read(), read()
    cap = first.tables.sizing.gearing_cap

    assert (cap.id, cap.value, cap.source, cap.where) == ("sizing.gearing_cap", 0.7, "default", "default")
    assert cap is not second.tables.sizing.gearing_cap
    assert first.tables.facility["jbic"].fee is not first.tables.facility["anz"].fee


def test_a_default_in_money_is_in_the_currency_of_the_case(read):
    case = read({'"USD"': '"JPY"', "110 USD": "110 JPY", "100 USD": "100 JPY"})

    assert str(case.tables.facility["jbic"].fee.unit) == "JPY/year"


def test_the_timeline_runs_over_construction_operations_and_wind_up(read):
    assert read().timeline.labels == ("2027H1", "2027H2", "2028H1", "2028H2", "2029H1", "2029H2", "2030H1")


def test_figures_without_a_source_are_listed_and_defaults_are_not(read):
    case = read(files={"sources.toml": 'facility.jbic = "term sheet"\n[facility.anz]\nrate = "assumed"\n'})

    assert "facility.anz.share" in case.unsourced
    assert not {"facility.jbic.rate", "facility.anz.rate", "sizing.gearing_cap"} & set(case.unsourced)


def test_a_step_holds_the_value_in_force_when_the_period_starts(read):
    """6 % from 15 January 2028: the half that starts on 1 January 2028 still has 5 %."""
    case = read({'rate = "5 % p.a."': 'rate = { 2020-01-01 = "5 % p.a.", 2028-01-15 = "6 % p.a." }'})

    assert case.tables.facility["jbic"].rate.value == (0.05, 0.05, 0.05, 0.06, 0.06, 0.06, 0.06)
    assert case.tables.facility["jbic"].rate.series


def test_a_deck_is_straight_between_its_dates_at_the_middle_of_a_period_and_flat_beyond(read):
    """730 days from 110 to 100; the middle of 2027H1 is 365 + 90.5 days in."""
    deck = read().tables.price["ndpr"].deck.value

    assert deck[0] == pytest.approx(110 - 10 * 455.5 / 730)
    assert deck[2:] == (100.0,) * 5


def test_a_list_by_operating_year_holds_its_last_value_and_is_zero_before(read):
    case = read({"[price.ndpr]": '[price.ndpr]\nramp = ["50 %", "80 %"]\nspend = ["30 %", "70 %"]'})

    assert case.tables.price["ndpr"].ramp.value == (0, 0, 0.5, 0.5, 0.8, 0.8, 0.8)
    assert case.tables.price["ndpr"].spend.value == (0.3, 0.7, 0, 0, 0, 0, 0)


def test_a_case_extends_another_and_each_key_keeps_the_line_that_won(read, write):
    write(folder="base", files={"sources.toml": 'facility = "term sheet"'})
    child = 'extends = "../base"\nremove = ["price.ndpr"]\nname = "Child"\n[facility.jbic]\nrate = "4 % p.a."\n'
    case = read(text=child)

    assert case.name == "Child"
    assert case.tables.facility["jbic"].rate.where == "case/case.toml:5"
    assert case.tables.facility["jbic"].share.where == "base/case.toml:12"
    assert not case.tables.price
    assert [str(path) for path in case.files] == ["base/case.toml", "base/sources.toml", "case/case.toml"]


def test_a_source_does_not_cover_a_figure_that_was_changed_later(read, write):
    write(folder="base", files={"sources.toml": 'facility = "term sheet"'})
    case = read(text='extends = "../base"\n[facility.jbic]\nrate = "4 % p.a."\n')

    assert case.tables.facility["jbic"].rate.source == ""
    assert case.tables.facility["jbic"].share.source == "term sheet"
    assert "facility.jbic.rate" in case.unsourced


def test_a_scenario_changes_live_keys(read):
    case = read(files={"scenarios.toml": SCENARIOS}, scenario="low")
    rate = case.tables.facility["jbic"].rate

    assert (rate.value, rate.where, rate.source) == (0.07, "case/scenarios.toml:7", "scenario")
    assert case.tables.price["ndpr"].premium.value == (0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8)
    assert case.scenarios["low"].probability == 0.4
    assert case.scenarios["low"].changes["facility.jbic.rate"] == "7 % p.a."


def test_the_sizing_case_is_the_case_under_its_overlay_and_not_the_scenario(read):
    sizing = '\n[sizing.case]\n"price.ndpr.premium" = "0.70x"\n'
    case = read({"[facility.anz]": f"{sizing}[facility.anz]"}, {"scenarios.toml": SCENARIOS}, scenario="low")

    assert case.sizing is not None
    assert case.sizing.tables.price["ndpr"].premium.value == 0.7
    assert case.sizing.tables.facility["jbic"].rate.value == 0.05
    assert read().sizing is None


def test_set_wins_over_everything_and_keeps_what_was_typed(read):
    sets = {"facility.jbic.rate": "9 % p.a.", "sizing.gearing_cap": '"60 %"', "timeline.financial_close": "2027-07-01"}
    case = read(files={"scenarios.toml": SCENARIOS}, scenario="low", sets={**sets, "timeline.frequency": "half"})

    assert case.tables.facility["jbic"].rate.value == 0.09
    assert case.tables.facility["jbic"].rate.where == "--set"
    assert case.tables.sizing.gearing_cap.value == 0.6
    assert case.timeline.start == date(2027, 7, 1)


def test_set_reaches_expectations_and_the_sizing_case(read):
    case = read(sets={"expect.dscr_min": "at least 1.2x", "sizing.case.price.ndpr.premium": "0.6x"})

    assert case.expect[0].value == 1.2
    assert case.sizing is not None
    assert case.sizing.tables.price["ndpr"].premium.value == 0.6


def test_expectations_are_read_with_kind_value_and_tolerance(read):
    rows = '[expect]\ndscr_min = "at least 1.30x"\ngearing = "at most 70 %"\nequity_irr.jogmec = "12 % within 0.1 %"\n'
    case = read({"[timeline]": f"{rows}[timeline]"}, {"expected.toml": "x = { value = 0.12, tolerance = 1e-6 }"})

    assert [(row.metric, row.kind, row.value, row.tolerance) for row in (*case.expect, *case.expected)] == [
        ("dscr_min", "at least", 1.3, 0),
        ("gearing", "at most", 0.7, 0),
        ("equity_irr.jogmec", "within", 0.12, 0.001),
        ("x", "within", 0.12, 1e-6),
    ]


def test_price_histories_stand_beside_the_case(read):
    prices = read(files={"prices.csv": "month,ndpr\n,USD/kg; FOB\n2026-11,62.5\n2026-12,63\n"}).prices

    assert str(prices["ndpr"].unit) == "USD/kg"
    assert prices["ndpr"].months == {2026 * 12 + 10: 62.5, 2026 * 12 + 11: 63.0}
    assert prices["ndpr"].basis == "FOB"


def test_the_hash_moves_with_any_file_scenario_or_change_and_not_with_the_folder(read):
    files = {"scenarios.toml": SCENARIOS}
    hashes = [
        read(files=files).sha256,
        read(files=files, scenario="low").sha256,
        read(files=files, sets={"sizing.gearing_cap": "50 %"}).sha256,
        read({"Tiny loan": "Tiny"}, files).sha256,
    ]

    assert len(set(hashes)) == 4
    assert read(files=files, folder="elsewhere").sha256 == hashes[0]


def test_a_case_file_may_be_named_itself(schema, write):
    assert read_with(schema, write() / "case.toml").name == "Tiny loan"


def test_an_unknown_scenario_is_refused_with_the_nearest(read):
    with pytest.raises(UsageError, match='Did you mean "low"'):
        read(files={"scenarios.toml": SCENARIOS}, scenario="loww")


def test_twice_the_keys_are_twice_the_work(schema, write):
    """200 and 400 keys of loans: what is done for each key does not grow with their number."""
    loan = '[facility.f{0}]\nrate = "5 % p.a."\nshare = "1 %"\ninstalments = 8\nfee = "1 USD/year"\n'
    work = []
    for number in (0, 40, 79):
        rest = f'share = "{99 - number} %"'
        folder = write({'share = "60 %"': rest, 'share = "40 %"': 'share = "1 %"'})
        text = (folder / "case.toml").read_text() + "".join(loan.format(i) for i in range(number))
        (folder / "case.toml").write_text(text)
        work.append(calls(lambda: read_with(schema, folder)))  # noqa: B023  (called at once)

    assert work[2] - work[0] < 2.2 * (work[1] - work[0])
