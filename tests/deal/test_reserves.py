"""Debt service reserve: the target by hand on fourteen half-yearly dates of a quarterly deal."""

import pytest

from finmodel.case.table import Month
from finmodel.deal.reserves import debt_service
from finmodel.deal.reserves.debt_service import PlannedService
from finmodel.deal.waterfall.terms import ReserveTerms
from finmodel.kernel.units import unit
from tests.deal.tax_helpers import Deal, deal, evaluate, given

INTEREST_ONLY = 5.0
SERVICE = [20.0 + number for number in range(14)]
DATES = [f"{year}{quarter}" for year in range(2031, 2038) for quarter in ("Q1", "Q3")]


def flagship() -> Deal:
    """Completion on 2030-04-01; interest in September 2030; repayments from March 2031 to September 2037."""
    return deal("quarter", (12, 80, 2))


def by_label(
    deal: Deal, months: int, dates: dict[str, float], repaid: list[str], paid: tuple[Month, ...] = ()
) -> dict[str, float]:
    """The target by the label of each period, for this planned service; `paid` are the months of payment."""
    labels = deal.model.timeline.labels
    terms = ReserveTerms.model_construct(months=given("reserve.dsra.months", months, "month"))
    section = deal.model.section("facility.loan", unit("USD"))
    pays = deal.clock.month_flag(paid or ("March", "September"))
    repays = section.flag("repayment_date", "Repayment date", given("repays", [float(x in repaid) for x in labels]))
    service = PlannedService(deal.flow("service", [dates.get(x, 0.0) for x in labels]), pays, repays, paid)
    plan = debt_service.build(deal.model.section("reserve.dsra", unit("USD"), "DSRA"), terms, service, deal.clock)
    return dict(zip(labels, evaluate(deal.model)[plan.target.id], strict=True))


def target(months: int) -> dict[str, float]:
    """The flagship's target."""
    dates = {"2030Q3": INTEREST_ONLY} | dict(zip(DATES, SERVICE, strict=True))
    return by_label(flagship(), months, dates, DATES)


def test_six_months_hold_the_next_service_and_the_target_stays_until_the_next_date() -> None:
    """After March 2031 the 21 of September; still 21 in June; after September the 22 of March 2032."""
    row = target(6)

    assert [row[x] for x in ("2031Q1", "2031Q2", "2031Q3", "2031Q4")] == pytest.approx([21, 21, 22, 22])
    assert [row[date] for date in DATES] == pytest.approx([*SERVICE[1:], 0])


def test_first_funding_at_the_end_of_construction_is_the_first_service_with_principal() -> None:
    """Six months before 2031-03-31 is September 2030: the 20 of March, not the interest of September, in 2030Q1."""
    row = target(6)

    assert [row[x] for x in ("2029Q4", "2030Q1", "2030Q2", "2030Q3", "2030Q4")] == pytest.approx([0, 20, 20, 20, 20])


def test_twelve_months_hold_two_services() -> None:
    """Funded with 20 + 21; after March 2031 22 + 21 = 43; after March 2037 only the last, 33."""
    row = target(12)

    assert [row["2030Q1"], row["2031Q1"], row["2037Q1"]] == pytest.approx([41, 43, 33])


def test_nothing_is_held_once_no_service_is_left() -> None:
    """The last service falls in September 2037."""
    row = target(6)
    after = [value for label, value in row.items() if label >= "2037Q3"]

    assert set(after) == {0}
    assert row["2037Q2"] == pytest.approx(33)


def test_no_months_mean_no_reserve() -> None:
    """A reserve of 0 months."""

    assert set(target(0).values()) == {0}


def test_funding_is_the_target_of_the_last_period_of_construction_alone() -> None:
    """20 in 2030Q1, nothing in any other period."""
    small = flagship()
    by_label(small, 6, dict(zip(DATES, SERVICE, strict=True)), DATES)
    row = evaluate(small.model)["reserve.dsra.funding"]

    assert [(t, value) for t, value in enumerate(row) if value] == [(small.at("2030Q1"), pytest.approx(20))]


def test_six_months_on_annual_periods_hold_half_a_service() -> None:
    """March of each year from 2029 to 2031 pays 10, 11, 12: funded with half of 10, then half of the next."""
    labels = ("FY2028", "FY2029", "FY2030")
    row = by_label(deal("year", (1, 4, 1)), 6, dict(zip(labels, (10.0, 11.0, 12.0), strict=True)), list(labels))

    assert [row[x] for x in ("FY2027", *labels)] == pytest.approx([5, 5.5, 6, 0])


@pytest.mark.parametrize(
    ("months", "expected"), [(3, [2.5, 2.75, 3, 0]), (12, [10, 11, 12, 0]), (15, [12.75, 14, 12, 0])]
)
def test_a_part_of_a_year_counts_the_service_of_that_year_by_time(months: int, expected: list[float]) -> None:
    """Services of 10, 11 and 12: 3 months are a quarter of the next, 15 the next and a quarter of the one after."""
    labels = ("FY2028", "FY2029", "FY2030")
    row = by_label(deal("year", (1, 4, 1)), months, dict(zip(labels, (10.0, 11.0, 12.0), strict=True)), list(labels))

    assert [row[x] for x in ("FY2027", *labels)] == pytest.approx(expected)


def test_a_yearly_service_is_held_by_time_on_every_timeline() -> None:
    """Services of 10, 11 and 12 each March: six months of them are 5, 5.5 and 6 whatever the periods."""
    for frequency, size in (("year", 1), ("half", 2), ("quarter", 4), ("month", 12)):
        small = deal(frequency, (size, 4 * size, size))
        labels = small.model.timeline.labels
        dates = [labels[(number + 1) * size - 1] for number in (1, 2, 3)]
        row = by_label(small, 6, dict(zip(dates, (10.0, 11.0, 12.0), strict=True)), dates, ("March",))

        assert [row[labels[size - 1]], *(row[x] for x in dates)] == pytest.approx([5, 5.5, 6, 0]), frequency


def test_three_months_of_a_half_yearly_service_are_half_of_it() -> None:
    """On quarters: after March 2031 half of the 21 of September; first funded with half of 20."""
    row = by_label(flagship(), 3, dict(zip(DATES, SERVICE, strict=True)), DATES, ("March", "September"))

    assert [row["2030Q1"], row["2031Q1"], row["2031Q2"], row["2031Q3"]] == pytest.approx([10, 10.5, 10.5, 11])


def test_where_the_months_end_on_a_payment_date_nothing_is_spread() -> None:
    """Six months of a half-yearly service: the lines are those without months of payment."""
    small = flagship()
    by_label(small, 6, dict(zip(DATES, SERVICE, strict=True)), DATES, ("March", "September"))

    assert "reserve.dsra.service_by_time" not in small.model.lines
