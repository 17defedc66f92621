"""Terms of public lenders that hold for every deal, as inputs with their source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.deal.loans.terms import Facility
from finmodel.kernel.expr import Given
from finmodel.kernel.units import RATIO

_STANDARD = "JBIC, standard conditions of loans, 2024-03-15 (https://www.jbic.go.jp/ja/support-menu/standard.html)"
_LIMIT = "JBIC, outline of overseas loans, 2015-04-01; seen in resource deals"

JBIC_STANDARD = Given("policy.jbic_standard", 0.6, RATIO, "JBIC's standard share", where="policy", source=_STANDARD)
JBIC_LIMIT = Given("policy.jbic_limit", 0.7, RATIO, "JBIC's largest share", where="policy", source=_LIMIT)


def is_jbic(name: str, facility: Facility) -> bool:
    """Whether a facility is a loan of JBIC.

    Args:
        name: Name of the facility.
    """
    return facility.country == "Japan" and (name == "jbic" or "JBIC" in facility.lender)


def counted(names: Sequence[str], facilities: Mapping[str, Facility]) -> list[str]:
    """The senior facilities that JBIC's share is taken of: those named and JBIC's own, or all.

    Args:
        names: Facilities that a key lists.
        facilities: Name → terms.
    """
    return [
        name for name, loan in facilities.items() if loan.sized and (not names or name in names or is_jbic(name, loan))
    ]
