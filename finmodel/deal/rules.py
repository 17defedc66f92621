"""Rules between keys: what no single key can say. Each yields (key, what is wrong, what to write instead).

They run together, so that all their faults are told at once; a rule passes over what another one refuses.
"""

from __future__ import annotations

from finmodel.deal import names
from finmodel.deal.completion import rules as completion
from finmodel.deal.cover import premium_rules
from finmodel.deal.cover import rules as cover
from finmodel.deal.loans import refinancing_rules, schedule_rules
from finmodel.deal.loans import rules as loans
from finmodel.deal.market import rules as market
from finmodel.deal.owners import rules as owners
from finmodel.deal.plant import rules as plant
from finmodel.deal.ruling import Rule
from finmodel.deal.sales import rules as sales
from finmodel.deal.short_term import rules as short_term
from finmodel.deal.shutdown import rules as shutdown
from finmodel.deal.support import public_rules
from finmodel.deal.support import rules as support
from finmodel.deal.time import rules as time
from finmodel.deal.uncertainty import driver_rules
from finmodel.deal.uncertainty import rules as uncertainty
from finmodel.deal.waterfall import rules as waterfall

RULES: list[Rule] = [
    *names.RULES,
    *plant.RULES,
    *sales.RULES,
    *short_term.RULES,
    *shutdown.RULES,
    *market.RULES,
    *support.RULES,
    *public_rules.RULES,
    *time.RULES,
    *loans.RULES,
    *schedule_rules.RULES,
    *refinancing_rules.RULES,
    *completion.RULES,
    *owners.RULES,
    *premium_rules.RULES,
    *uncertainty.RULES,
    *driver_rules.RULES,
    *cover.RULES,
    *waterfall.RULES,
]
