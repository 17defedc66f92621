"""The government's account of a run, as tables: how support is spent, what it costs the public, and where it ends.

    government(result).years          programme and fiscal year: budget, entitlement, paid, unmet, given back
    government(result).ledger         contract, product and period
    government(result).bodies         every public body and instrument
    government(result).incidence      parties, with/without, in two layers
    government(result).by_date        each payment to parties (Aumann-Shapley)
    government(result).instruments    Shapley over public instruments
    government(result).pro_rata       the second view: tagged cash
    government(result).net_cost, .unit_costs, .outcome

Each is a pandas frame with units in `attrs["units"]` and its definition in `attrs["definition"]`, made when asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from finmodel.deal.support.public_bodies import government_terms
from finmodel.kernel.errors import UsageError
from finmodel.kernel.timeline import MONTH_NAMES, shown_year
from finmodel.public_money.incidence import Deal, Incidence
from finmodel.public_money.instruments import Shapley, shapley
from finmodel.public_money.ledger import YEAR_COLUMNS, fiscal_month, ledger_rows, year_rows
from finmodel.public_money.outcome import domestic, outcome, stock
from finmodel.public_money.public_cost import Amount, net_cost, unit_costs
from finmodel.public_money.tracing import Traced, trace

if TYPE_CHECKING:
    import pandas as pd

    from finmodel.run.results import Results

WITH_WITHOUT = "with/without: present value of a party's cash with support less without; debt, schedule, volumes held"
BY_DATE = "Aumann-Shapley: each payment scaled along the diagonal; rows are payments, columns the with/without result"
INSTRUMENTS = "Shapley: mean over all orders of what an instrument adds; rows add up to nothing over all parties"
PRO_RATA = "pro rata: each period's cash is one pool; cash from accounts carries the tag of what is in them"


def government(result: Results) -> Government:
    """The government's account of a run: how support is spent, what it costs the public, and where it ends.

    Computed when first asked for, and kept with the run.

    Raises:
        UsageError: The case has no price support.
    """
    if not result.case.tables.support:
        raise UsageError("the case has no price support, so there is no account of where it ends")
    account = result.views.setdefault("government", Government(result))
    assert isinstance(account, Government)
    return account


class Government:
    """The government's account of one run."""

    def __init__(self, result: Results) -> None:
        self.result = result
        self.deal = Deal(result.model, result.values, result.given, result.case.tables)
        self.terms = government_terms(self.deal.tables)
        self.currency = self.deal.tables.currency

    @property
    def domestic(self) -> list[str]:
        """The contracts that count as supply at home."""
        return domestic(self.deal)

    @property
    def fiscal_years(self) -> list[str]:
        """Name in print of each period's fiscal year, by the calendar of the programmes if they agree, or the deal."""
        timeline = self.deal.model.timeline
        months = {fiscal_month(self.deal, terms) for terms in self.deal.tables.support.values()}
        month = months.pop() if len(months) == 1 else timeline.year_end
        return [timeline.fiscal_year(period.last_day, month) for period in timeline.periods]

    def shown_year(self, programme: str, key: str) -> str:
        """Name in print of a fiscal year of a programme, or of the deal without one, by its name in the tables.

        Args:
            programme: Name of a programme, or "".
            key: Name in the tables, such as FY2027.
        """
        terms = self.deal.tables.programme.get(programme)
        timeline = self.deal.model.timeline
        month = timeline.year_end if terms is None else MONTH_NAMES.index(terms.year_end) + 1
        return shown_year(key, timeline.named_by(month))

    @property
    def outcome_rows(self) -> list[Amount]:
        """What support is for, as figures."""
        return outcome(self.deal)

    @property
    def stock(self) -> list[Amount]:
        """What public stockpiles bought, paid, sold and still hold; nothing without one."""
        return stock(self.deal)

    def contracts(self, programme: str) -> list[str]:
        """The contracts that a programme pays.

        Args:
            programme: Name of the programme.
        """
        return [id for id, terms in self.deal.tables.support.items() if terms.programme == programme]

    @cached_property
    def analysis(self) -> Incidence:
        """The numbers behind the tables."""
        return Incidence(self.deal, self.terms.rate.number)

    @cached_property
    def traced(self) -> Traced:
        """Tagged cash by period and party."""
        return trace(self.deal)

    @cached_property
    def shapley(self) -> Shapley:
        """What each instrument does to each party."""
        return shapley(self.deal, self.terms.rate.number)

    @cached_property
    def years(self) -> pd.DataFrame:
        """Each programme's account by its fiscal year, in its own currency and as reported."""
        rows = year_rows(self.deal)
        return _frame(rows, "cash and commitments by fiscal year of the programme", _units(rows), YEAR_COLUMNS)

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Each contract's account by product and period."""
        rows = ledger_rows(self.deal)
        return _frame(rows, "shared by products in proportion to the tonnes that count", _units(rows))

    @cached_property
    def bodies(self) -> pd.DataFrame:
        """What each public body pays and receives, by instrument."""
        factors, rows = self.deal.factors(self.terms.rate.number), []
        for who in self.deal.parties:
            if not who.public:
                continue
            flow = np.broadcast_to(self.deal.values[f"party.{who.id}"], factors.shape)
            paid, received = float(-flow[flow < 0].sum()), float(flow[flow > 0].sum())
            row: dict[str, Any] = {"party": who.id, "label": who.label, "body": who.holder, "country": who.country}
            row |= {"instrument": who.instrument, "paid": paid, "received": received, "net": received - paid}
            rows.append(row | {"net_present_value": float(factors @ flow)})
        return _frame(rows, "cash of public bodies; present value at government.rate", dict.fromkeys(
            ("paid", "received", "net", "net_present_value"), self.currency))  # fmt: skip

    @cached_property
    def incidence(self) -> pd.DataFrame:
        """Where support ends, with/without: present value in two layers, share of the net, and nominal."""
        now, nominal = self.analysis.present, self.analysis.nominal
        rows = []
        for at, who in enumerate(self.deal.parties):
            if who.funder:
                continue
            row: dict[str, Any] = {"party": who.id, "label": who.label, "holder": who.holder, "public": who.public}
            row |= {"country": who.country, "top_up": now.top_up[at], "give_back": now.give_back[at]}
            share = None if now.shares is None else now.shares[at]
            rows.append(row | {"total": now.all[at], "share": share, "nominal": nominal.all[at]})
        units = dict.fromkeys(("top_up", "give_back", "total", "nominal"), self.currency)
        return _frame(rows, WITH_WITHOUT, {**units, "share": "ratio"})

    @cached_property
    def by_date(self) -> pd.DataFrame:
        """Each payment to parties: one row a payment, one column a party; the spread residual in `attrs`."""
        import pandas as pd

        dated, labels = self.analysis.by_date, self.deal.model.timeline.labels
        index = pd.MultiIndex.from_tuples(
            [(labels[t], kind) for t, kind in dated.dates], names=["earned_in", "payment"]
        )
        keep = [at for at, who in enumerate(self.deal.parties) if not who.funder]
        names = [self.deal.parties[at].id for at in keep]
        frame = pd.DataFrame(dated.amounts[:, keep], index=index, columns=names)
        frame.attrs["units"] = dict.fromkeys(names, self.currency)
        frame.attrs["definition"] = BY_DATE
        frame.attrs["residual"] = dict(zip(names, dated.residual[keep].tolist(), strict=True))
        return frame

    @cached_property
    def instruments(self) -> pd.DataFrame:
        """What each instrument does to each party; what the case does not have is in `attrs["left_out"]`."""
        import pandas as pd

        found = self.shapley
        names = [who.id for who in self.deal.parties]
        frame = pd.DataFrame(found.amounts, index=[one.name for one in found.instruments], columns=names)
        frame.attrs["units"] = dict.fromkeys(names, self.currency)
        frame.attrs["definition"] = INSTRUMENTS
        frame.attrs["left_out"] = dict(found.left_out)
        return frame

    @cached_property
    def pro_rata(self) -> pd.DataFrame:
        """Tagged support by party, nominal and as a share; what accounts still hold at the end is theirs."""
        amounts, total = self.traced.amounts.sum(axis=0), float(self.traced.came.sum())
        rows = [
            {"party": who.id, "label": who.label, "amount": amounts[at], "share": amounts[at] / (total or np.nan)}
            for at, who in enumerate(self.deal.parties)
        ]
        return _frame(rows, PRO_RATA, {"amount": self.currency, "share": "ratio"})

    @property
    def net_cost(self) -> pd.DataFrame:
        """What support costs the public sector as a whole."""
        return _amounts(net_cost(self.analysis))

    @property
    def unit_costs(self) -> pd.DataFrame:
        """Net support per unit of what it is for, and crowding-in."""
        return _amounts(unit_costs(self.analysis, self.domestic))

    @property
    def outcome(self) -> pd.DataFrame:
        """What support is for, as far as the case states the inputs."""
        return _amounts(self.outcome_rows)


def _frame(
    rows: Sequence[dict[str, Any]], definition: str, units: dict[str, str], columns: Sequence[str] = ()
) -> pd.DataFrame:
    """A table; `columns` are those of one without rows."""
    import pandas as pd

    frame = pd.DataFrame(list(rows)) if rows else pd.DataFrame(columns=list(columns))
    frame.attrs["units"], frame.attrs["definition"] = units, definition
    return frame


def _units(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Own-currency columns are in the currency of the row's programme."""
    names = {name for row in rows for name in row if name.endswith("_own")}
    return dict.fromkeys(sorted(names), "currency of the programme (column currency)")


def _amounts(amounts: Sequence[Amount]) -> pd.DataFrame:
    rows = [{"name": one.name, "value": one.value, "unit": one.unit, "meaning": one.meaning} for one in amounts]
    return _frame(rows, "each row says how it is reckoned", {})
