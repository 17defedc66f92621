"""Claims of lenders under a cover, what the insurer takes of later receipts, and what lenders lose with and without it.

Claims:  of an instalment, principal and the contract interest on what is not late, what is not paid on its date is
         claimed once, a waiting period later, if it is still unpaid. Receipts pay interest on what is late first, which
         is not insured, then the oldest instalment.
Risk:    political is what is unpaid on a date, up to the cash that political events took and that was not used yet, the
         facility's part by commitments of its rank; it counts up to the first payment date after an event. All else is
         commercial: a fall in price pays nothing under political cover.
After:   the deal owes what it owed. The insurer holds claims / losses of the instalments claimed, and takes that share
         of every later receipt on them, and interest on what is late for what it holds; the cost of recovery is shared
         likewise; without a claim there is none. A lender that is paid late in the end may so do better without cover:
         default interest is its gain.
Sign:    every line is the positive amount that its label names; the loss of a lender may be negative.
Timing:  claims are paid on the date of claim, by the insurer to the lender: they are no cash of the deal.
Source:  rules of cover (F31) and of the lender's loss (F33); waiting period assumed where the policy is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.cover.events import Events
from finmodel.deal.cover.terms import Cover
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, add, hi, lo, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Account, Line, Model, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Paid:
    """What the waterfall paid on each facility, the events of the deal, and the cash that they took away.

    `gone` is principal paid before it was due: refinanced, or prepaid.
    """

    interest: Mapping[str, Expr]
    principal: Mapping[str, Expr]
    gone: Mapping[str, Sequence[Expr]]
    events: Events
    operations_lost: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class _Claim:
    """What a lender has of its insurer [reporting currency per period]."""

    paid: Line
    given_up: Expr


@dataclass(frozen=True, eq=False, repr=False)
class _Arrears:
    """Contract amounts of a facility: due now, unpaid after the payment, and what was paid.

    `late` is interest on what is late: accrued, owed before and paid in the period; None where that joins the loan.
    """

    due: Line
    unpaid: Line
    paid: Line
    late: tuple[Line, Line, Line] | None


def build(model: Model, covers: Mapping[str, Cover], loans: Sequence[Loan], paid: Paid, clock: Clock) -> None:
    """Declare claims of every cover that has a waiting period, and the loss of each lender."""
    insured = {name: terms for name, terms in covers.items() if terms.waiting is not None}
    if not insured:
        for loan in loans:
            model.section(f"lender.{loan.id}", loan.commitment.unit, f"{loan.label}, lender")
            _loss(model, loan, paid, [], clock)
        return
    claims: dict[str, list[_Claim]] = {loan.id: [] for loan in loans}
    arrears = {loan.id: _arrears(model, loan, paid, clock) for loan in loans}
    for name, terms in insured.items():
        for loan in (loan for loan in loans if loan.id in terms.facilities):
            peers = [other for other in loans if other.terms.rank == loan.terms.rank]
            own = _own_loss(loan, peers, paid)
            claims[loan.id].append(_claim(model, (name, terms), loan, arrears[loan.id], own, clock))
        _totals(model, name, [id for id in terms.facilities if id in claims])
    for loan in loans:
        _loss(model, loan, paid, claims[loan.id], clock)


def _own_loss(loan: Loan, peers: Sequence[Loan], paid: Paid) -> tuple[Expr, Expr]:
    """The facility's part of the cash lost, by commitments within its rank, and whether a political event holds."""
    lines = (paid.operations_lost, loan.section.model.lines.get("blocked.added"))
    lost = add([line for line in lines if line is not None])
    holds: Expr = Const(0) if paid.events.political is None else paid.events.political
    return lost * ratio(loan.commitment, add([other.commitment for other in peers])), holds


def _arrears(model: Model, loan: Loan, paid: Paid, clock: Clock) -> _Arrears:
    """Contract amounts that are due and unpaid; interest on what is late is owed and paid apart, and first."""
    title = f"{loan.label}, lender"
    section = model.section(f"lender.{loan.id}", loan.commitment.unit, title)
    interest, principal = paid.interest.get(loan.id, Const(0)), paid.principal[loan.id]
    due: Expr = lo(loan.outstanding.opening, loan.falls_due_later)
    late = loan.due_principal - principal
    contract: Expr = principal
    on_what_is_late = None
    if loan.overdue is not None and loan.default_interest is not None:
        overdue = ratio(model.find(f"facility.{loan.id}.principal_overdue"), loan.outstanding.opening)
        on_late = loan.falls_due * clock.completed * overdue
        words = f"{title}: Interest on what is late"
        accrued = section.line("late.accrued", f"{words}, accrued", loan.default_interest + on_late)
        account = section.account("late", f"{words}, owed")
        late_paid = section.line("late.paid", f"{words}, paid", lo(account.opening + accrued, interest))
        owed = account.close(add=[accrued], less=[late_paid])
        on_what_is_late = accrued, account.opening, late_paid
        due = due + loan.falls_due * clock.completed - on_late
        late, contract = late + loan.overdue.closing - owed, contract + interest - late_paid
    line = section.line("due", f"{title}: Instalment due", due)
    unpaid = section.line("unpaid", f"{title}: Instalments unpaid", hi(0, late))
    return _Arrears(line, unpaid, section.line("paid", f"{title}: Instalments paid", contract), on_what_is_late)


def _claim(
    model: Model, cover: tuple[str, Cover], loan: Loan, arrears: _Arrears, lost: tuple[Expr, Expr], clock: Clock
) -> _Claim:
    """The claims on one facility under one cover."""
    terms, section = cover[1], model.sections[f"cover.{cover[0]}"]
    assert terms.waiting is not None and terms.political is not None and terms.commercial is not None
    key, title = loan.id, f"{section.title}, {loan.label}"
    periods = math.ceil(model.decides(terms.waiting) / clock.timeline.months)
    fresh = section.line(
        f"{key}.unpaid", f"{title}: Unpaid of the instalment of this date", lo(arrears.due, arrears.unpaid)
    )
    political = _political(section, loan, fresh, lost, title)
    since = add([arrears.due.lag(back) for back in range(periods)]) if periods else Const(0)
    waited = lo(fresh.lag(periods), hi(0, arrears.unpaid - since)) if periods else fresh * 1
    loss = section.line(f"{key}.loss", f"{title}: Loss claimed", waited)
    part = political.lag(periods) if periods else political
    covered = part * terms.political + (1 - part) * terms.commercial
    claim = section.line(f"{key}.claim", f"{title}: Claim paid", loss * covered)
    return _Claim(claim, _recovered(section, terms, loan, (loss, claim), arrears))


def _political(section: Section, loan: Loan, fresh: Line, lost: tuple[Expr, Expr], title: str) -> Line:
    """The political share of what is newly unpaid: up to the cash lost while an event holds, or held in this window."""
    key = loan.id
    holds = section.ahead(f"{key}.event_window", f"{title}: A political event since the last payment date", RATIO)
    holds.define(lost[1] | holds.prev & ~loan.pays.prev)
    pool = section.account(f"{key}.lost_cash", f"{title}: Cash lost to political events, not used")
    there = section.line(f"{key}.lost_cash.there", f"{title}: Cash lost that counts", (pool.opening + lost[0]) * holds)
    used = section.line(f"{key}.lost_cash.used", f"{title}: Unpaid for political events", lo(fresh, there))
    pool.closing.define(there - used)
    return section.line(
        f"{key}.political_share", f"{title}: Political share of what is unpaid", ratio(used, fresh), RATIO
    )


def _recovered(section: Section, terms: Cover, loan: Loan, claim: tuple[Line, Line], arrears: _Arrears) -> Expr:
    """What later receipts leave the lender without: the insurer's share, of interest on what is late too, and cost."""
    key, title, (loss, claimed) = loan.id, f"{section.title}, {loan.label}", claim
    open_ = section.account(f"{key}.claimed", f"{title}: Claimed instalments unpaid")
    held = section.account(f"{key}.held", f"{title}: Held by the insurer")
    received = section.line(f"{key}.recovered", f"{title}: Recovered", lo(open_.opening, arrears.paid))
    share = section.line(
        f"{key}.held_share", f"{title}: Share of the insurer", ratio(held.opening, open_.opening), RATIO
    )
    to_insurer = section.line(f"{key}.recovery", f"{title}: Recovery to the insurer", received * share)
    recovering = received * (share > RATIO_ROUNDING)  # an insurer that paid no claim recovers nothing, at no cost
    cost = section.line(f"{key}.recovery_cost", f"{title}: Cost of recovery", recovering * terms.recovery_cost)
    of_insurer = section.line(f"{key}.recovery_cost_insurer", f"{title}: Cost of recovery, insurer", cost * share)
    open_.close(add=[loss], less=[received])
    held.close(add=[claimed], less=[to_insurer])
    return to_insurer + _late_interest(section, (key, title), held, arrears) + cost - of_insurer


def _late_interest(section: Section, names: tuple[str, str], held: Account, arrears: _Arrears) -> Line:
    """The insurer's part of interest on what is late: what accrues on what it holds, paid in step with all of it."""
    (key, title), part = names, ratio(held.opening, arrears.unpaid.prev)
    if arrears.late is None:
        return section.line(f"{key}.recovery_interest", f"{title}: Interest on what it holds, paid", held.opening * 0)
    accrued, owed, paid = arrears.late
    own = section.account(f"{key}.interest", f"{title}: Interest on what the insurer holds")
    earned = section.line(f"{key}.interest.accrued", f"{title}: Interest on what it holds, accrued", accrued * part)
    share = ratio(own.opening + earned, owed + accrued)
    got = section.line(f"{key}.recovery_interest", f"{title}: Interest on what it holds, paid", paid * share)
    own.close(add=[earned], less=[got])
    return got


def _totals(model: Model, name: str, ids: Sequence[str]) -> None:
    """The insurer's own account of a cover: premium, claims, recoveries."""
    section = model.sections[f"cover.{name}"]

    def every(part: str) -> Expr:
        return add([model.find(f"cover.{name}.{id}.{part}") for id in ids])

    title = section.title
    claims = section.line("claims", f"{title}: Claims paid", every("claim"))
    back = section.line("recoveries", f"{title}: Recoveries", every("recovery") + every("recovery_interest"))
    cost = section.line("recovery_costs", f"{title}: Cost of recovery, insurer", every("recovery_cost_insurer"))
    premium = model.find(f"cover.{name}.premium")
    section.line(
        "net_position", f"{title}: Premium and recoveries less claims and cost", premium + back - claims - cost
    )


def _loss(model: Model, loan: Loan, paid: Paid, claims: Sequence[_Claim], clock: Clock) -> None:
    """Draws less all receipts at the contract rate, to financial close, in % of what was drawn (F33).

    The lender counts in its own money: of a loan in another currency, all amounts are at the exchange rate of close.
    """
    section, title = model.sections[f"lender.{loan.id}"], f"{loan.label}, lender"
    received = add([paid.interest.get(loan.id, Const(0)), paid.principal[loan.id], *paid.gone[loan.id]])
    if not loan.terms.capitalise:
        received = received + loan.idc
    if loan.early is not None:
        received = received + loan.early
    rates = model.lines.get(f"facility.{loan.id}.rate_grossed", model.find(f"facility.{loan.id}.rate"))
    accrual = rates * clock.years_by(loan.terms.day_count)
    dates = loan.pays | clock.last
    factor = section.ahead("discount", f"{title}: Discount factor at the contract rate", RATIO)
    factor.define(factor.lag(1, 1) * ratio(1, 1 + loan.window_rate * dates))
    lent = loan.drawn
    if loan.growth is not None:
        lent = section.line("lent", f"{title}: Drawn, at the exchange rate of close", _own(loan, lent))
    drawn = section.line("drawn", f"{title}: Drawn", total(lent))
    got = section.line("received", f"{title}: Received", _own(loan, received))
    ways: dict[str, tuple[str, Expr]] = {"": ("without cover", got)}
    if claims:
        claimed = _own(loan, add([claim.paid - claim.given_up for claim in claims]))
        with_cover = section.line("net_received_covered", f"{title}: Received, with claims", got + claimed)
        ways["covered"] = ("with cover", with_cover)
    for way, (words, amount) in ways.items():
        value = _unpaid(section, way, f"{title}, {words}", (lent, amount), (accrual, dates))
        name = f"{way}.net_loss" if way else "net_loss"
        lost = section.line(name, f"{title}, {words}: Loss, present value", value.closing * factor * clock.last)
        share = section.line(
            f"{name}_share", f"{title}, {words}: Loss, share of what was drawn", ratio(total(lost), drawn), RATIO
        )
        model.metric(f"lender_loss_covered.{loan.id}" if way else f"lender_loss.{loan.id}", share)


def _own(loan: Loan, amount: Expr) -> Expr:
    """An amount in the loan's own money, at the exchange rate of close."""
    return amount if loan.growth is None else ratio(amount, loan.growth)


def _unpaid(section: Section, way: str, title: str, flow: tuple[Line, Expr], contract: tuple[Expr, Expr]) -> Account:
    """What the lender has still to receive: draws and contract interest, joined on payment dates, less receipts."""
    (lent, received), (accrual, dates) = flow, contract
    prefix = f"{way}." if way else ""
    value = section.account(f"{prefix}net_value", f"{title}: Still to be received")
    waiting = section.account(f"{prefix}net_interest", f"{title}: Contract interest, not due")
    earned = section.line(f"{prefix}net_interest.earned", f"{title}: Contract interest", value.opening * accrual)
    joins = section.line(
        f"{prefix}net_interest.joins", f"{title}: Contract interest due", (waiting.opening + earned) * dates
    )
    waiting.close(add=[earned], less=[joins])
    value.close(add=[lent, joins], less=[received])
    return value
