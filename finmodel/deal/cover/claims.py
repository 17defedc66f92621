"""Claims of lenders under a cover, and what the insurer takes of later receipts.

Claims:  of an instalment, principal and the contract interest on what is not late, what is not paid on its date is
         claimed once, a waiting period later, if it is still unpaid. Receipts pay interest on what is late first, which
         is not insured, then the oldest instalment.
Risk:    political is what is unpaid on a date, up to the cash that political events took and that was not used yet, the
         facility's part by commitments of its rank; it counts up to the first payment date after an event. All else is
         commercial: a fall in price pays nothing under political cover.
After:   the deal owes what it owed. The insurer holds claims / losses of the instalments claimed, and takes that share
         of every later receipt on them, and interest on what is late for what it holds; the cost of recovery is shared
         likewise; without a claim there is none.
Sign:    every line is the positive amount that its label names.
Timing:  claims are paid on the date of claim, by the insurer to the lender: they are no cash of the deal.
Source:  rules of cover (F31); waiting period assumed where the policy is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.cover import lenders
from finmodel.deal.cover.cover import Insured
from finmodel.deal.cover.lenders import Paid
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class _Late:
    """Interest on what is late: accrued in the period, owed before it, and paid in it."""

    accrued: Line
    owed: Line
    paid: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Arrears:
    """Contract amounts of a facility: due now, unpaid after the payment, and what was paid.

    `late` is None where interest on what is late joins the loan.
    """

    due: Line
    unpaid: Line
    paid: Line
    late: _Late | None


@dataclass(frozen=True, eq=False, repr=False)
class _Lost:
    """The facility's part of the cash lost to political events, and 1 while such an event holds."""

    cash: Expr
    holds: Expr


@dataclass(frozen=True, eq=False, repr=False)
class _Recovered:
    """What later receipts leave the lender without.

    `principal` and `interest` go to the insurer, which bears `cost`; `given_up` is all that the lender gives up.
    """

    principal: Line
    interest: Line
    cost: Line
    given_up: Expr


@dataclass(frozen=True, eq=False, repr=False)
class _Claim:
    """What a lender has of its insurer, and what the insurer has of later receipts [reporting currency per period]."""

    paid: Line
    recovered: _Recovered


def build(context: Context, covers: Mapping[str, Insured], loans: Sequence[Loan], paid: Paid) -> None:
    """Declare claims of every cover that has a waiting period, and the loss of each lender.

    Args:
        context: The deal's model, time and money.
        covers: The covers of the deal by name.
        loans: All facilities.
        paid: What was paid on them, and what political events took.
    """
    insured = [cover for cover in covers.values() if cover.terms.waiting is not None]
    sections = {
        loan.id: context.model.section(f"lender.{loan.id}", loan.commitment.unit, f"{loan.label}, lender")
        for loan in loans
    }
    claims: dict[str, list[_Claim]] = {loan.id: [] for loan in loans}
    arrears = {loan.id: _arrears(sections[loan.id], loan, paid, context.clock) for loan in loans} if insured else {}
    for cover in insured:
        made = {}
        for loan in (loan for loan in loans if loan.id in cover.terms.facilities):
            peers = [other for other in loans if other.terms.rank == loan.terms.rank]
            made[loan.id] = _claim(cover, loan, arrears[loan.id], _lost(loan, peers, paid), context.clock)
            claims[loan.id].append(made[loan.id])
        _totals(cover, [made[id] for id in cover.terms.facilities if id in made])
    for loan in loans:
        own = claims[loan.id]
        net = add([claim.paid - claim.recovered.given_up for claim in own]) if own else None
        lenders.build(sections[loan.id], loan, paid, net, context.clock)


def _lost(loan: Loan, peers: Sequence[Loan], paid: Paid) -> _Lost:
    """The facility's part of the cash lost, by commitments within its rank, and whether a political event holds."""
    lost = add([line for line in (paid.operations_lost, paid.blocked) if line is not None])
    holds: Expr = Const(0) if paid.events.political is None else paid.events.political
    return _Lost(lost * ratio(loan.commitment, add([other.commitment for other in peers])), holds)


def _arrears(section: Section, loan: Loan, paid: Paid, clock: Clock) -> _Arrears:
    """Contract amounts that are due and unpaid; interest on what is late is owed and paid apart, and first."""
    title = section.title
    interest, principal = paid.interest.get(loan.id, Const(0)), paid.principal[loan.id]
    due: Expr = lo(loan.outstanding.opening, loan.falls_due_later)
    late = loan.due_principal - principal
    contract: Expr = principal
    on_what_is_late = None
    if loan.overdue is not None and loan.default_interest is not None:
        overdue = ratio(loan.late, loan.outstanding.opening)
        on_late = loan.falls_due * clock.completed * overdue
        words = f"{title}: Interest on what is late"
        accrued = section.line("late.accrued", f"{words}, accrued", loan.default_interest + on_late)
        account = section.account("late", f"{words}, owed")
        late_paid = section.line("late.paid", f"{words}, paid", lo(account.opening + accrued, interest))
        owed = account.close(add=[accrued], less=[late_paid])
        on_what_is_late = _Late(accrued, account.opening, late_paid)
        due = due + loan.falls_due * clock.completed - on_late
        late, contract = late + loan.overdue.closing - owed, contract + interest - late_paid
    line = section.line("due", f"{title}: Instalment due", due)
    unpaid = section.line("unpaid", f"{title}: Instalments unpaid", hi(0, late))
    return _Arrears(line, unpaid, section.line("paid", f"{title}: Instalments paid", contract), on_what_is_late)


def _claim(cover: Insured, loan: Loan, arrears: _Arrears, lost: _Lost, clock: Clock) -> _Claim:
    """The claims on one facility under one cover."""
    terms, section = cover.terms, cover.section
    assert terms.waiting is not None and terms.political is not None and terms.commercial is not None
    key, title = loan.id, f"{section.title}, {loan.label}"
    periods = math.ceil(section.model.decides(terms.waiting) / clock.timeline.months)
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
    return _Claim(claim, _recovered(cover, loan, loss, claim, arrears))


def _political(section: Section, loan: Loan, fresh: Line, lost: _Lost, title: str) -> Line:
    """The political share of what is newly unpaid: up to the cash lost while an event holds, or held in this window."""
    key = loan.id
    holds = section.ahead(f"{key}.event_window", f"{title}: A political event since the last payment date", RATIO)
    holds.define(lost.holds | holds.prev & ~loan.pays.prev)
    pool = section.account(f"{key}.lost_cash", f"{title}: Cash lost to political events, not used")
    there = section.line(
        f"{key}.lost_cash.there", f"{title}: Cash lost that counts", (pool.opening + lost.cash) * holds
    )
    used = section.line(f"{key}.lost_cash.used", f"{title}: Unpaid for political events", lo(fresh, there))
    pool.closing.define(there - used)
    return section.line(
        f"{key}.political_share", f"{title}: Political share of what is unpaid", ratio(used, fresh), RATIO
    )


def _recovered(cover: Insured, loan: Loan, loss: Line, claimed: Line, arrears: _Arrears) -> _Recovered:
    """What later receipts leave the lender without: the insurer's share, of interest on what is late too, and cost."""
    section, key = cover.section, loan.id
    title = f"{section.title}, {loan.label}"
    open_ = section.account(f"{key}.claimed", f"{title}: Claimed instalments unpaid")
    held = section.account(f"{key}.held", f"{title}: Held by the insurer")
    received = section.line(f"{key}.recovered", f"{title}: Recovered", lo(open_.opening, arrears.paid))
    share = section.line(
        f"{key}.held_share", f"{title}: Share of the insurer", ratio(held.opening, open_.opening), RATIO
    )
    to_insurer = section.line(f"{key}.recovery", f"{title}: Recovery to the insurer", received * share)
    recovering = received * (share > RATIO_ROUNDING)  # an insurer that paid no claim recovers nothing, at no cost
    cost = section.line(f"{key}.recovery_cost", f"{title}: Cost of recovery", recovering * cover.terms.recovery_cost)
    of_insurer = section.line(f"{key}.recovery_cost_insurer", f"{title}: Cost of recovery, insurer", cost * share)
    open_.close(add=[loss], less=[received])
    held.close(add=[claimed], less=[to_insurer])
    interest = _late_interest(section, loan, held, arrears)
    return _Recovered(to_insurer, interest, of_insurer, to_insurer + interest + cost - of_insurer)


def _late_interest(section: Section, loan: Loan, held: Account, arrears: _Arrears) -> Line:
    """The insurer's part of interest on what is late: what accrues on what it holds, paid in step with all of it."""
    key, title = loan.id, f"{section.title}, {loan.label}"
    part, late = ratio(held.opening, arrears.unpaid.prev), arrears.late
    if late is None:
        return section.line(f"{key}.recovery_interest", f"{title}: Interest on what it holds, paid", held.opening * 0)
    own = section.account(f"{key}.interest", f"{title}: Interest on what the insurer holds")
    label = f"{title}: Interest on what it holds, accrued"
    earned = section.line(f"{key}.interest.accrued", label, late.accrued * part)
    share = ratio(own.opening + earned, late.owed + late.accrued)
    got = section.line(f"{key}.recovery_interest", f"{title}: Interest on what it holds, paid", late.paid * share)
    own.close(add=[earned], less=[got])
    return got


def _totals(cover: Insured, made: Sequence[_Claim]) -> None:
    """The insurer's own account of a cover: premium, claims, recoveries."""
    section, title = cover.section, cover.section.title
    claims = section.line("claims", f"{title}: Claims paid", add([claim.paid for claim in made]))
    principal = add([claim.recovered.principal for claim in made])
    back = principal + add([claim.recovered.interest for claim in made])
    recoveries = section.line("recoveries", f"{title}: Recoveries", back)
    borne = add([claim.recovered.cost for claim in made])
    cost = section.line("recovery_costs", f"{title}: Cost of recovery, insurer", borne)
    net = cover.premium + recoveries - claims - cost
    section.line("net_position", f"{title}: Premium and recoveries less claims and cost", net)
