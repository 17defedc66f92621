"""The steps of the waterfall, one function each: what it finds in the purse, what it pays, and what it leaves.

Sign:    every step is the positive amount paid.
Timing:  on payment dates after completion; between them cash waits in the operating account.
Source:  order (F3), sources before a shortfall (F2), reserve (F26), lock-up, sweep and default (F29). A shortfall is
         met from the operating account, then locked cash (mezzanine: once senior debt is repaid), then (senior debt)
         the reserve and contingent equity; what is still unpaid becomes arrears, which rank before the current due.
"""

from __future__ import annotations

from collections.abc import Callable

from finmodel.deal.capital.closure import ClosureLines
from finmodel.deal.reserves.debt_service import Letter
from finmodel.deal.waterfall import covenants, gated_interest
from finmodel.deal.waterfall.desk import Desk, Distributable, Group, Purse
from finmodel.deal.waterfall.ratios import reaches
from finmodel.deal.waterfall.terms import StepName, SweepTerms
from finmodel.kernel.expr import Const, Expr, add, hi, lo, month_of, where
from finmodel.kernel.model import Line
from finmodel.kernel.units import DAY, RATIO

Step = Callable[[Desk, Purse], Purse]


def operations(desk: Desk) -> Purse:
    """Before all others. Arrears of operations; a shortfall takes locked cash, and owners pay for the closure.

    What is still unpaid becomes arrears.
    """
    line, inflows = desk.section.line, desk.inflows
    came = inflows.cfads + inflows.other + inflows.earned
    net = line("net_available", "Cash before payments", desk.cash.opening + came)
    label = "Locked cash used for operations"
    from_locked = line("locked_for_operations", label, lo(desk.locked.opening, hi(0, -net)))
    short = hi(0, -net - from_locked)
    if inflows.closure is not None:
        short = short - _closed(desk, inflows.closure, short)
    unpaid = line("arrears_added", "Operating cost unpaid", short)
    caught_up = line("arrears_paid", "Operating arrears paid", lo(desk.arrears.opening, hi(0, net)))
    desk.arrears.close(add=[unpaid], less=[caught_up])
    free = line("free_cash", "Cash after operations", hi(0, net) - caught_up)
    desk.ledger.from_locked.append(from_locked)
    return Purse(free, desk.locked.opening - from_locked, Const(1))


def _closed(desk: Desk, closure: ClosureLines, short: Expr) -> Line:
    """What owners pay of the closure where fund and cash fall short, and what nobody pays of it."""
    missing = desk.section.line("closure_missing", "Closure cost without cash", lo(short, closure.spent))
    paid = desk.section.line("closure_from_owners", "Closure cost paid by owners", missing * closure.owners)
    unpaid = desk.section.ahead("closure_unpaid", "Closure cost that no one has paid")
    unpaid.define(lo(desk.arrears.closing, unpaid.prev + missing - paid))
    desk.ledger.closed, desk.ledger.closure_unpaid = paid, unpaid
    return paid


def senior(desk: Desk, purse: Purse) -> Purse:
    """Senior interest, then principal: from cash, locked cash, the reserve, contingent equity."""
    line, held, final = desk.section.line, desk.inflows.reserve.available, desk.inflows.reserve.final
    means = purse.cash + purse.locked + held
    promised = _promised(desk)
    group = desk.pay("senior", (means if promised is None else means + promised) * desk.serves)
    wanted: Expr = group.paid if final is None else group.paid - final * lo(group.paid, held)
    cash = line("senior_from_cash", "Senior service from the operating account", lo(wanted, purse.cash))
    locked = line("senior_from_locked", "Senior service from locked cash", lo(wanted - cash, purse.locked))
    rest = group.paid - cash - locked
    drawn = line("senior_from_reserve", "Senior service from the reserve", rest if promised is None else lo(rest, held))
    if promised is not None:
        _add(desk, line("senior_from_owners", "Senior service from contingent equity", rest - drawn))
    desk.ledger.from_reserve = drawn
    desk.ledger.from_locked.append(locked)
    _arrears_default(desk, group)
    return Purse(purse.cash - cash, purse.locked - locked, purse.open)


def _promised(desk: Desk) -> Expr | None:
    """What is left of the equity that owners promised to add; None when they promised none."""
    limit = desk.terms.contingent_equity
    if limit is None:
        return None
    desk.ledger.added_to_date = desk.section.ahead("contingent_to_date", "Contingent equity added to date")
    return hi(0, desk.money.convert(limit) - desk.ledger.added_to_date.prev)


def _add(desk: Desk, amount: Line) -> None:
    desk.ledger.added, so_far = amount, desk.ledger.added_to_date
    if so_far is not None:
        so_far.define(so_far.prev + amount)


def _arrears_default(desk: Desk, group: Group) -> None:
    """Old arrears: days for which some of what was unpaid a period ago has stayed unpaid."""
    limit = desk.terms.default_arrears
    if limit is None or not desk.loans["senior"]:
        return
    unpaid = desk.section.line("senior_unpaid", "Senior debt service unpaid", group.unpaid)
    age = desk.section.ahead("arrears_age", "Age of senior arrears", DAY)
    age.define(where(unpaid.prev - group.paid > desk.cent, age.prev + desk.clock.days, 0))
    desk.ledger.arrears_default = desk.section.flag("arrears_default", "In default on senior arrears", age > limit)


def reserve(desk: Desk, purse: Purse) -> Purse:
    """The debt service reserve is topped up to its target; what it holds beyond is released."""
    line, held, drawn = desk.section.line, desk.inflows.reserve, desk.ledger.from_reserve
    if held.letter is not None:
        return _letter(desk, purse, held.letter)
    kept = desk.reserve.opening - drawn
    released = line("reserve_released", "Released from the reserve", hi(0, kept - held.target) * desk.serves)
    top_up = line("reserve_top_up", "Paid into the reserve", lo(hi(0, held.target - kept), purse.cash) * desk.serves)
    desk.reserve.close(add=[held.funding, top_up], less=[drawn, released])
    after = line("after_senior", "Cash after senior debt and reserve", purse.cash - top_up + released)
    return Purse(after, purse.locked, purse.open)


def _letter(desk: Desk, purse: Purse, letter: Letter) -> Purse:
    """What was drawn of the letter of credit is repaid, with its interest."""
    drawn, line, register = desk.ledger.from_reserve, desk.section.line, desk.register
    owed = letter.owed.opening + letter.interest + drawn
    repaid = line("letter_repaid", "Letter of credit repaid", lo(owed, purse.cash) * desk.serves)
    letter.owed.close(add=[letter.interest, drawn], less=[repaid])
    desk.reserve.close()
    register.receives(drawn, "letter_of_credit")
    register.pays(repaid, "letter_of_credit")
    after = line("after_senior", "Cash after senior debt and reserve", purse.cash - repaid)
    return Purse(after, purse.locked, purse.open)


def sweep(desk: Desk, purse: Purse) -> Purse:
    """A share of the cash left prepays senior debt; in default all of it does."""
    terms = desk.terms.sweep
    if terms is None or not desk.loans["senior"]:
        return purse
    spare = hi(0, purse.cash - desk.least) * purse.open
    condition = desk.section.flag("sweep_open", "Cash is swept", _swept_now(desk, terms))
    share = desk.section.line(
        "sweep_share", "Share of cash swept", where(desk.sound, terms.share * condition, 1), RATIO
    )
    most = lo(desk.prepayable(), spare * share)
    swept = desk.section.line("swept", "Cash sweep of senior debt", most * (desk.serves & desk.senior_paid_up))
    desk.ledger.prepaid.append(swept)
    if desk.ledger.gate is not None:
        desk.ledger.beyond.append(swept)
    return Purse(purse.cash - swept, purse.locked, purse.open)


def _swept_now(desk: Desk, terms: SweepTerms) -> Expr:
    """Whether every condition of a sweep holds."""
    clock, cover = desk.clock, desk.tests.historic
    holds: Expr = desk.serves
    if terms.start is not None:
        holds = holds & (month_of(terms.start) < clock.end_month)
    if terms.end is not None:
        holds = holds & (clock.last_month <= month_of(terms.end))
    if terms.cover_below is not None and cover is not None:
        holds = holds & cover.tested & ~reaches(cover.value, terms.cover_below)
    if terms.cover_above is not None and cover is not None:
        holds = holds & cover.tested & reaches(cover.value, terms.cover_above)
    if terms.price is not None and terms.price_above is not None:
        holds = holds & (desk.inflows.market.index[terms.price] > desk.money.convert(terms.price_above))
    return holds


def senior_gate(desk: Desk, purse: Purse) -> Purse:
    """Nothing junior is paid while senior debt is in arrears or in default."""
    paid_up = desk.senior_paid_up & desk.sound
    gate = desk.section.flag("senior_gate", "Senior debt is paid in full, and no default", paid_up)
    return Purse(purse.cash, purse.locked, gate)


def mezzanine(desk: Desk, purse: Purse) -> Purse:
    """Mezzanine interest, then principal, behind a date that covers senior service.

    Before the distribution gate, locked cash pays it too once senior debt is repaid. Interest that the gate stops is
    deferred where the facility has a PIK rate.
    """
    line, before = desk.section.line, desk.ledger.gate is None
    unlocked = purse.locked * (desk.senior_left() <= desk.cent) if before else Const(0)
    open_ = purse.open & ~desk.tests.uncovered if desk.loans["junior"] else purse.open
    means = (purse.cash + unlocked) * open_ * desk.dates["junior"]
    gated_interest.settle(desk.loans["junior"], ~open_ * desk.dates["junior"], means)
    paid = desk.pay("junior", means).paid
    locked = line("junior_from_locked", "Mezzanine service from locked cash", hi(0, paid - purse.cash))
    left = line("after_debt", "Cash after all debt", purse.cash + locked - paid)
    (desk.ledger.from_locked if before else desk.ledger.beyond).append(locked if before else paid)
    return Purse(left, purse.locked - locked, purse.open)


def distribution_gate(desk: Desk, purse: Purse) -> Purse:
    """The tests of a distribution; what fails them is locked up, and beyond the gate locked cash is free again."""
    line, ledger, tests = desk.section.line, desk.ledger, desk.tests
    unpaid = add([ledger.groups[rank].unpaid for rank in ("senior", "junior") if rank in ledger.groups])
    missed = tests.missed | tests.untested if desk.terms.untested == "closed" else tests.missed
    if "junior" in ledger.groups:
        unpaid = add([unpaid, *gated_interest.balances(desk.loans["junior"])])
    elif desk.loans["junior"]:
        missed = missed | tests.uncovered  # it stops mezzanine behind this gate, so it stops owners after that too
    paid_up = (desk.arrears.closing <= desk.cent) & (unpaid <= desk.cent)
    tested = desk.section.flag("distributions_tested", "Distributions are tested", desk.serves & tests.open)
    passed = _released(desk, tested, tested & ~missed & desk.sound & paid_up & desk.reserve_full)
    gate = desk.section.flag("distribution_gate", "Distributions allowed", passed)
    covenants.lock_up(desk, tested, gate)
    locking = line("locked_up", "Cash locked up", desk.serves * ~gate * hi(0, purse.cash - desk.least))
    ledger.gate, ledger.left, ledger.waiting = gate, purse.cash - locking, purse.locked
    ledger.after_debt = purse.cash + purse.locked
    ledger.locking.append(locking)
    _prepay(desk, purse, tested, gate, locking)
    return Purse(purse.cash + purse.locked, Const(0), gate)


def _released(desk: Desk, tested: Line, passed: Expr) -> Expr:
    """After a failed test, distributions open with the k-th pass in a row, or once senior debt is repaid."""
    if desk.section.model.decides(desk.terms.release_after) <= 1:
        return passed
    good = desk.section.flag("distributions_pass", "The tests of a distribution are passed", passed)
    wanted = desk.section.ahead("passes_wanted", "Passed tests still wanted", RATIO)
    after = where(good, hi(0, wanted.prev - 1), desk.terms.release_after)
    wanted.define(where(tested, after, wanted.prev))
    return good & ((wanted <= 0) | (desk.senior_left() <= desk.cent))


def _prepay(desk: Desk, purse: Purse, tested: Line, gate: Line, locking: Line) -> None:
    """After m failed tests in a row, locked cash prepays senior debt."""
    limit = desk.terms.prepay_after
    if limit is None or not desk.loans["senior"]:
        return
    failures = desk.section.ahead("tests_failed", "Failed tests in a row", RATIO)
    failures.define(where(tested, ~gate * (failures.prev + 1), failures.prev))
    due = tested & ~gate & (failures >= limit) & desk.senior_paid_up
    most = lo(desk.prepayable(), purse.locked + locking)
    prepaid = desk.section.line("locked_prepaid", "Senior debt prepaid from locked cash", most * due)
    desk.ledger.prepaid.append(prepaid)
    desk.ledger.from_locked.append(prepaid)


def shareholder_loans(desk: Desk, purse: Purse) -> Purse:
    """Interest, then principal, of shareholder loans."""
    if not desk.loans["shareholder"]:
        return purse
    means = hi(0, purse.cash - desk.least) * purse.open * desk.dates["shareholder"]
    paid = desk.pay("shareholder", means).paid
    if desk.ledger.gate is not None:
        desk.ledger.beyond.append(paid)
    return Purse(purse.cash - paid, purse.locked, purse.open)


def distributions(desk: Desk, purse: Purse) -> Purse:
    """What is left goes to the owners, but for the least cash; the accounts close."""
    line, ledger = desk.section.line, desk.ledger
    assert ledger.gate is not None
    spare = _distributable(desk, purse.cash - desk.least)
    paid = line("distributions", "Distributions", ledger.gate * hi(0, spare))
    ledger.distributed = paid
    out = add([*ledger.beyond, paid])
    freed = line("unlocked", "Locked cash released", ledger.gate * lo(ledger.waiting, out))
    desk.locked.close(add=ledger.locking, less=[*ledger.from_locked, freed])
    desk.cash.closing.define(ledger.left + freed - out)
    return Purse(Const(0), Const(0), purse.open)


def _distributable(desk: Desk, cash: Expr) -> Expr:
    """By key, owners receive no more than the profit of past periods, or than that and their capital, until the end."""
    rule = desk.terms.distributable
    if rule == "cash":
        return cash
    ahead = desk.section.ahead
    profit = ahead("net_retained_before", "Profit retained, before this period")
    capital = ahead("capital_before", "Equity paid in and not paid back, before this period")
    desk.ledger.distributable = Distributable(profit, capital)
    most = hi(0, profit) if rule == "profit" else hi(0, profit) + hi(0, capital)
    room = desk.section.line("distributable", "Most that may be distributed", most)
    return where(desk.clock.last, cash, lo(cash, room))


STEPS: dict[StepName, Step] = {
    "senior": senior,
    "reserve": reserve,
    "sweep": sweep,
    "senior_gate": senior_gate,
    "mezzanine": mezzanine,
    "distribution_gate": distribution_gate,
    "shareholder_loans": shareholder_loans,
    "distributions": distributions,
}
"""Every step that a case may put in its order."""
