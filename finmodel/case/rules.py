"""Rules between keys: what no single key can say. Each yields (key, what is wrong, what to write instead).

They run together, so that all their faults are told at once; a rule passes over what another one refuses.
"""

from __future__ import annotations

from finmodel.case import (
    rules_chain,
    rules_completion,
    rules_cover,
    rules_debt,
    rules_drivers,
    rules_equity,
    rules_finance,
    rules_money,
    rules_names,
    rules_public,
    rules_refinancing,
    rules_risk,
    rules_sales,
    rules_schedule,
    rules_short,
    rules_shutdown,
    rules_support,
    rules_time,
    rules_waterfall,
)
from finmodel.case.rules_common import Rule

RULES: list[Rule] = [
    *rules_names.RULES,
    *rules_chain.RULES,
    *rules_sales.RULES,
    *rules_short.RULES,
    *rules_shutdown.RULES,
    *rules_money.RULES,
    *rules_support.RULES,
    *rules_public.RULES,
    *rules_time.RULES,
    *rules_debt.RULES,
    *rules_schedule.RULES,
    *rules_refinancing.RULES,
    *rules_completion.RULES,
    *rules_equity.RULES,
    *rules_finance.RULES,
    *rules_risk.RULES,
    *rules_drivers.RULES,
    *rules_cover.RULES,
    *rules_waterfall.RULES,
]
