"""Covenants: what lenders test on each payment date, and the rows of events that every face of a deal reads.

Events:  lock-up (a test of a distribution fails, whether or not cash is there), default, untested (the test of twelve
         months back is not possible yet), arrears by rank and by facility, reserve short of its target, liquidity.
         Owners may cure a default on cover by paying in what CFADS lack; such a date is one of lock-up all the same.
         A run, the grid, scenarios and a simulation count these rows and nothing else.
Sign:    flags are 1 where the event holds; amounts are positive, and nothing where they are below a cent.
Timing:  on payment dates of the waterfall. Before distributions may begin, lock-up is default alone. In the last period
         there is no more to protect: default stops nothing, and is not counted.
Source:  distributions and default (F29), arrears (F33); a bank's covenant page. A level of 0.00x is no covenant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.deal.waterfall import gated_interest
from finmodel.deal.waterfall.desk import Desk, Tests
from finmodel.deal.waterfall.ratios import Cover, reaches
from finmodel.deal.waterfall.terms import WaterfallTerms
from finmodel.kernel.expr import Const, Expr, Given, add, hi, shown, where
from finmodel.kernel.folds import lowest, total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO

CREDITORS = {"senior": "Senior debt", "junior": "Mezzanine"}
"""Ranks whose unpaid service is arrears, in words; shareholder loans wait behind the distribution gate as owners do."""


@dataclass(frozen=True, eq=False, repr=False)
class Signing:
    """What the tests read of the deal beside the covers.

    `begun` and `passed` are flags: the first repayment is behind, and the completion test, if there is one, is met.
    `long_stop` is 1 while completion is beyond its long-stop date, None without one.
    """

    terms: WaterfallTerms
    loans: Sequence[Loan]
    begun: Expr
    passed: Expr
    long_stop: Expr | None

    def of(self, rank: str) -> list[Loan]:
        """The facilities of a rank.

        Args:
            rank: Rank, such as "senior".
        """
        return [loan for loan in self.loans if loan.terms.rank == rank]


def without_senior(clock: Clock, passed: Expr) -> Tests:
    """The tests of a deal that has no senior debt sized on its cash: completion alone.

    Args:
        passed: 1 when completion is reached.
    """
    none = Const(0)
    return Tests(missed=none, untested=none, open=clock.completed & passed, default=none, uncovered=none)


def tests(context: Context, covers: Cover, signing: Signing) -> Tests:
    """Declare what a distribution must pass: lock-up on both covers, no default, and the first repayment behind it.

    Args:
        context: The deal's model, time and money.
        covers: Debt service cover on the dates that are tested.
        signing: What else the tests read of the deal.
    """
    terms, clock = signing.terms, context.clock
    section = context.model.section("covenant", context.money.money, "Covenant events")
    owed = add([loan.outstanding.opening for loan in signing.of("senior")])
    label = "Senior debt outstanding, opening"
    debt = covers.section.line("senior_owed", label, owed) > context.money.cent
    back, ahead = (
        section.flag(name, label, (terms.lockup > 0) & row.tested & ~reaches(row.value, terms.lockup))
        for name, label, row in (
            ("lockup_missed", "Cover 12 months back is below lock-up", covers.historic),
            ("lockup_missed_ahead", "Cover 12 months ahead is below lock-up", covers.forward),
        )
    )
    cure = _cure(section, clock, covers, signing, debt)
    open_: Expr = clock.completed & signing.passed
    if terms.distribute_from == "first repayment":
        open_ = open_ & signing.begun
    return Tests(
        missed=back | ahead if cure is None else back | ahead | (cure > 0),
        untested=(terms.lockup > 0) & ~covers.historic.tested & debt,
        open=open_,
        default=_default(covers, terms.default_cover, debt, cure),
        uncovered=_uncovered(context, section, covers, signing, debt),
        long_stop=signing.long_stop,
        historic=covers.historic,
        cure=cure,
        events=section,
    )


def _default(covers: Cover, level: Given, debt: Expr, cure: Line | None) -> Line:
    """1 from a date on which cover is below the default level until one on which it is not, while debt is owed."""
    historic, flag = covers.historic, covers.section.ahead("in_default", "In default on debt service cover", RATIO)
    short = ~reaches(historic.value, level) if cure is None else ~reaches(historic.value, level) & (cure <= 0)
    below = where(historic.tested, short, flag.prev) & (level > 0)
    return flag.define(below & debt)


def _cure(section: Section, clock: Clock, covers: Cover, signing: Signing, debt: Expr) -> Line | None:
    """Declare what owners pay in on a date whose cover is below the default level, while they may.

    None without the key. The amount lifts CFADS of twelve months to the level times service, for this test alone.
    """
    limits, level, historic = signing.terms.cure, signing.terms.default_cover, covers.historic
    if limits is None:
        return None
    row = section.ahead("cures_in_a_row", "Cures on tests that follow each other", RATIO)
    ever = section.ahead("cures_to_date", "Cures to date", RATIO)
    may = (row.prev < limits.in_a_row) & (ever.prev < limits.in_all) & debt & clock.completed
    missing = hi(0, level * covers.service_back - covers.cfads_back)
    failed = historic.tested & ~reaches(historic.value, level)
    amount = section.line("cured", "Paid in by owners to cure a default", missing * (failed & may))
    row.define(where(historic.tested, (amount > 0) * (row.prev + 1), row.prev))
    ever.define(ever.prev + (amount > 0))
    return amount


def _uncovered(context: Context, section: Section, covers: Cover, signing: Signing, debt: Expr) -> Expr:
    """1 from a date whose CFADS are below senior service times a level until one on which they are not, while owed.

    Interest and principal count: on a date with interest alone this is interest cover.
    """
    if not signing.of("mezzanine"):
        return Const(0)
    level, service, cent = signing.terms.mezzanine_cover, covers.service, context.money.cent
    flag = section.ahead("uncovered", "Senior service not covered: mezzanine waits", RATIO)
    short = where(service > cent, covers.cfads < level * service - cent, flag.prev)
    return flag.define(short & (level > 0) & debt & ~context.clock.last)


def lock_up(desk: Desk, tested: Line, gate: Line) -> None:
    """Declare defaults, and lock-ups: a test of a distribution fails, passed ones are still wanted, or default.

    Args:
        tested: 1 where a distribution is tested.
        gate: 1 where it is allowed.
    """
    section = desk.events
    held: Expr = desk.serves & ~desk.sound
    if desk.tests.long_stop is not None:
        held = held | desk.tests.long_stop
    default = section.flag("default", "Default", held)
    desk.ledger.default = default
    desk.ledger.lock_up = section.flag("lock_up", "Lock-up of distributions", tested & ~gate | default)
    section.flag("untested", "Cover 12 months back is not tested yet", tested & desk.tests.untested)


def rows(desk: Desk, left: Expr) -> None:
    """Declare arrears, the reserve and liquidity, once every rank has been paid; `left` is cash after debt service."""
    loans = {rank: desk.loans[rank] for rank in CREDITORS if desk.loans[rank]}
    if not loans:
        return
    for rank, of_rank in loans.items():
        group, label = desk.ledger.groups[rank], f"{CREDITORS[rank]} in arrears"
        desk.ledger.arrears[rank] = _amount(desk, f"arrears_{rank}", label, group.shortfall)
        for loan in of_rank:
            paid = group.interest[loan.id] + group.principal[loan.id]
            late = (loan.due_interest + loan.due_principal - paid) * desk.dates[rank]
            _amount(desk, f"arrears.{loan.id}", f"{loan.label}: In arrears", late)
    deferred = gated_interest.balances(desk.loans["junior"])
    if deferred:
        _amount(desk, "deferred", "Mezzanine interest deferred", add([*deferred]))
    if desk.reserve_missing is not None:
        _amount(desk, "reserve_short", "Reserve below its target", desk.serves * desk.reserve_missing)
    _liquidity(desk, [loan for of_rank in loans.values() for loan in of_rank], left)


def _amount(desk: Desk, name: str, label: str, amount: Expr) -> Line:
    """An amount above a cent, else nothing."""
    return desk.events.line(name, label, where(amount > desk.cent, amount, 0))


def _liquidity(desk: Desk, loans: list[Loan], left: Expr) -> None:
    """Declare cash after debt service, locked cash included, on payment dates while debt is owed, and its lowest."""
    section = desk.events
    owed = add([loan.outstanding.opening for loan in loans])
    on = section.flag("liquidity.tested", "Payment date with debt owed", desk.serves & (owed > desk.cent))
    cash = section.line("liquidity.value", "Cash after debt service, on payment dates", left * on)
    missing = section.flag("liquidity.missing", "No payment date with debt owed", total(on).eq(0))
    number = section.line("liquidity.number", "Lowest cash after debt service: Value", lowest(cash, on))
    least = section.display("liquidity_min", "Lowest cash after debt service", shown(number, ~missing))
    desk.model.metric("liquidity_min", least, missing, ("", "no debt is owed on a payment date"))
