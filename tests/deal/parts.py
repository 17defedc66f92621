"""Clauses that several tests lay over the tiny loan: sizing by cash, a second lender, a buyer, a floor of a state."""

from __future__ import annotations

from finmodel.public_money.incidence import Deal
from finmodel.run.results import Results

UNSIZED = 'remove = ["sizing.amount"]\n[facility.jbic]\nprofile = "sculpted"\n'
"""The tiny loan, sized by its cash: 15 / 1.30 in each of eight half-years."""

STATE = """
[programme.state]
label    = "Programme"
payer    = "State"
budget   = "100 million USD/year"
envelope = "1,000 million USD"
year_end = "December"
[support.floor]
label     = "Floor"
programme = "state"
contract  = "buyer"
price     = "oxide"
floor     = "50 USD/kg"
quantity  = "1,000 t/year"
start     = 2028-01-01
end       = 2032-12-31
"""
"""Under the buyer's contract: a floor of 50 USD/kg, 10 above the index, from a budget that is ample."""


def buyer(measure: str = 'quantity = "1,000 t/year"', more: str = "") -> str:
    """A contract over all operations, on a quantity or a share."""
    rows = f'label = "Buyer"\nproducts = ["oxide"]\n{measure}\nstart = 2028-01-01\nterm = "60 months"\n{more}\n'
    return f"[offtake.buyer]\n{rows}"


def second_lender(rate: str = "8 % p.a.", day_count: str = "months") -> str:
    """The tiny loan with 40 % of its debt from a bank, on its dates and in its instalments."""
    return f"""
[facility.jbic]
share = "60 %"
[facility.bank]
label          = "Bank loan"
lender         = "Example bank"
country        = "Example"
rank           = "senior"
share          = "40 %"
rate           = "{rate}"
day_count      = "{day_count}"
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 8
profile        = "equal"
"""


def public(result: Results) -> Deal:
    """A run as the account of public money reads it."""
    return Deal(result.model, result.values, result.given, result.case.tables)
