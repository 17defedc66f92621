"""Rules of finance: who borrows and lends, on one senior schedule, and who owns."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.base.timeline import MONTH_NAMES
from finmodel.case.expand import Fault
from finmodel.case.rules_common import TOLERANCE, Rule, one_of, percent, sum_fault, words
from finmodel.case.schema import CaseTables
from finmodel.case.schema_finance import Facility

JBIC_STANDARD, JBIC_LIMIT = 0.6, 0.7
_RESERVES = ("dsra",)
_CLASS = 'Add a table [equity.sponsor] with share = "100 %".'


def one_entity_borrows(case: CaseTables) -> Iterator[Fault]:
    """The group has one borrower."""
    borrowers = [name for name, entity in case.entity.items() if entity.borrower]
    if not case.entity:
        yield "entity", "the case has no entity: someone owns the plant and borrows.", "Add a table [entity.borrower]."
    elif not borrowers:
        wrong = f"no entity is the borrower: got {words(list(case.entity))}, none with borrower = true."
        yield f"entity.{next(iter(case.entity))}", wrong, "Write borrower = true in one."
    for name in borrowers[1:]:
        wrong = f"entity.{borrowers[0]} is the borrower already: a case has one."
        yield f"entity.{name}.borrower", wrong, "Write borrower = false, or remove the line."


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
    """Senior facilities are repaid on the same dates in the same proportions."""
    senior = _senior(case)
    for name, loan in senior.items():
        first_name, first = next(iter(senior.items()))
        pairs = {
            "profile": (f'"{loan.profile}"', f'"{first.profile}"'),
            "grace": (f"{loan.grace.number:g} months", f"{first.grace.number:g} months"),
            "instalments": (f"{loan.instalments.number:g}", f"{first.instalments.number:g}"),
            "payment_months": (_months(loan), _months(first)),
        }
        for key, (own, other) in pairs.items():
            if own != other:
                wrong = f"senior facilities share one schedule: got {own} here and {other} in facility.{first_name}."
                yield f"facility.{name}.{key}", wrong, "Write the same in both."


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


def a_cap_is_not_below_the_hurdle(case: CaseTables) -> Iterator[Fault]:
    """A class that stops at its cap must be able to reach its hurdle."""
    for name, owner in case.equity.items():
        if owner.cap is not None and owner.cap.number < owner.hurdle.number - TOLERANCE:
            wrong = f"the cap of {percent(owner.cap.number)} is below the hurdle of {percent(owner.hurdle.number)}."
            yield f"equity.{name}.cap", wrong, f'Write at least "{percent(owner.hurdle.number)} p.a.".'


def jbic_lends_a_part(case: CaseTables) -> Iterator[Fault]:
    """JBIC lends at most 70 % of senior debt."""
    loans = {name: loan for name, loan in _senior(case).items() if _is_jbic(name, loan)}
    shares = {name: loan.share.number for name, loan in loans.items() if loan.share is not None}
    total = sum(shares.values())
    if total > JBIC_LIMIT + TOLERANCE:
        parts = f" ({' + '.join(percent(share) for share in shares.values())})" if len(shares) > 1 else ""
        wrong = (
            f"JBIC lends {percent(total)}{parts} of senior debt: "
            f"its standard is {percent(JBIC_STANDARD)}, its limit {percent(JBIC_LIMIT)}."
        )
        remedy = f'Write share = "{percent(JBIC_STANDARD)}" and give the rest to other lenders.'
        yield f"facility.{list(shares)[-1]}.share", wrong, remedy


def the_reserve_is_the_debt_service_reserve(case: CaseTables) -> Iterator[Fault]:
    """One reserve account is known."""
    for name in case.reserve:
        if name not in _RESERVES:
            wrong = f'"{name}" is not a reserve that this version keeps: it keeps the debt service reserve alone.'
            yield f"reserve.{name}", wrong, f"Write [reserve.{_RESERVES[0]}]."


def equity_is_whole(case: CaseTables) -> Iterator[Fault]:
    """The shares of equity sum to 100 %; some class comes first, and some class takes what caps leave."""
    shares = {name: owner.share for name, owner in case.equity.items()}
    if not shares:
        yield "equity", "the case has no class of equity: someone owns what debt does not pay for.", _CLASS
        return
    last = list(shares)[-1]
    yield from sum_fault(f"equity.{last}.share", shares, "the shares of equity")
    if all(owner.subordinated for owner in case.equity.values()):
        wrong = "every class is subordinated: one at least comes before the others."
        yield f"equity.{last}.subordinated", wrong, "Write subordinated = false in one of them."
    if all(owner.cap is not None for owner in case.equity.values()):
        wrong = "every class has a cap: nobody would receive what lies above."
        yield f"equity.{last}.cap", wrong, "Remove the cap of one of them."


def _senior(case: CaseTables) -> dict[str, Facility]:
    return {name: facility for name, facility in case.facility.items() if facility.rank == "senior"}


def _is_jbic(name: str, facility: Facility) -> bool:
    return facility.country == "Japan" and (name == "jbic" or "JBIC" in facility.lender)


def _months(facility: Facility) -> str:
    months = sorted(set(facility.payment_months), key=MONTH_NAMES.index)
    return words([f'"{month}"' for month in months]) if months else "none"


RULES: list[Rule] = [
    senior_interest_is_funded,
    a_cap_is_not_below_the_hurdle,
    one_entity_borrows,
    facilities_have_one_price,
    senior_debt_is_shared_and_other_debt_has_an_amount,
    senior_shares_are_whole,
    senior_facilities_share_one_schedule,
    payment_months_are_given_once,
    only_senior_debt_is_sculpted,
    jbic_lends_a_part,
    the_reserve_is_the_debt_service_reserve,
    equity_is_whole,
]
