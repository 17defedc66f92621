"""Premium paid once for the life of a loan: its rate, typed or by the OECD formula, and the dates on which it is paid.

Sign:    the premium is positive.
Timing:  upfront at financial close, in the first period, without refund; or the same total in equal parts, without
         interest, on every payment date up to the last repayment. Average life is measured at the ends of periods.
Source:  minimum premium rate, OECD Arrangement on Officially Supported Export Credits, annex VI (Regulation (EU)
         1233/2011): {(a·HOR + b)·max(PCC, PCP)/0.95·(1 − LCF) + c·PCC/0.95·HOR·(1 − CEF)}·QPF·PCF·BTSF·(1 − TERM), of
         the principal. The horizon of risk HOR is half the drawing years and the repayment years; these are
         (average life − 0.25)/0.5, which for equal half-yearly instalments is the years from completion to the last.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.cover import oecd
from finmodel.deal.cover.oecd import Coefficients
from finmodel.deal.cover.terms import Cover, OecdPremium
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Const, Expr, hi, lo, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO, YEAR


@dataclass(frozen=True, eq=False, repr=False)
class Shares:
    """The covered shares of political and of commercial risk [ratio]: PCP and PCC of the formula."""

    political: Expr
    commercial: Expr


def once(section: Section, terms: Cover, loan: Loan, clock: Clock, data: Coefficients | None) -> Line:
    """Declare the premium on one facility, paid upfront or in instalments [reporting currency per period].

    A typed rate is on the covered commitment. That of the formula, and the benchmark in its place, is on the whole
    commitment: the formula holds the share of cover. `data` has the coefficients of the formula.

    Raises:
        ModelError: The cover has no rate, or the formula no coefficients; the rules of cases refuse the first.
    """
    name, title = loan.id, f"{section.title}, {loan.label}"
    if terms.upfront is not None:
        whole = loan.commitment * terms.share * terms.upfront
    elif terms.oecd is not None and terms.oecd.benchmark is not None:
        whole = loan.commitment * terms.oecd.benchmark
    elif terms.oecd is not None and data is not None:
        whole = loan.commitment * rate(section, terms.oecd, _shares(terms), _horizon(section, loan, clock), data)
    else:
        raise ModelError(f"the cover {terms.label} has neither an upfront premium nor the coefficients of a formula")
    agreed = section.line(f"{name}.whole", f"{title}: Premium, whole", whole)
    paid = clock.first if terms.mode == "upfront" else _parts(section, loan, title)
    return section.line(f"{name}.premium", f"{title}: Premium", agreed * paid)


def rate(section: Section, terms: OecdPremium, shares: Shares, horizon: Line, data: Coefficients) -> Line:
    """Declare the minimum premium rate and its parts beside `horizon` [years]; returns the share of the principal."""
    name = horizon.id.removeprefix(f"{section.name}.").removesuffix(".horizon")
    title = horizon.label.rsplit(":", 1)[0]
    most = section.line(
        f"{name}.most_cover", f"{title}: Higher covered share", hi(shares.political, shares.commercial), RATIO
    )
    country = section.line(
        f"{name}.country_premium",
        f"{title}: Premium for the country",
        (data.country_risk * horizon + data.constant) * most / oecd.STANDARD_COVER * (1 - terms.local_currency),
        RATIO,
    )
    buyer = section.line(
        f"{name}.buyer_premium",
        f"{title}: Premium for the buyer",
        data.buyer_risk * shares.commercial / oecd.STANDARD_COVER * horizon * (1 - terms.credit_enhancement),
        RATIO,
    )
    beyond = hi(0, most - oecd.STANDARD_COVER) / oecd.BEYOND_STANDARD
    label = f"{title}: Percentage of cover factor"
    cover = section.line(f"{name}.cover_factor", label, 1 + beyond * data.full_cover, RATIO)
    factors = data.quality * cover * data.better_than_sovereign * (1 - _term(section, name, title, terms, horizon))
    return section.line(f"{name}.rate", f"{title}: Minimum premium rate", (country + buyer) * factors, RATIO)


def _shares(terms: Cover) -> Shares:
    """Shares by risk; the one share where a risk has none of its own."""
    political, commercial = (terms.share if own is None else own for own in (terms.political, terms.commercial))
    return Shares(political, commercial)


def _horizon(section: Section, loan: Loan, clock: Clock) -> Line:
    """Horizon of risk [years]: half of drawing, and repayment counted by the average life after completion."""
    name, title = loan.id, f"{section.title}, {loan.label}"
    drawing = section.line(f"{name}.drawing", f"{title}: Drawing, years", ~clock.due * clock.years, YEAR)
    weighted = section.line(f"{name}.weighted", f"{title}: Life", loan.schedule * clock.operation_years, YEAR)
    life = section.line(
        f"{name}.average_life",
        f"{title}: Average life from completion",
        ratio(total(weighted), total(loan.schedule)),
        YEAR,
    )
    return section.line(
        f"{name}.horizon",
        f"{title}: Horizon of risk",
        oecd.HALF * total(drawing) + (life - oecd.QUARTER) / oecd.HALF,
        YEAR,
    )


def _term(section: Section, name: str, title: str, terms: OecdPremium, horizon: Line) -> Expr:
    """Discount for a term beyond ten years, for speculative grade alone."""
    if not terms.speculative:
        return Const(0)
    step = lo(oecd.TERM_MOST, hi(0, horizon - oecd.TERM_FROM) * oecd.TERM_STEP)
    return section.line(f"{name}.term_adjustment", f"{title}: Term adjustment", step, RATIO)


def _parts(section: Section, loan: Loan, title: str) -> Expr:
    """Equal parts on the payment dates up to the last repayment."""
    repaid = loan.instalment.prev
    date = section.flag(
        f"{loan.id}.premium_date", f"{title}: Premium date", loan.pays & (repaid < loan.terms.instalments)
    )
    return section.line(f"{loan.id}.part", f"{title}: Part of the premium", ratio(date, total(date)), RATIO)
