"""Rules of sales contracts: what is counted on a quantity, what goes together, and what would do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.deal.ruling import Rule, day, one_of
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given

_ON_A_QUANTITY = (
    "max_take", "make_up_tail", "make_up_top_up", "make_up_extra", "make_up_beyond", "untaken_stock", "carry_forward",
    "deliver_or_pay", "resale_credit", "resale_cost", "deficiency_cap",
)  # fmt: skip
_OF_TAKE_OR_PAY = (
    "make_up_tail", "make_up_top_up", "make_up_extra", "make_up_beyond", "untaken_stock", "carry_forward",
    "resale_credit", "resale_cost", "deficiency_cap",
)  # fmt: skip
_OF_RESALE = {"resale_reference": "proceeds", "resale_excess": "seller"}
"""Keys that need a resale credit → what they are without one."""


def contracts_have_one_measure(case: CaseTables) -> Iterator[Fault]:
    """A contract takes a yearly quantity or a share of what there is; only a quantity can be take-or-pay."""
    for name, offtake in case.offtake.items():
        key = f"offtake.{name}"
        yield from one_of(key, offtake, ("quantity", "share"), "a contract")
        if offtake.share is None or offtake.quantity is not None:
            continue
        if offtake.take_or_pay.number > 0:
            wrong = "take-or-pay is a share of a quantity, and this contract takes a share of what there is."
            yield f"{key}.take_or_pay", wrong, 'Write quantity = "100 t/year" in place of share, or remove take_or_pay.'
        for word in _ON_A_QUANTITY:
            if _used(offtake, word):
                wrong = f"{word} is counted on a quantity, and this contract takes a share of what there is."
                yield f"{key}.{word}", wrong, f'Write quantity = "100 t/year" in place of share, or remove {word}.'


def what_is_not_taken_needs_take_or_pay(case: CaseTables) -> Iterator[Fault]:
    """Rights, credits and stock for a buyer come from what it pledges."""
    for name, offtake in case.offtake.items():
        if offtake.quantity is None or offtake.take_or_pay.number > 0:
            continue
        for word in _OF_TAKE_OR_PAY:
            if _used(offtake, word):
                wrong = f"{word} follows from take-or-pay, and this contract has none."
                yield f"offtake.{name}.{word}", wrong, f'Write take_or_pay = "90 %", or remove {word}.'


def credits_come_from_take_beyond_the_quantity(case: CaseTables) -> Iterator[Fault]:
    """Nothing is carried forward where the buyer may not take more than the quantity."""
    for name, offtake in case.offtake.items():
        if offtake.quantity is None or offtake.carry_forward is None or offtake.max_take.number > 1:
            continue
        wrong = "credits come from take beyond the quantity, and max_take lets the buyer take no more than that."
        yield f"offtake.{name}.carry_forward", wrong, 'Write max_take = "110 %", or remove carry_forward.'


def damages_have_a_commitment_and_a_price(case: CaseTables) -> Iterator[Fault]:
    """What the seller owes and what it pays for failing go together; a cap needs both."""
    for name, offtake in case.offtake.items():
        key, owed, paid = f"offtake.{name}", offtake.deliver_or_pay, offtake.shortfall_damages
        if owed is not None and paid is None:
            wrong = "deliver_or_pay is given without shortfall_damages: nothing would be paid."
            yield f"{key}.deliver_or_pay", wrong, 'Write shortfall_damages = "20 %", or remove deliver_or_pay.'
        if owed is None and paid is not None:
            wrong = "shortfall_damages is given without deliver_or_pay: the seller owes no quantity."
            yield f"{key}.shortfall_damages", wrong, 'Write deliver_or_pay = "90 %", or remove shortfall_damages.'
        if offtake.damages_cap is not None and (owed is None or paid is None):
            wrong = "damages_cap is given without damages: it needs deliver_or_pay and shortfall_damages."
            yield f"{key}.damages_cap", wrong, "Write both, or remove damages_cap."


def terms_of_resale_need_a_credit(case: CaseTables) -> Iterator[Fault]:
    """A reference price and a rule for the excess do nothing where resale is not credited."""
    for name, offtake in case.offtake.items():
        if offtake.quantity is None or offtake.resale_credit.number > 0:
            continue
        for word, neutral in _OF_RESALE.items():
            if getattr(offtake, word) != neutral:
                wrong = f"{word} has no effect: resale is not credited to the buyer (resale_credit is 0 %)."
                yield f"offtake.{name}.{word}", wrong, f'Write resale_credit = "100 %", or remove {word}.'


def buyers_default_after_their_contract_starts(case: CaseTables) -> Iterator[Fault]:
    """A buyer defaults after its contract starts (after its end: never, until a scenario says when)."""
    for name, offtake in case.offtake.items():
        key, on = f"offtake.{name}", offtake.default_date
        if on is None:
            if typed(offtake.default_loss):
                wrong = "default_loss is given without default_date: no buyer defaults."
                yield f"{key}.default_loss", wrong, "Write default_date = 2032-01-01, or remove default_loss."
            continue
        if day(on) <= day(offtake.start):
            wrong = f"the buyer defaults on {day(on)}, and the contract starts on {day(offtake.start)}."
            yield f"{key}.default_date", wrong, "Write the first day of a later period; one after its end is never."


def take_or_pay_is_of_a_buyer_that_always_buys(case: CaseTables) -> Iterator[Fault]:
    """A reserve that buys at low prices, or until it is full, pledges nothing."""
    for name, offtake in case.offtake.items():
        for word in ("buys_below", "total_quantity"):
            if getattr(offtake, word) is not None and offtake.take_or_pay.number > 0:
                wrong = f"the buyer pays for what it does not take, and by {word} it may not take: one or the other."
                yield f"offtake.{name}.{word}", wrong, f"Remove take_or_pay, or {word}."


def what_is_contracted_must_be_taken(case: CaseTables) -> Iterator[Fault]:
    """Lenders count tonnes that the buyer must take or pay for: a pledge of a quantity, or a share that it takes."""
    for name, offtake in case.offtake.items():
        key = f"offtake.{name}.contracted"
        if offtake.contracted in (None, "none"):
            continue
        loose = [word for word in ("buys_below", "total_quantity") if getattr(offtake, word) is not None]
        if loose:
            wrong = f"by {loose[0]} the buyer need not take anything."
            pledged = offtake.quantity is None or offtake.take_or_pay.number > 0
            yield key, wrong, f'Write contracted = "none"{f", or remove {loose[0]}" if pledged else ""}.'
        elif offtake.quantity is not None and offtake.take_or_pay.number <= 0:
            wrong = "the buyer pledges nothing: take_or_pay is 0 %."
            yield key, wrong, 'Write take_or_pay = "90 %", or contracted = "none".'


def _used(offtake: Offtake, word: str) -> bool:
    """Whether a key is given a value that does something."""
    value = getattr(offtake, word)
    if isinstance(value, str):
        return value != "take_or_pay"
    return value is not None and (typed(value) if isinstance(value, Given) else bool(value))


RULES: list[Rule] = [
    contracts_have_one_measure,
    what_is_not_taken_needs_take_or_pay,
    credits_come_from_take_beyond_the_quantity,
    damages_have_a_commitment_and_a_price,
    terms_of_resale_need_a_credit,
    buyers_default_after_their_contract_starts,
    take_or_pay_is_of_a_buyer_that_always_buys,
    what_is_contracted_must_be_taken,
]
