"""Rules of debt: what each facility lends at what price, on which schedule, and what JBIC may lend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from finmodel.base.expr import Given
from finmodel.base.timeline import MONTH_NAMES, MONTHS, from_serial
from finmodel.case.expand import Fault
from finmodel.case.policy import JBIC_LIMIT, JBIC_STANDARD, is_jbic
from finmodel.case.rules_common import (
    TOLERANCE,
    Rule,
    calendar_of,
    day,
    ends_in,
    later,
    one_of,
    percent,
    sum_fault,
    typed,
    values,
    words,
)
from finmodel.case.schema import CaseTables
from finmodel.case.schema_debt import Facility


def facilities_have_one_price(case: CaseTables) -> Iterator[Fault]:
    """A fixed rate, or a curve with or without a margin."""
    for name, facility in case.facility.items():
        yield from one_of(f"facility.{name}", facility, ("rate", "curve"), "a facility")
        if facility.margin is not None and facility.curve is None:
            wrong = "a margin is added to a curve, and this facility names none."
            yield f"facility.{name}.margin", wrong, 'Write curve = "…", or add the margin to the fixed rate.'


def senior_debt_is_shared_and_other_debt_has_an_amount(case: CaseTables) -> Iterator[Fault]:
    """Sizing finds senior debt, so its facilities have shares; what is not sized has an amount."""
    for name, facility in case.facility.items():
        if facility.rank == "senior":
            wanted, other, example = "share", "amount", '"60 %"'
            rule = "a senior facility has a share of the sized debt, not an amount"
            hint = " A fixed amount of all senior debt stands in [sizing]."
        else:
            wanted, other, example, hint = "amount", "share", f'"70 million {case.currency}"', ""
            rule = f"a {facility.rank} facility has an amount, not a share of the sized debt"
        instead = f"Write {wanted} = {example}" if getattr(facility, wanted) is None else ""
        if getattr(facility, other) is not None:
            remedy = f"{instead} instead." if instead else f"Remove {other}."
            yield f"facility.{name}.{other}", f"{rule}.", remedy + hint
        elif instead:
            yield f"facility.{name}", f'"{wanted}" is missing: {rule}.', f"{instead}."


def senior_shares_are_whole(case: CaseTables) -> Iterator[Fault]:
    """The shares of senior debt sum to 100 %."""
    shares = {name: loan.share for name, loan in _senior(case).items() if loan.share is not None}
    if shares and len(shares) == len(_senior(case)):
        yield from sum_fault(f"facility.{list(shares)[-1]}.share", shares, "the shares of senior debt")


def senior_facilities_share_one_schedule(case: CaseTables) -> Iterator[Fault]:
    """Senior facilities are paid on the same dates; but for own schedules, they are repaid in the same proportions."""
    senior = _senior(case)
    shared = {name: loan for name, loan in senior.items() if not loan.own_schedule}
    if not shared:
        return
    first_name, first = next(iter(shared.items()))
    for name, loan in senior.items():
        pairs = {"payment_months": (_months(loan), _months(first))}
        if not loan.own_schedule:
            pairs["profile"] = f'"{loan.profile}"', f'"{first.profile}"'
            pairs["grace"] = f"{loan.grace.number:g} months", f"{first.grace.number:g} months"
            pairs["instalments"] = f"{loan.instalments.number:g}", f"{first.instalments.number:g}"
        for key, (own, other) in pairs.items():
            if own != other and _stated(loan, key) and _stated(first, key):
                wrong = f"senior facilities share one schedule: got {own} here and {other} in facility.{first_name}."
                remedy = "Write the same in both."
                if key != "payment_months":
                    remedy = "Write the same in both, or own_schedule = true in one."
                yield f"facility.{name}.{key}", wrong, remedy


def own_schedules_stand_beside_a_shared_one(case: CaseTables) -> Iterator[Fault]:
    """A schedule of its own is a senior facility's, beside one without; sculpted debt shares one."""
    senior = _senior(case)
    for name, loan in case.facility.items():
        key = f"facility.{name}.own_schedule"
        if not loan.own_schedule:
            continue
        if loan.rank != "senior":
            wrong = f"only senior debt shares a schedule: a {loan.rank} facility has its own."
            yield key, wrong, "Remove it."
        elif loan.profile == "sculpted":
            wrong = "sculpted facilities share one schedule: this one has its own."
            yield f"facility.{name}.profile", wrong, 'Write profile = "equal", "annuity", "bullet" or "table".'
        elif all(other.own_schedule for other in senior.values()):
            wrong = "every senior facility has a schedule of its own: one at least has that on which debt is sized."
            yield key, wrong, "Remove it in one of them."


def _stated(facility: Facility, key: str) -> bool:
    """Whether a facility says this itself; what is missing is told by another rule."""
    value = getattr(facility, key)
    return not isinstance(value, Given) or typed(value)


def payment_months_are_given_once(case: CaseTables) -> Iterator[Fault]:
    """A facility is paid in at least one month of the year, and no month stands twice."""
    for name, facility in case.facility.items():
        months = list(facility.payment_months)
        if not months:
            remedy = 'Write payment_months = ["March", "September"].'
            yield f"facility.{name}.payment_months", "the list of payment months is empty.", remedy
        for number, month in enumerate(months):
            if month in months[:number]:
                wrong = f'"{month}" stands twice in the list.'
                yield f"facility.{name}.payment_months.{number}", wrong, "Remove one of the two."


def only_senior_debt_is_sculpted(case: CaseTables) -> Iterator[Fault]:
    """Sculpting follows the cash that is sized, and that is senior debt's."""
    for name, facility in case.facility.items():
        if facility.profile == "sculpted" and facility.rank != "senior":
            wrong = f'only senior debt is sculpted: this facility is "{facility.rank}".'
            yield f"facility.{name}.profile", wrong, 'Write profile = "equal", "annuity" or "bullet".'


def senior_interest_is_funded(case: CaseTables) -> Iterator[Fault]:
    """Senior debt is sized on what is drawn: its interest in construction is paid from funding."""
    for name, loan in _senior(case).items():
        if loan.capitalise:
            wrong = "a senior facility does not capitalise its interest: got capitalise = true."
            yield f"facility.{name}.capitalise", wrong, "Remove it: interest in construction is a use of funds."


def jbic_lends_a_part(case: CaseTables) -> Iterator[Fault]:
    """JBIC lends at most 70 % of senior debt."""
    loans = {name: loan for name, loan in _senior(case).items() if is_jbic(name, loan)}
    shares = {name: loan.share.number for name, loan in loans.items() if loan.share is not None}
    total = sum(shares.values())
    if total > JBIC_LIMIT.number + TOLERANCE:
        parts = f" ({' + '.join(percent(share) for share in shares.values())})" if len(shares) > 1 else ""
        wrong = (
            f"JBIC lends {percent(total)}{parts} of senior debt: "
            f"its standard is {percent(JBIC_STANDARD.number)}, its limit {percent(JBIC_LIMIT.number)}."
        )
        remedy = f'Write share = "{percent(JBIC_STANDARD.number)}" and give the rest to other lenders.'
        yield f"facility.{list(shares)[-1]}.share", wrong, remedy


def repayment_terms_are_stated(case: CaseTables) -> Iterator[Fault]:
    """A schedule by instalments states grace and number; a table and a takeout are dates themselves."""
    for name, facility in case.facility.items():
        key, bridge = f"facility.{name}", facility.rank == "bridge"
        if bridge or facility.profile == "table":
            why = "senior debt takes out a bridge loan on one date" if bridge else "the table says when what is repaid"
            for word in ("grace", "instalments"):
                if typed(getattr(facility, word)):
                    yield f"{key}.{word}", f"{word} is not read here: {why}.", "Remove it."
            continue
        if not typed(facility.grace):
            wrong = '"grace" is missing: from completion to the first repayment date, at least.'
            yield f"{key}.grace", wrong, 'Write grace = "12 months".'
        if not typed(facility.instalments):
            yield f"{key}.instalments", '"instalments" is missing: number of repayments.', "Write instalments = 12."


def tables_repay_the_whole(case: CaseTables) -> Iterator[Fault]:
    """A table of repayments goes with its profile, sums to 100 %, and falls on payment dates of operation."""
    for name, facility in case.facility.items():
        key, table = f"facility.{name}.table", facility.table
        if facility.profile == "table" and table is None:
            wrong = '"table" is missing: this profile repays what it says, by date.'
            yield f"facility.{name}", wrong, f"Add a table [{key}] of dates and shares of the amount drawn."
        elif facility.profile != "table" and table is not None:
            yield key, f'a table is not read in profile "{facility.profile}".', 'Write profile = "table", or remove it.'
        elif table is not None:
            total = sum(values(table))
            if abs(total - 1) > TOLERANCE:
                wrong = f"the repayments sum to {percent(total)}: they must sum to 100 %."
                yield key, wrong, "Change one of them."
            yield from _table_dates(case, name, facility)


def _table_dates(case: CaseTables, name: str, facility: Facility) -> Iterator[Fault]:
    """Each date of a table is a payment date after completion."""
    first = later(day(case.timeline.financial_close), case.timeline.construction.number)
    for at, _ in getattr(facility.table, "points", ()):
        typed_day, key = from_serial(at), f"facility.{name}.table"
        if typed_day < first:
            wrong = f"{typed_day} lies before completion, on {first}: repayment starts after it."
            yield f"{key}.{typed_day}", wrong, "Write a later date."
        elif MONTH_NAMES[typed_day.month - 1] in ends_in(case.timeline) and not _pays_in(facility, typed_day):
            wrong = f"{typed_day} is no payment date: the facility pays in {_months(facility)}."
            yield f"{key}.{typed_day}", wrong, "Write a date in one of these months."


def _pays_in(facility: Facility, on: date) -> bool:
    return MONTH_NAMES[on.month - 1] in facility.payment_months


def a_balloon_tops_regular_repayments(case: CaseTables) -> Iterator[Fault]:
    """A balloon stands beside equal or level repayments."""
    for name, facility in case.facility.items():
        if typed(facility.balloon) and (facility.profile not in ("equal", "annuity") or facility.rank == "bridge"):
            what = "by a bridge loan" if facility.rank == "bridge" else f'in profile "{facility.profile}"'
            yield f"facility.{name}.balloon", f"a balloon is not read {what}.", 'Write profile = "equal" or "annuity".'


def bridges_are_taken_out(case: CaseTables) -> Iterator[Fault]:
    """A bridge loan is repaid at once by senior debt, in construction, and pays its interest from funding."""
    for name, facility in case.facility.items():
        key = f"facility.{name}"
        if facility.rank != "bridge":
            if facility.takeout is not None:
                wrong = f"takeout is the date of a bridge loan: this facility is {facility.rank}."
                yield f"{key}.takeout", wrong, "Remove it."
            continue
        if facility.profile != "bullet":
            wrong = f'a bridge loan is repaid at once: got profile = "{facility.profile}".'
            yield f"{key}.profile", wrong, 'Write profile = "bullet".'
        if facility.capitalise:
            wrong = "interest of a bridge loan is paid from funding: got capitalise = true."
            yield f"{key}.capitalise", wrong, "Remove it: interest in construction is a use of funds."
        if not _senior(case):
            yield key, "a bridge loan is taken out by senior debt, and the case has none.", "Add a senior facility."
        if facility.takeout is not None:
            yield from _takeout(case, name, day(facility.takeout))


def _takeout(case: CaseTables, name: str, on: date) -> Iterator[Fault]:
    """The takeout is the end of a period of construction, and not of the first: a bridge is drawn before it."""
    terms = case.timeline
    completion = later(day(terms.financial_close), terms.construction.number)
    first, last = later(day(terms.financial_close), MONTHS[terms.frequency]), completion - timedelta(days=1)
    after, calendar = on + timedelta(days=1), calendar_of(terms)
    if after <= first or after > completion:
        wrong = f"the takeout on {on} leaves a bridge no time in construction, which ends on {last}."
        yield f"facility.{name}.takeout", wrong, f"Write takeout = {last}, or leave it out."
    elif not calendar.is_boundary(after):
        one, two = (near - timedelta(days=1) for near in calendar.nearest(after))
        wrong = f"{on} is not the last day of a period."
        yield f"facility.{name}.takeout", wrong, f"Write takeout = {one} or {two}."


def hedges_swap_a_curve(case: CaseTables) -> Iterator[Fault]:
    """A hedged share has a swap rate, which stands in for a curve."""
    for name, facility in case.facility.items():
        key, hedged = f"facility.{name}", typed(facility.hedged)
        if facility.swap_rate is not None and facility.curve is None:
            wrong = "a swap exchanges a curve for a fixed rate, and this facility names no curve."
            yield f"{key}.swap_rate", wrong, 'Write curve = "…", or remove the swap.'
        elif facility.swap_rate is not None and not hedged:
            yield f"{key}", '"hedged" is missing: the share that the swap is for.', 'Write hedged = "75 %".'
        elif hedged and facility.swap_rate is None:
            yield f"{key}", '"swap_rate" is missing: what the hedged share pays.', 'Write swap_rate = "4 % p.a.".'


def _senior(case: CaseTables) -> dict[str, Facility]:
    return {name: facility for name, facility in case.facility.items() if facility.rank == "senior"}


def _months(facility: Facility) -> str:
    months = sorted(set(facility.payment_months), key=MONTH_NAMES.index)
    return words([f'"{month}"' for month in months]) if months else "none"


RULES: list[Rule] = [
    senior_interest_is_funded,
    facilities_have_one_price,
    hedges_swap_a_curve,
    senior_debt_is_shared_and_other_debt_has_an_amount,
    senior_shares_are_whole,
    senior_facilities_share_one_schedule,
    own_schedules_stand_beside_a_shared_one,
    payment_months_are_given_once,
    only_senior_debt_is_sculpted,
    repayment_terms_are_stated,
    tables_repay_the_whole,
    a_balloon_tops_regular_repayments,
    bridges_are_taken_out,
    jbic_lends_a_part,
]
