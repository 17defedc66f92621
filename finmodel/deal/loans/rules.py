"""Rules of debt: what each facility lends at what price, on which schedule, and what JBIC may lend."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted
from finmodel.deal.loans.profiles.every import names
from finmodel.deal.loans.public_lenders import JBIC_LIMIT, JBIC_STANDARD, counted, is_jbic
from finmodel.deal.loans.schedule_rules import months_of, senior_of
from finmodel.deal.loans.terms import Facility
from finmodel.deal.ruling import TOLERANCE, Rule, one_of, percent, sum_fault, unknown
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given


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
        if facility.sized:
            wanted, other, example = "share", "amount", '"60 %"'
            rule = "a senior facility has a share of the sized debt, not an amount"
            hint = " A fixed amount of all senior debt stands in [sizing]."
        else:
            wanted, other, example, hint = "amount", "share", f'"70 million {case.currency}"', ""
            kind = "standby" if facility.standby else "refinancing" if facility.refinances else facility.rank
            rule = f"a {kind} facility has an amount, not a share of the sized debt"
        instead = f"Write {wanted} = {example}" if getattr(facility, wanted) is None else ""
        if getattr(facility, other) is not None:
            remedy = f"{instead} in place of {other}." if instead else f"Remove {other}."
            yield f"facility.{name}.{other}", f"{rule}.", remedy + hint
        elif instead:
            yield f"facility.{name}", f'"{wanted}" is missing: {rule}.', f"{instead}."


def a_shareholder_loan_is_of_a_class(case: CaseTables) -> Iterator[Fault]:
    """The return of the class that lends counts its loan."""
    for name, loan in case.facility.items():
        if loan.owner is None:
            continue
        key = f"facility.{name}.owner"
        if loan.rank != "shareholder":
            yield key, f"a {loan.rank} facility is not an owner's.", 'Remove it, or write rank = "shareholder".'
        elif loan.owner not in case.equity:
            yield unknown(key, loan.owner, case.equity, "equity", "class of equity")


def senior_shares_are_whole(case: CaseTables) -> Iterator[Fault]:
    """The shares of senior debt sum to 100 %."""
    shares = {name: loan.share for name, loan in senior_of(case).items() if loan.share is not None}
    if shares and len(shares) == len(senior_of(case)):
        yield from sum_fault(f"facility.{list(shares)[-1]}.share", shares, "the shares of senior debt")


def senior_facilities_share_one_schedule(case: CaseTables) -> Iterator[Fault]:
    """Senior facilities are paid on the same dates; but for own schedules, they are repaid in the same proportions."""
    senior = senior_of(case)
    shared = {name: loan for name, loan in senior.items() if not loan.own_schedule}
    if not shared:
        return
    first_name, first = next(iter(shared.items()))
    for name, loan in senior.items():
        pairs = {"payment_months": (months_of(loan), months_of(first))}
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
        if not loan.own_schedule and _points(loan) and _points(first) and _points(loan) != _points(first):
            wrong = f"senior facilities share one schedule: this table is not that of facility.{first_name}."
            yield f"facility.{name}.table", wrong, "Write the same in both, or own_schedule = true in one."


def _points(facility: Facility) -> dict[float, float]:
    """The dates of a table of repayments, as serial days, and what is repaid on each; none without a table."""
    return dict(getattr(facility.table, "points", ()))


def standby_facilities_wait_for_an_overrun(case: CaseTables) -> Iterator[Fault]:
    """A standby facility is senior or mezzanine, on a schedule of its own, paid when senior debt is."""
    senior = senior_of(case)
    first = next((loan for loan in senior.values() if not loan.own_schedule), None)
    standby = {name: loan for name, loan in case.facility.items() if loan.standby}
    for name, loan in standby.items():
        key = f"facility.{name}"
        if loan.rank not in ("senior", "mezzanine"):
            yield (
                f"{key}.standby",
                f"a {loan.rank} facility does not stand by.",
                'Write rank = "senior" or "mezzanine".',
            )
        elif loan.own_schedule:
            yield f"{key}.own_schedule", "a standby facility has a schedule of its own anyway.", "Remove it."
        elif loan.rank == "senior" and loan.profile == "sculpted":
            wrong = "a standby facility is not sized, so nothing sculpts it."
            yield f"{key}.profile", wrong, f"Write profile = {quoted(names())}."
        elif loan.rank == "senior" and first is None:
            wrong = "a senior standby facility stands beside senior debt, and the case has none."
            yield key, wrong, 'Add a senior facility, or write rank = "mezzanine".'
        elif loan.rank == "senior" and first is not None and months_of(loan) != months_of(first):
            wrong = f"senior debt is paid in {months_of(first)}, this facility in {months_of(loan)}."
            yield f"{key}.payment_months", wrong, "Write the same in both."
    if not standby and typed(case.funding.overrun_debt):
        wrong = "no facility stands by to pay a part of an overrun."
        yield "funding.overrun_debt", wrong, "Write standby = true in one, or remove it."


def own_schedules_stand_beside_a_shared_one(case: CaseTables) -> Iterator[Fault]:
    """A schedule of its own is a senior facility's, beside one without; sculpted debt shares one."""
    senior = senior_of(case)
    for name, loan in case.facility.items():
        key = f"facility.{name}.own_schedule"
        if not loan.own_schedule or loan.standby:
            continue
        if loan.rank != "senior":
            wrong = f"only senior debt shares a schedule: a {loan.rank} facility has its own."
            yield key, wrong, "Remove it."
        elif loan.profile == "sculpted":
            wrong = "sculpted facilities share one schedule: this one has its own."
            yield f"facility.{name}.profile", wrong, f"Write profile = {quoted(names())}."
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
            yield f"facility.{name}.profile", wrong, f"Write profile = {quoted(names(by_date=False))}."


def senior_interest_is_funded(case: CaseTables) -> Iterator[Fault]:
    """Senior debt is sized on what is drawn: its interest in construction is paid from funding."""
    for name, loan in case.facility.items():
        if loan.rank == "senior" and loan.capitalise:
            wrong = "a senior facility does not capitalise its interest: got capitalise = true."
            yield f"facility.{name}.capitalise", wrong, "Remove it: interest in construction is a use of funds."


def jbic_lends_a_part(case: CaseTables) -> Iterator[Fault]:
    """JBIC lends at most 70 % of the debt beside it; the facilities that are named as such are there."""
    beside, senior = case.sizing.jbic_beside, senior_of(case)
    for number, name in enumerate(beside):
        if name not in senior:
            yield unknown(f"sizing.jbic_beside.{number}", name, senior, "facility", "senior facility")
    whole = {name: senior[name].share for name in counted(beside, case.facility)}
    sizes = {name: share.number for name, share in whole.items() if share is not None}
    shares = {name: size for name, size in sizes.items() if is_jbic(name, senior[name])}
    base = sum(sizes.values()) if beside else 1
    total = sum(shares.values()) / base if base else 0
    if total > JBIC_LIMIT.number + TOLERANCE:
        parts = f" ({' + '.join(percent(share) for share in shares.values())})" if len(shares) > 1 else ""
        of = "what it lends with" if beside else "senior debt"
        wrong = (
            f"JBIC lends {percent(total)}{parts} of {of}: "
            f"its standard is {percent(JBIC_STANDARD.number)}, its limit {percent(JBIC_LIMIT.number)}."
        )
        remedy = f'Write share = "{percent(JBIC_STANDARD.number * base)}" and give the rest to other lenders.'
        yield f"facility.{list(shares)[-1]}.share", wrong, remedy


def amounts_are_in_the_facility_s_currency(case: CaseTables) -> Iterator[Fault]:
    """A facility that names its currency is agreed in it; what exchange does to tax is asked of another one alone."""
    for name, facility in case.facility.items():
        code = facility.currency
        if code is not None and facility.amount is not None and str(facility.amount.unit) != code:
            wrong = f"the facility is in {code}, its amount in {facility.amount.unit}."
            yield f"facility.{name}.amount", wrong, f'Write amount = "… {code}".'
        if code in (None, case.currency) and facility.exchange_tax != "realised":
            wrong = "exchange_tax is of a facility in another currency than the case."
            yield f"facility.{name}.exchange_tax", wrong, 'Write currency = "…" beside it, or remove it.'


def mezzanine_defers_interest(case: CaseTables) -> Iterator[Fault]:
    """The gate behind senior debt stops mezzanine alone, so no other interest is deferred by it."""
    for name, facility in case.facility.items():
        if facility.pik_rate is not None and facility.rank != "mezzanine":
            wrong = f"only interest of mezzanine is deferred by a gate: this facility is of rank {facility.rank}."
            yield f"facility.{name}.pik_rate", wrong, 'Remove it, or write rank = "mezzanine".'


def hedges_swap_a_curve(case: CaseTables) -> Iterator[Fault]:
    """A hedged share has a swap rate, which stands in for a curve."""
    for name, facility in case.facility.items():
        key = f"facility.{name}"
        if facility.swap_rate is not None and facility.curve is None:
            wrong = "a swap exchanges a curve for a fixed rate, and this facility names no curve."
            yield f"{key}.swap_rate", wrong, 'Write curve = "…", or remove swap_rate and hedged.'
        elif facility.swap_rate is not None and not typed(facility.hedged):
            yield f"{key}", '"hedged" is missing: the share that the swap is for.', 'Write hedged = "75 %".'
        elif facility.swap_rate is None and facility.hedged.number > 0:
            yield f"{key}", '"swap_rate" is missing: what the hedged share pays.', 'Write swap_rate = "4 % p.a.".'


RULES: list[Rule] = [
    senior_interest_is_funded,
    facilities_have_one_price,
    amounts_are_in_the_facility_s_currency,
    hedges_swap_a_curve,
    mezzanine_defers_interest,
    senior_debt_is_shared_and_other_debt_has_an_amount,
    a_shareholder_loan_is_of_a_class,
    senior_shares_are_whole,
    senior_facilities_share_one_schedule,
    own_schedules_stand_beside_a_shared_one,
    standby_facilities_wait_for_an_overrun,
    payment_months_are_given_once,
    only_senior_debt_is_sculpted,
    jbic_lends_a_part,
]
