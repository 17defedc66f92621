"""Withholding tax on interest and dividends: what the borrower keeps back from a recipient and pays to its treasury.

Rates:   by kind of recipient, in the table withholding of the borrower; a facility or a class names its kind.
Lenders: with gross-up the borrower bears the tax: the rate that it pays is rate / (1 - tax), so that the lender has its
         own rate, in the senior interest step and wherever interest counts. Without, the lender receives less.
Owners:  all that a class receives is taken as dividend (assumed: no return of capital), and it keeps the rest.
Sign:    every line is the positive amount that its label names.
Timing:  withheld when paid. The default margin is not grossed up, and fees bear no tax; interest of junior debt that is
         not paid joins the loan with its tax.
Source:  treaty rates of the regime; gross-up is a cost of the borrower (F25), returns are after the tax (F28).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Expr, Given, ratio
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import PER_YEAR


@dataclass(frozen=True, eq=False, repr=False)
class Treasury:
    """The borrower's treasury: its party, and the rates by kind of recipient."""

    party: str
    rates: dict[str, Given]

    def keeps(self, kind: str | None) -> Withheld | None:
        """What is kept back from a recipient of this kind; None when nothing is.

        Args:
            kind: Kind of recipient.
        """
        return None if kind is None else Withheld(self.party, self.rates[kind])


@dataclass(frozen=True, eq=False, repr=False)
class Withheld:
    """The tax on what one recipient is paid."""

    party: str
    rate: Given

    def grossed(self, loan: Section, rate: Line) -> Line:
        """The rate that the borrower pays so that the lender has its own.

        Args:
            rate: The rate that the lender is to have [1/year].
        """
        label = f"{loan.title}: Interest rate with withholding tax"
        return loan.line("rate_grossed", label, ratio(rate, 1 - self.rate), PER_YEAR)

    def from_interest(self, loan: Section, paid: Expr) -> Line:
        """Declare the tax within interest that is paid, and note it.

        Args:
            paid: Interest paid, tax included.

        Returns:
            The tax [reporting currency per period].
        """
        tax = loan.line("withheld", f"{loan.title}: Withholding tax on interest", paid * self.rate)
        loan.model.register.pays(tax, self.party)
        return tax

    def from_dividends(self, owner: Section, received: Line) -> Line:
        """Declare the tax within what a class is paid, and note it.

        Args:
            received: What the class is paid.

        Returns:
            The tax [reporting currency per period].
        """
        tax = owner.line("withheld", f"{owner.title}: Withholding tax on dividends", received * self.rate)
        owner.model.register.pays(tax, self.party)
        return tax


def treasury(case: CaseTables) -> Treasury:
    """The treasury of the borrower, which pays interest and dividends."""
    name, borrower = next((name, entity) for name, entity in case.entity.items() if entity.borrower)
    return Treasury(f"tax.{name}", borrower.withholding)
