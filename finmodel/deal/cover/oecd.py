"""The OECD minimum premium rate as data: coefficients by country risk category and buyer risk category.

Rates are shares of the principal, so 0.2 % a year stands as 0.002. A row has one number for each country risk category
from 1; a short row ends where the Arrangement rates no such buyer.

Source:  Regulation (EU) 1233/2011, annex VI, as of 31 December 2023 (country risk); annex VI of TAD/PG(2023)7, OECD
         Arrangement on Officially Supported Export Credits, July 2023 (all else, as read from one public calculator).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.cover.terms import OecdPremium
from finmodel.kernel.expr import Given
from finmodel.kernel.units import unit

_REGULATION = "Regulation (EU) 1233/2011, annex VI, as of 2023-12-31"
_ARRANGEMENT = "OECD Arrangement, TAD/PG(2023)7, annex VI, by way of one public calculator"

_COUNTRY_RISK = (0.0009, 0.002, 0.0035, 0.0055, 0.0074, 0.009, 0.011)
_CONSTANT = (0.0035, 0.0035, 0.0035, 0.0035, 0.0075, 0.012, 0.018)
_FULL_COVER = (0.0, 0.00337, 0.00489, 0.01639, 0.03657, 0.05878, 0.08598)
_SOVEREIGN = (0.0,) * len(_COUNTRY_RISK)
BUYER_RISK = {
    "SOV+": _SOVEREIGN,
    "SOV": _SOVEREIGN,
    "CC0": _SOVEREIGN,
    "CC1": (0.0011, 0.0012, 0.0011, 0.001, 0.001, 0.001, 0.00125),
    "CC2": (0.002, 0.00212, 0.00223, 0.00234, 0.00246, 0.00258, 0.00271),
    "CC3": (0.0027, 0.0032, 0.0032, 0.0035, 0.0038, 0.0048),
    "CC4": (0.00405, 0.00459, 0.00495, 0.0054, 0.00621),
    "CC5": (0.0063, 0.00675, 0.0072, 0.0081),
}
_QUALITY = {
    "below": (0.9965, 0.9935, 0.985, 0.9825, 0.9825, 0.98, 0.98),
    "standard": (1.0,) * len(_COUNTRY_RISK),
    "above": (1.0035, 1.0065, 1.015, 1.0175, 1.0175, 1.02, 1.02),
}
_BETTER_THAN_SOVEREIGN = 0.9


def _given(id: str, value: float, of: str, label: str, source: str = _ARRANGEMENT) -> Given:
    return Given(id, value, unit(of), label, where=source, source=source)


HALF = _given("oecd.half", 0.5, "ratio", "Weight of the drawing years in the horizon of risk")
QUARTER = _given("oecd.quarter", 0.25, "year", "What the average life of half-yearly instalments adds to half the term")
STANDARD_COVER = _given("oecd.standard_cover", 0.95, "ratio", "Share of cover that the rates are for")
BEYOND_STANDARD = _given("oecd.beyond_standard", 0.05, "ratio", "From the standard share of cover to full cover")
TERM_FROM = _given("oecd.term_from", 10.0, "year", "Horizon beyond which the term is adjusted for")
TERM_STEP = _given("oecd.term_step", 0.018, "1/year", "Term adjustment a year")
TERM_MOST = _given("oecd.term_most", 0.15, "ratio", "Term adjustment, at most")


@dataclass(frozen=True)
class Coefficients:
    """What one country and one buyer put into the formula: the letters a, b, c, QPF, k (of PCF) and BTSF of annex VI.

    `country_risk` and `buyer_risk` are shares of the principal a year, `constant` is a share of it.
    """

    country_risk: Given
    constant: Given
    buyer_risk: Given
    quality: Given
    full_cover: Given
    better_than_sovereign: Given


def has_buyer_risk(terms: OecdPremium) -> bool:
    """Whether the Arrangement rates buyers of this category in this country."""
    return terms.country_category.number <= len(BUYER_RISK[terms.buyer_category or "SOV"])


def coefficients(section: str, terms: OecdPremium) -> Coefficients:
    """The coefficients of a cover, as inputs whose ids start with `section`; the category is from 1 to 7."""
    at = round(terms.country_category.number) - 1
    buyer = terms.buyer_category or "SOV"
    better = _BETTER_THAN_SOVEREIGN if buyer == "SOV+" else 1.0

    def given(name: str, value: float, of: str, label: str, source: str = _ARRANGEMENT) -> Given:
        return _given(f"{section}.{name}", value, of, f"{label}, country category {at + 1}", source)

    return Coefficients(
        country_risk=given("country_risk", _COUNTRY_RISK[at], "1/year", "Country risk", _REGULATION),
        constant=given("constant", _CONSTANT[at], "ratio", "Constant", _REGULATION),
        buyer_risk=given("buyer_risk", BUYER_RISK[buyer][at], "1/year", f"Buyer risk {buyer}"),
        quality=given("quality_factor", _QUALITY[terms.quality][at], "ratio", f"Quality of product, {terms.quality}"),
        full_cover=given("full_cover", _FULL_COVER[at], "ratio", "Added at full cover"),
        better_than_sovereign=given("better_than_sovereign", better, "ratio", f"Better than sovereign, {buyer}"),
    )
