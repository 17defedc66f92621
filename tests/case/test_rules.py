"""Rules between keys: what they let pass, and that each fault is told once (the faults stand in tests/errors)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from finmodel.case.wording import words
from finmodel.deal.read import Case, read_case
from finmodel.deal.rules import RULES
from finmodel.kernel.errors import CaseError

BASE = Path(__file__).parent.parent / "errors" / "base"
LOAN = """
[facility.{0}]
label = "{0}"
lender = "{1}"
country = "{2}"
rank = "senior"
share = "{3}"
rate = "5 % p.a."
grace = "12 months"
payment_months = ["December", "June"]
instalments = 14
profile = "sculpted"
"""
SUPPORT = """
[support.{0}]
label = "{0}"
programme = "meti"
contract = "oem"
price = "ndpr"
floor = "{1}"
quantity = "1,000 t/year"
start = {2}
end = {3}
"""
NO_LAGS = """
[timeline]
wind_up = "0 months"
[entity.au]
tax_lag = "0 months"
[node.separation.buys.oxide]
payment_days = "0 days"
"""

Read = Callable[..., Case]
Told = Callable[..., list[str]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the base case of tests/errors with some keys changed, others removed, and further files."""
    shutil.copytree(BASE, tmp_path / "base")
    (tmp_path / "case").mkdir()
    monkeypatch.chdir(tmp_path / "case")

    def read(
        text: str = "",
        remove: Sequence[str] = (),
        files: Mapping[str, str] = {},
        scenario: str | None = None,
        sets: Mapping[str, str] | None = None,
    ) -> Case:
        removed = ", ".join(f'"{key}"' for key in remove)
        files = {"case.toml": f'extends = "../base"\nremove = [{removed}]\n{text}', **files}
        for name, content in files.items():
            Path(name).write_text(content, encoding="utf-8")
        return read_case(Path("."), scenario, sets)

    return read


@pytest.fixture
def told(read: Read) -> Told:
    """The faults of a case that is refused: one text each."""

    def told(*args: object, **more: object) -> list[str]:
        with pytest.raises(CaseError) as caught:
            read(*args, **more)
        return str(caught.value).split("\n\n")

    return told


@pytest.mark.parametrize(
    ("text", "remove"),
    [
        (LOAN.format("bond", "Investors", "Japan", "0 %"), ()),
        ('[facility.jbic]\nshare = "70 %"\n[facility.banks]\nshare = "30 %"', ()),
        ('[support.floor]\nstrike = "110 USD/kg"', ()),
        ('[support.floor]\nshare = "0 %"', ()),
        ('[support.floor]\nfloor = { 2027-01-01 = "110 USD/kg", 2032-01-01 = "120 USD/kg" }', ()),
        ("[support.floor]\nend = 2032-12-31\n" + SUPPORT.format("later", "100 USD/kg", "2033-01-01", "2036-12-31"), ()),
        (NO_LAGS, ["entity.au.incentive"]),
        ('[entity.au.incentive]\nend = 2030-12-31\nlag = "9 years"', ()),
        ('[capex.plant]\nprofile = ["33.3 %", "33.3 %", "33.4 %"]', ()),
        ('[capex.plant]\nprofile = "100 %"', ()),
        ('[facility.mezz]\ninstalments = 9', ()),
        ('[facility.mezz]\ngrace = "10 years"\ninstalments = 1', ()),
        ('[equity.partners]\nshare = "84.99999999999 %"', ()),
        ('[facility.jbic]\nprofile = "annuity"\n[facility.banks]\nprofile = "annuity"', ()),
        ('[sizing]\namount = "500 million USD"', ()),
        ('[facility.banks]\nmargin = "0 % p.a."', ()),
        ("", ["facility.banks.margin"]),
        ("", ["offtake.oem", "support.floor", "programme.meti"]),
        ("", ["facility.jbic", "facility.banks", "cover.nexi"]),
    ],
)  # fmt: skip
def test_what_is_in_order_passes(text, remove, read):
    assert read(text, remove).name == "Separation and metal"


def test_a_wind_up_of_nothing_passes_when_the_last_lag_ends_with_operations(read):
    """Support that ends in 2034 and is paid a year later needs no wind-up after 2038."""
    text = f'{NO_LAGS}[support.floor]\nend = 2034-12-31\nlag = "12 months"\n'

    assert read(text, ["entity.au.incentive"]).timeline.labels[-1] == "2038H2"


@pytest.mark.parametrize(("days", "needed"), [(30, 6), (181, 6), (182, 12), (720, 24)])
def test_payment_days_are_counted_in_days_of_the_wind_up_and_rounded_up_to_periods(days, needed, told):
    """181 days from 2038-12-31 end on 2039-06-30, the last day of a half-year."""
    text = f'{NO_LAGS}[cost.fixed]\npayment_days = "{days} days"\n'

    assert told(text, ["entity.au.incentive"])[0].endswith(f'Write wind_up = "{needed} months".')


def test_a_lag_of_part_of_a_period_counts_as_a_whole_one(told):
    text = NO_LAGS.replace('tax_lag = "0 months"', 'tax_lag = "1 month"')

    assert told(text, ["entity.au.incentive"])[0].endswith('Write wind_up = "6 months".')


def test_the_longest_lag_is_named_and_no_other(told):
    text = '[entity.jp]\ntax_lag = "24 months"\n[support.floor]\nlag = "8 years"\n[entity.au]\ntax_lag = "18 months"\n'
    faults = told(text)

    assert len(faults) == 1
    assert "the longest lag, support.floor.lag" in faults[0]
    assert faults[0].endswith('Write wind_up = "72 months".')


def test_lengths_and_dates_beyond_any_calendar_are_faults_and_no_crash(told):
    """A lag of 9,000 years, a contract of 8,000 and a grace of 7,000."""
    text = (
        '[entity.jp]\ntax_lag = "9,000 years"\n[offtake.oem]\nterm = "8,000 years"\n'
        '[facility.mezz]\ngrace = "7,000 years"\n[grant.meti]\nlag = "6,000 years"\n'
    )

    assert [fault.split("\n")[0].split(": ")[-1] for fault in told(text)] == [
        "timeline.wind_up",
        "facility.mezz.grace",
        "grant.meti.lag",
    ]


@pytest.mark.parametrize(
    ("frequency", "month", "fitting"),
    [("half", "March", "quarter"), ("half", "May", "month"), ("year", "June", "half"), ("quarter", "May", "month")],
)
def test_a_year_that_does_not_fit_names_the_longest_period_that_does(frequency, month, fitting, told):
    text = (
        f'[timeline]\nfrequency = "{frequency}"\n[entity.au]\ntax_year_end = "December"\n'
        f'[entity.jp]\ntax_year_end = "{month}"\n[facility.jbic]\npayment_months = ["December"]\n'
        '[facility.banks]\npayment_months = ["December"]\n'
    )

    assert any(f'Write frequency = "{fitting}"' in fault and "entity.jp.tax_year_end" in fault for fault in told(text))


def test_repayments_are_counted_on_the_dates_on_which_the_facility_pays(told):
    """Completion at the end of 2028, a grace of 18 months: the first December is in 2030, the tenth in 2039."""
    fault = told("[facility.mezz]\ninstalments = 10")[0]

    assert "the last of 10 repayments falls on 2039-12-31, after operations end on 2038-12-31." in fault
    assert "Write instalments = 9 or less" in fault


def test_a_loop_of_three_nodes_is_told_once_with_its_whole_path(told):
    node = '[node.{0}]\nlabel = "{0}"\nentity = "au"\nproduct = "{0}"\nnameplate = "1 t/year"\navailability = "90 %"\n'
    node += 'takes = {{ node = "{1}", product = "{1}", per_product = "1x" }}\n'
    node += '[product.{0}]\nlabel = "{0}"\nprice = "ndpr"\n'
    faults = told(node.format("a", "b") + node.format("b", "c") + node.format("c", "a"))

    assert len(faults) == 1
    assert "nodes feed each other: a takes from b, which takes from c, which takes from a." in faults[0]


def test_a_node_that_takes_from_itself_is_a_loop(told):
    assert "metal takes from metal" in told('[node.metal.takes]\nnode = "metal"\nproduct = "metal"')[0]


def test_two_loans_of_jbic_count_together(told):
    text = LOAN.format("jbic_second", "Japan Bank (JBIC)", "Japan", "15 %") + '[facility.banks]\nshare = "25 %"\n'

    assert "JBIC lends 75 % (60 % + 15 %) of senior debt" in told(text)[0]


@pytest.mark.parametrize(
    ("text", "remove", "key"),
    [
        ('[sizing]\nlimit = "10 million AUD"', (), "sizing.limit"),
        ('[entity.jp]\ncurrency = "EUR"', (), "entity.jp.currency"),
        ('[cost.fixed]\nper_year = "40 million AUD/year"', (), "cost.fixed.per_year"),
        ('[price.ndpr]\ndeck = { 2026-01-01 = "600 CNY/kg" }', ["price.ndpr.deck"], "price.ndpr.deck"),
    ],
)
def test_a_currency_without_a_rate_is_told_where_it_is_used_first(text, remove, key, told):
    faults = told(text, remove)

    assert len(faults) == 1
    assert faults[0].split("\n")[0].endswith(f": {key}")
    assert "the case has no exchange rate for" in faults[0]


def test_defaults_in_money_are_in_the_currency_of_the_case_and_need_no_rate(tmp_path, read):
    """A case in JPY without any exchange rate: fees and floors that are left out are zero yen."""
    text = (tmp_path / "base" / "case.toml").read_text(encoding="utf-8")
    text = text.replace("USD", "JPY").replace('jpy_per_usd = "150 JPY/JPY"', "")
    (tmp_path / "base" / "case.toml").write_text(text, encoding="utf-8")
    case = read()

    assert str(case.tables.product["oxide"].fee.unit) == "JPY/kg"
    assert str(case.tables.node["separation"].buys["oxide"].floor.unit) == "JPY/kg"
    assert not case.tables.fx


def test_a_fault_of_the_case_is_told_once_though_the_sizing_case_has_it_too(told):
    faults = told('[facility.banks]\nshare = "35 %"\n[sizing.case]\n"price.ndpr.premium" = "0.8x"\n')

    assert len(faults) == 1
    assert "the shares of senior debt sum to 95 % (jbic 60 %" in faults[0]


def test_faults_of_all_rules_are_told_at_once_in_the_order_of_the_lines(told):
    text = (
        '[entity.jp]\nborrower = true\n[node.metal]\nentity = "xx"\n[support.floor]\nstrike = "90 USD/kg"\n'
        '[facility.mezz]\nprofile = "sculpted"\n[equity.partners]\nshare = "75 %"\n'
    )
    lines = [int(fault.split(":")[1]) for fault in told(text)]

    assert lines == [4, 6, 8, 10, 12]


def test_a_set_that_breaks_a_rule_is_shown_as_it_was_typed(told):
    fault = told(sets={"support.floor.strike": "90 USD/kg"})[0]

    assert fault.startswith("--set: support.floor.strike\n      | support.floor.strike=90 USD/kg\nthe strike, 90 USD")


def test_a_rule_passes_over_what_another_one_refuses(told):
    """Every name of the case points nowhere: each is told once, and no rule stumbles."""
    text = (
        '[node.separation]\nentity = "x"\nproduct = "x"\n[node.metal]\nentity = "x"\nproduct = "y"\n'
        '[node.metal.takes]\nnode = "x"\nproduct = "x"\n[offtake.oem]\nproducts = ["x"]\n'
        '[support.floor]\nprogramme = "x"\ncontract = "x"\nprice = "x"\n[cost.fixed]\nnode = "x"\ninflation = "x"\n'
        '[capex.plant]\nentity = "x"\n[grant.meti]\ncapex = "x"\n[facility.banks]\ncurve = "x"\n'
        '[cover.nexi]\nfacilities = ["x"]\n[product.oxide]\nprice = "x"\nfee_inflation = "x"\n'
    )
    faults = [fault for fault in told(text) if '"x" is not' in fault]

    assert len(faults) == len(set(faults)) == 17


def test_every_rule_is_named_as_a_sentence_and_says_what_it_is_for():
    assert len({rule.__name__ for rule in RULES}) == len(RULES)
    assert all(rule.__doc__ and len(rule.__name__.split("_")) > 2 for rule in RULES)


def test_lists_in_words_have_one_joint():
    assert [words(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
