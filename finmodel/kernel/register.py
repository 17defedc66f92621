"""The register of a deal: what crosses its boundary, what it owns and owes, what else it earns, noted by each clause.

A clause that moves money says so where it declares the line; checks, statements and the government's account read the
register, so that a new clause is in all of them at once. Parties partition the uses of cash: a bank account of the deal
is a party too, and so is whoever is not paid yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from finmodel.kernel.errors import ModelError, place
from finmodel.kernel.expr import Expr, add


@dataclass(frozen=True)
class Bank:
    """A bank account of the deal: its balance before and after each period."""

    opening: Expr
    closing: Expr


@dataclass
class Register:
    """Amounts in the reporting currency, one a period, by name in the order in which they were noted.

    `paid` and `received` are by party. `other_income` is beside revenue, cost and interest; `taxed` is an entity's
    taxable income beside sales, support and cost; both may be negative.
    """

    paid: dict[str, list[Expr]] = field(default_factory=dict)
    received: dict[str, list[Expr]] = field(default_factory=dict)
    banks: dict[str, Bank] = field(default_factory=dict)
    assets: dict[str, list[Expr]] = field(default_factory=dict)
    liabilities: dict[str, list[Expr]] = field(default_factory=dict)
    other_income: dict[str, list[Expr]] = field(default_factory=dict)
    taxed: dict[str, list[Expr]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def pays(self, amount: Expr, party: str) -> None:
        """Cash that leaves the deal for a party.

        Args:
            amount: Money of each period, positive.
            party: Who is paid.
        """
        self._note(self.paid, party, amount)

    def receives(self, amount: Expr, party: str) -> None:
        """Cash that a party brings in.

        Args:
            amount: Money of each period, positive.
            party: Who pays.
        """
        self._note(self.received, party, amount)

    def banks_with(self, name: str, opening: Expr, closing: Expr) -> None:
        """A bank account of the deal.

        Args:
            name: Name of the account.
            opening: Its balance at the start of each period.
            closing: Its balance at the end.
        """
        if name in self.banks:
            raise ModelError(f"the bank account {name} is registered twice ({place()})")
        self.banks[name] = Bank(opening, closing)

    def owns(self, item: str, value: Expr) -> None:
        """An asset: what it is worth at period end.

        Args:
            item: Row of the balance sheet.
            value: Its worth at the end of each period.
        """
        self._note(self.assets, item, value)

    def owes(self, item: str, value: Expr) -> None:
        """A liability: what is owed at period end.

        Args:
            item: Row of the balance sheet.
            value: What is owed at the end of each period.
        """
        self._note(self.liabilities, item, value)

    def earns(self, item: str, amount: Expr) -> None:
        """Income beside revenue, cost and interest; negative when it is a loss.

        Args:
            item: Row of the income statement.
            amount: Money of each period.
        """
        self._note(self.other_income, item, amount)

    def taxes(self, amount: Expr, entity: str) -> None:
        """Income that is taxable beside sales, support and cost; negative when it is deductible.

        Args:
            amount: Money of each period.
            entity: The company that is taxed.
        """
        self._note(self.taxed, entity, amount)

    def cash_of(self, party: str) -> tuple[Expr, Expr]:
        """What a party is paid and what it brings in, as noted so far.

        Args:
            party: Whose cash it is.
        """
        return add(self.paid.get(party, [])), add(self.received.get(party, []))

    def read(self, name: str) -> dict[str, Expr]:
        """One of the tables, each item added up; nothing may join it afterwards.

        Args:
            name: Name of the table.
        """
        self.closed.add(name)
        return {item: add(parts) for item, parts in getattr(self, name).items()}

    def _note(self, table: dict[str, list[Expr]], item: str, amount: Expr) -> None:
        late = [name for name in self.closed if getattr(self, name) is table]
        if late:
            raise ModelError(f"{item} joins {late[0]} of the register after it was read ({place()})")
        table.setdefault(item, []).append(amount)
