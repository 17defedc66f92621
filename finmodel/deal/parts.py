"""The parts of a deal: what its clauses offer to statements, returns and checks."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.cover.cover import CoverLines
from finmodel.deal.funding.funding import Funding
from finmodel.deal.loans.cost_of_debt import Borrowed
from finmodel.deal.loans.facility import Loan
from finmodel.deal.operations import Operations
from finmodel.deal.owners.equity import Owner
from finmodel.deal.reserves.set_aside import SetAside
from finmodel.deal.short_term.lines import ShortDebt
from finmodel.deal.sizing.plan import Plan
from finmodel.deal.sizing.sizing import Sizing, Unknowns
from finmodel.deal.statements.companies import Within
from finmodel.deal.tax.entity import TaxLines
from finmodel.deal.waterfall.ratios import Cover
from finmodel.deal.waterfall.waterfall import Waterfall
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Deal:
    """Everything that the clauses of a deal offer."""

    works: Operations
    loans: list[Loan]
    borrowed: list[Borrowed]
    cover: CoverLines
    grants_received: Line
    fees: Line
    reserve_interest: Line
    saved: list[SetAside]
    funding: Funding
    tax: list[TaxLines]
    notional_tax: list[TaxLines]
    cfads: Line
    paid: Waterfall
    paid_in: Line
    capital_repaid: Line | None
    owners: list[Owner]
    solved: Unknowns
    plan: Plan | None
    sized: Sizing | None
    covers: Cover | None
    within: dict[str, Within]
    short: ShortDebt

    @property
    def senior(self) -> list[Loan]:
        """Facilities of senior rank."""
        return [loan for loan in self.loans if loan.terms.rank == "senior"]

    @property
    def of_owners(self) -> list[Loan]:
        """Shareholder loans: they wait for distributions, so they may stay unpaid without anyone's default."""
        return [loan for loan in self.loans if loan.terms.rank == "shareholder"]
