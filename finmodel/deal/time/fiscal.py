"""How fiscal years are named: by the calendar year of their start, of their end, or by both.

Japan says FY2026 from April 2026, the United States from October 2025; Australia, Britain and Canada write 2025-26.
"""

from __future__ import annotations

from finmodel.deal.schema import CaseTables
from finmodel.deal.support.public_bodies import government_terms
from finmodel.kernel.timeline import MONTH_NAMES, NamedBy

OTHERS: NamedBy = "end"
BY_COUNTRY: dict[str, NamedBy] = {
    "japan": "start",
    "united states": "end",
    "united states of america": "end",
    "usa": "end",
    "us": "end",
    "australia": "both",
    "canada": "both",
    "united kingdom": "both",
    "great britain": "both",
    "uk": "both",
}


def year_names(case: CaseTables) -> tuple[NamedBy, ...]:
    """How fiscal years are named, for each month (January first) in which they may end.

    As `timeline.year_named_by` says; else as the countries do whose years end in that month: of the companies that are
    taxed by such years and, if a programme's budget has them, of the government. Where these name years differently,
    or nobody has such years, as the borrower's country does.
    """
    stated = case.timeline.year_named_by
    if stated is not None:
        return (stated,) * len(MONTH_NAMES)
    home = _usual(next((entity.country for entity in case.entity.values() if entity.borrower), ""))
    return tuple(_named(case, month, home) for month in MONTH_NAMES)


def _named(case: CaseTables, month: str, home: NamedBy) -> NamedBy:
    found = {_usual(entity.country) for entity in case.entity.values() if entity.tax_year_end == month}
    if any(programme.year_end == month for programme in case.programme.values()):
        found.add(_usual(government_terms(case).country))
    return found.pop() if len(found) == 1 else home


def _usual(country: str) -> NamedBy:
    return BY_COUNTRY.get(country.casefold().strip(), OTHERS)
