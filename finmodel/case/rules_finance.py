"""Rules of finance: who borrows and lends, on one senior schedule, and who owns."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.base.timeline import MONTH_NAMES
from finmodel.case.expand import Fault
from finmodel.case.oecd import BUYER_RISK, has_buyer_risk
from finmodel.case.policy import JBIC_LIMIT, JBIC_STANDARD, is_jbic
from finmodel.case.rules_common import TOLERANCE, Rule, one_of, percent, quoted, sum_fault, typed, words
from finmodel.case.schema import CaseTables
from finmodel.case.schema_cover import OecdPremium
from finmodel.case.schema_debt import Facility

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


def a_cover_has_one_price(case: CaseTables) -> Iterator[Fault]:
    """A yearly premium, or an upfront one: typed, or by the OECD formula, which alone tells risks apart."""
    for name, cover in case.cover.items():
        key, annual = f"cover.{name}", cover.mode == "annual"
        if annual and cover.premium is None:
            wrong = '"premium" is missing: cover paid by the year has a yearly premium.'
            yield key, wrong, 'Write premium = "0.25 % p.a.", or mode = "upfront".'
        elif not annual and cover.oecd is None and cover.upfront is None:
            wrong = f'cover in mode "{cover.mode}" has one of upfront and the table oecd: none is given.'
            yield key, wrong, f'Write upfront = "2 %", or add a table [{key}.oecd].'
        elif not annual and cover.oecd is not None and cover.upfront is not None:
            wrong = "the premium is typed, and the table oecd computes it too."
            yield f"{key}.upfront", wrong, "Remove one of the two."
        for word in ("upfront", "oecd") if annual else ("premium",):
            if getattr(cover, word) is not None:
                wrong = f'{word} is not read in mode "{cover.mode}".'
                modes = 'mode = "upfront" or "instalments"' if annual else 'mode = "annual"'
                yield f"{key}.{word}", wrong, f"Remove it, or write {modes}."
        for word in ("political", "commercial"):
            if getattr(cover, word) is not None and (cover.oecd is None or cover.oecd.benchmark is not None):
                wrong = f"a share for {word} risk is read by the OECD formula, and this cover does not use it."
                yield f"{key}.{word}", wrong, "Remove it: share holds for all risks."


def the_oecd_formula_prices_its_categories(case: CaseTables) -> Iterator[Fault]:
    """Categories 1 to 7 have a formula; a high-income country has a market benchmark and nothing else."""
    for name, cover in case.cover.items():
        if cover.oecd is not None:
            high = cover.oecd.country_category.number == 0
            yield from (_benchmark if high else _formula)(f"cover.{name}.oecd", cover.oecd)


def _benchmark(key: str, oecd: OecdPremium) -> Iterator[Fault]:
    """Country risk category 0."""
    if oecd.benchmark is None:
        wrong = "the OECD formula does not price high-income countries (category 0): they follow the market."
        yield f"{key}.country_category", wrong, f'Write benchmark = "2 %" in [{key}].'
    unread = {
        "buyer_category": oecd.buyer_category is not None,
        "quality": oecd.quality != "standard",
        "credit_enhancement": typed(oecd.credit_enhancement),
        "local_currency": typed(oecd.local_currency),
        "speculative": oecd.speculative,
    }
    for word in (word for word, given in unread.items() if given):
        yield f"{key}.{word}", f"{word} is not read in country category 0: the benchmark is the premium.", "Remove it."


def _formula(key: str, oecd: OecdPremium) -> Iterator[Fault]:
    """Country risk categories 1 to 7."""
    category = oecd.country_category.number
    if oecd.benchmark is not None:
        wrong = f"a benchmark is for high-income countries: category {category:g} has the formula."
        yield f"{key}.benchmark", wrong, "Remove it, or type the premium as upfront in place of the table oecd."
    if oecd.buyer_category is None:
        yield key, '"buyer_category" is missing: the formula prices the buyer\'s risk.', 'Write buyer_category = "CC2".'
    elif not has_buyer_risk(oecd):
        fitting = [word for word, risks in BUYER_RISK.items() if len(risks) >= category]
        wrong = f'country category {category:g} has no buyer category "{oecd.buyer_category}".'
        yield f"{key}.buyer_category", wrong, f"Write {quoted(fitting)}."


def _senior(case: CaseTables) -> dict[str, Facility]:
    return {name: facility for name, facility in case.facility.items() if facility.rank == "senior"}


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
    a_cover_has_one_price,
    the_oecd_formula_prices_its_categories,
]
