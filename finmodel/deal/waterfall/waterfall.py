"""Waterfall: what each period's cash pays, in the order that the case gives, and where the rest waits.

Order:   operations first (CFADS is after them), then the steps of `waterfall.order`; see `steps` for each.
Sign:    every step is the positive amount paid.
Timing:  each rank is paid on its own payment dates after completion, owners on those of senior debt; cash in between
         waits in the operating account.
Source:  decisions on the order (F3), which a case may change where `rules` lets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.loans import unwinding
from finmodel.deal.loans.facility import Loan
from finmodel.deal.loans.refinancing import Refinanced
from finmodel.deal.waterfall import covenants
from finmodel.deal.waterfall.desk import Desk, Distributable, Group
from finmodel.deal.waterfall.steps import STEPS, operations
from finmodel.deal.waterfall.terms import whole_order
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Waterfall:
    """Accounts and payments that statements, ratios and owners read.

    `groups` are by rank; `prepaid` is by senior facility, empty without a sweep; `breaks` is what ending its swap costs
    then; `added` is contingent equity, `cured` what owners pay in to cure a default, `closed` what they pay for the
    closure. `distributable` are the rows by which profit limits distributions, None where it does not.
    """

    section: Section
    cash: Account
    locked: Account
    reserve: Account
    arrears: Account
    groups: dict[str, Group]
    prepaid: dict[str, Line]
    breaks: dict[str, Line]
    added: Line | None
    cured: Line | None
    closed: Line | None
    closure_unpaid: Line | None
    arrears_default: Line | None
    default: Line
    lock_up: Line
    arrears_of: dict[str, Line]
    distributions: Line
    distributable: Distributable | None

    @property
    def senior(self) -> Group:
        """Payments of senior debt."""
        return self.groups["senior"]

    @property
    def junior(self) -> Group:
        """Payments of mezzanine debt."""
        return self.groups["junior"]

    @property
    def interest(self) -> dict[str, Line]:
        """Interest paid, by facility; a bridge loan is paid from funding."""
        return {name: line for group in self.groups.values() for name, line in group.interest.items()}

    @property
    def principal(self) -> dict[str, Line]:
        """Principal paid as due, by facility."""
        return {name: line for group in self.groups.values() for name, line in group.principal.items()}


def run(desk: Desk, loans: Sequence[Loan], refinanced: Refinanced) -> Waterfall:
    """Declare all steps in order; the caller closes the facilities with the payments returned.

    Args:
        desk: The accounts and tests of the deal.
        loans: All facilities.
        refinanced: What another facility repays of each, after the payments of its date.
    """
    desk.open(loans, refinanced.repaid)
    purse = operations(desk)
    for name in whole_order(desk.terms.order):
        purse = STEPS[name](desk, purse)
    ledger = desk.ledger
    covenants.rows(desk, ledger.after_debt)
    prepaid = _prepaid(desk, refinanced)
    assert ledger.distributed is not None  # every order has this step, and the gate before it
    assert ledger.default is not None and ledger.lock_up is not None
    return Waterfall(
        section=desk.section,
        cash=desk.cash,
        locked=desk.locked,
        reserve=desk.reserve,
        arrears=desk.arrears,
        groups=ledger.groups,
        prepaid=prepaid.lines,
        breaks=prepaid.breaks,
        added=ledger.added,
        cured=desk.tests.cure,
        closed=ledger.closed,
        closure_unpaid=ledger.closure_unpaid,
        arrears_default=ledger.arrears_default,
        default=ledger.default,
        lock_up=ledger.lock_up,
        arrears_of=ledger.arrears,
        distributions=ledger.distributed,
        distributable=ledger.distributable,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Prepaid:
    """What is prepaid of senior facilities, and what ending their swaps costs, by id."""

    lines: dict[str, Line]
    breaks: dict[str, Line]


def _prepaid(desk: Desk, refinanced: Refinanced) -> _Prepaid:
    """Prepayments of senior debt, each facility in proportion to what is left of it after all else of the date."""
    parts, paid = desk.ledger.prepaid, desk.ledger.groups["senior"].principal
    if not parts:
        return _Prepaid({}, {})
    every: Expr = parts[0] if len(parts) == 1 else desk.section.line("prepaid", "Senior debt prepaid", add([*parts]))
    left: dict[str, Expr] = {loan.id: loan.outstanding.opening - paid[loan.id] for loan in desk.loans["senior"]}
    gone = refinanced.repaid
    left = {name: owed - gone[name] if name in gone else owed for name, owed in left.items()}
    whole = desk.section.line("prepayable", "Senior debt that can be prepaid", add(list(left.values())))
    known = refinanced.per_unit
    per_unit = {
        loan.id: known[loan.id] if loan.id in known else unwinding.share(loan, desk.clock)
        for loan in desk.loans["senior"]
    }
    burden = [ratio(left[name], whole) * cost for name, cost in per_unit.items() if cost is not None]
    if burden:
        label = "Senior debt prepaid, less break cost of swaps"
        every = desk.section.line("prepaid_principal", label, ratio(every, 1 + add(burden)))
    found = _Prepaid({}, {})
    for loan in desk.loans["senior"]:
        own = every * ratio(left[loan.id], whole)
        found.lines[loan.id] = loan.section.line("prepaid", f"{loan.label}: Prepaid", own)
        cost = unwinding.settle(loan, "prepaid", found.lines[loan.id], per_unit[loan.id])
        if cost is not None:
            found.breaks[loan.id] = cost
    return found


def paid_in(funded: Line, flows: Waterfall) -> Line:
    """What owners pay in: in construction, and later what they promised to add and what they pay for the closure.

    Args:
        funded: What owners pay in construction.
    """
    later = [line for line in (flows.added, flows.cured, flows.closed) if line is not None]
    if not later:
        return funded
    return flows.section.line("paid_in", "Equity paid in, all", add([funded, *later]))


def capital_repaid(flows: Waterfall) -> Line | None:
    """Where profit limits dividends, of the group: what is distributed beyond it is a return of capital."""
    if flows.distributable is None:
        return None
    line = flows.section.line
    dividends = line("dividends", "Dividends", lo(flows.distributions, hi(0, flows.distributable.profit)))
    return line("capital_repaid", "Capital repaid to owners", flows.distributions - dividends)
