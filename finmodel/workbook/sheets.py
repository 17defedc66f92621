"""The table of sheets: their order, their type, and which sections of a model stand on which.

A star stands for one part of a section's name; what it stood for fills {0} in the name of the sheet. The first pattern
that fits wins. A section that no pattern knows stands on the sheet Other, so no line is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.workbook.cells import Kind

LONGEST = 31


@dataclass(frozen=True)
class SheetRule:
    """A sheet, or one for each name that the star of its patterns stands for."""

    name: str
    title: str
    kind: Kind
    sections: tuple[str, ...] = ()


SHORT = ("short_debt", "credit_line.*", "repo.*")
GOVERNMENT = ("government", "government.*", "incidence.*", "party", "company.*", "lender.*", "support_base")
SHEETS = (
    SheetRule("Cover", "Cover", "control"),
    SheetRule("Guide", "Guide", "control"),
    SheetRule("Summary", "Summary", "presentation"),
    SheetRule("TermSheet", "Term sheet", "presentation"),
    SheetRule("Inputs", "Inputs", "inputs"),
    SheetRule("Series", "Inputs by period", "inputs"),
    SheetRule("Scenarios", "Scenarios", "inputs"),
    SheetRule("ScenarioRows", "Scenarios by period", "inputs"),
    SheetRule("Time", "Time", "workings", ("time",)),
    SheetRule("Prices", "Prices", "workings", ("macro", "curve.*", "price.*", "scale")),
    SheetRule("Events", "Events", "workings", ("events", "event.*", "events_cash", "blocked")),
    SheetRule("Ops_{0}", "Operations: {0}", "workings", ("node.*",)),
    SheetRule("Inventory", "Inventory and working capital", "workings", ("inventory.*", "inventory", "working")),
    SheetRule("Offtake", "Offtake and sales", "workings", ("offtake.*", "spot.*", "sales", "recycling")),
    SheetRule("Support", "Price support", "workings", ("support.*", "support.*.*", "programme.*", "support")),
    SheetRule("Opex", "Operating costs", "workings", ("cost.*", "costs", "operations")),
    SheetRule(
        "Capex",
        "Capital costs and grants",
        "workings",
        ("capex.*", "grant.*", "capex", "subsidy.*", "claw_back", "completion", "closure"),
    ),
    SheetRule("OwnClauses", "Own clauses", "workings", ("own.*", "own.*.*", "own_costs", "own_sales")),
    SheetRule(
        "Tax", "Tax basis and incentives", "workings", ("tax_basis", "taxable", "incentive.*", "investment_credit.*")
    ),
    SheetRule("Tax_{0}", "Tax: {0}", "workings", ("tax.*", "notional_tax.*")),
    SheetRule("Funding", "Funding", "workings", ("funding",)),
    SheetRule("Debt", "Debt", "workings", ("facility.*", "cover.*", "cover", "plan", "sizing", "secured", *SHORT)),
    SheetRule("Reserves", "Accounts and reserves", "workings", ("account", "reserve.*")),
    SheetRule("Waterfall", "Waterfall", "workings", ("cfads", "waterfall", "covenant", "covenant.*")),
    SheetRule("Equity", "Owners", "workings", ("equity.*", "equity", "contributions")),
    SheetRule("FinStat", "Financial statements", "workings", ("income", "balance", "finance_asset")),
    SheetRule("Ratios", "Ratios", "workings", ("ratios",)),
    SheetRule("Returns", "Returns and results", "workings", ("returns", "results")),
    SheetRule("Government", "Government's account: lines", "workings", GOVERNMENT),
    SheetRule("Other", "Other lines", "workings", ("extra",)),
    SheetRule("LongSums", "Long sums, their beginnings", "workings"),
    SheetRule("Annual", "By year", "presentation"),
    SheetRule("GovAccount", "Government's account", "presentation"),
    SheetRule("Sensitivities", "Sensitivities", "presentation"),
    SheetRule("MonteCarlo", "Simulation", "presentation"),
    SheetRule("Checks", "Checks", "control", ("checks",)),
    SheetRule("LineIndex", "Index of lines", "control"),
    SheetRule("ChangeLog", "Change log", "control"),
)
RULES = {rule.name: rule for rule in SHEETS}
_OTHER = "Other"


def rule_of(section: str, products: Mapping[str, str]) -> tuple[SheetRule, str]:
    """The rule of a section's sheet, and the name that its star stands for; products stand with their node."""
    parts = section.split(".")
    if parts[0] == "product" and len(parts) > 1:
        return RULES["Ops_{0}"], products.get(parts[1], parts[1])
    for rule in SHEETS:
        for pattern in rule.sections:
            match = re.fullmatch(re.escape(pattern).replace(r"\*", "([^.]+)"), section)
            if match:
                return rule, match[1] if "{0}" in rule.name else ""
    return RULES[_OTHER], ""


def sheet_name(rule: SheetRule, star: str, taken: Mapping[str, str]) -> str:
    """A name that a workbook takes: at most 31 letters, and unlike every other, whatever the case of letters.

    Args:
        star: What stands for the star.
        taken: Name in lower case → name, of the sheets named so far.
    """
    wanted = re.sub(r"[^A-Za-z0-9_]", "_", rule.name.format(star))[:LONGEST]
    name, number = wanted, 1
    while name.lower() in taken:
        number += 1
        name = f"{wanted[: LONGEST - len(str(number)) - 1]}_{number}"
    return name
