"""The skeleton of a random deal: a chain of plants with contracts, support, debt and owners that could be signed."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

Tree = dict[str, Any]
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Frame:
    """The calendar of a deal: its first year, the months of a period, and how long it is built and operates."""

    year: int
    months: int
    built: int
    operated: int
    currency: str

    def start(self, period: int) -> date:
        """The first day of a period, counted from close."""
        return _month(self.year, period * self.months)

    @property
    def year_ends(self) -> list[str]:
        """The months in which a period ends."""
        return [calendar.month_name[month] for month in range(self.months, 13, self.months)]

    def day(self, rng: Random) -> date:
        """The first day of some period of operations."""
        return self.start(rng.randint(self.built, self.built + self.operated - 2))

    def last_day(self, rng: Random) -> date:
        """The last day of some period of operations."""
        return last(self, rng.randint(self.built + 1, self.built + self.operated - 2))


def _month(year: int, months: int) -> date:
    return date(year + months // 12, months % 12 + 1, 1)


def last(frame: Frame, period: int) -> date:
    """The last day of a period."""
    start = _month(frame.year, (period + 1) * frame.months - 1)
    return start.replace(day=calendar.monthrange(start.year, start.month)[1])


def skeleton(rng: Random) -> tuple[Frame, Tree]:
    """A calendar, and a tree that the reader accepts and that sizes debt more often than not."""
    frequency = rng.choice(["quarter", "half", "half", "year", "year"])
    months = MONTHS[frequency]
    frame = Frame(2027, months, 24 // months, rng.randint(8, 14) * 12 // months, rng.choice(["USD", "USD", "JPY"]))
    plants = rng.randint(1, 2)
    goods = [f"good_{number}" for number in range(1, plants + 1)]
    tonnes = rng.randint(8, 40) * 100.0
    price = rng.uniform(40, 120) * (150 if frame.currency == "JPY" else 1)
    tree: Tree = {"name": "A random deal", "currency": frame.currency}
    tree["timeline"] = {
        "frequency": frequency,
        "financial_close": frame.start(0),
        "construction": "24 months",
        "operations": f"{frame.operated * months} months",
        "wind_up": "72 months",
    }
    tree["inflation"] = {"general": {"rate": f"{rng.uniform(0, 3):.2f} % p.a.", "base": date(2026, 12, 31)}}
    foreign = "AUD" if frame.currency == "USD" else "USD"
    rate = "0.0067 USD/JPY" if frame.currency == "JPY" else "1.4 AUD/USD"
    tree["fx"] = {f"{foreign}_per_{frame.currency}".lower(): rate}
    tree["curve"] = {"base": "3 % p.a."}
    tree["price"] = _prices(rng, goods, price, frame)
    tree["entity"] = _entities(rng, plants, foreign, frame)
    tree["product"] = {good: {"label": good.replace("_", " ").title(), "price": good} for good in goods}
    tree["node"] = _nodes(rng, goods, tonnes)
    _sales(rng, tree, goods, tonnes, price, frame)
    revenue = tonnes * 1000 * price
    tree["cost"] = {
        "fixed": {"label": "Fixed cost", "node": "plant_1", "per_year": _money(revenue * 0.12, frame, "/year")},
        "variable": {"label": "Variable cost", "node": "plant_1", "per_kg": _money(price * 0.08, frame, "/kg")},
    }
    tree["capex"] = {
        f"plant_{number}": {
            "label": f"Plant {number}",
            "entity": f"company_{number}",
            "amount": _money(revenue * rng.uniform(1.0, 2.2) / number, frame),
            "profile": [f"{100 / frame.built:.12g} %"] * frame.built,
        }
        for number in range(1, plants + 1)
    }
    _debt(rng, tree, revenue, frame)
    shares = ["100 %"] if rng.random() < 0.4 else ["60 %", "40 %"]
    tree["equity"] = {
        f"class_{number}": {"label": f"Class {number}", "holder": f"Owner {number}", "share": share}
        for number, share in enumerate(shares, 1)
    }
    return frame, tree


def _money(amount: float, frame: Frame, per: str = "") -> str:
    return f"{amount:.6g} {frame.currency}{per}" if amount < 1e6 else f"{amount:.0f} {frame.currency}{per}"


def _prices(rng: Random, goods: list[str], price: float, frame: Frame) -> Tree:
    found: Tree = {}
    for number, good in enumerate(goods):
        deck: object = _money(price * (1 + 0.5 * number), frame, "/kg")
        if rng.random() < 0.4:
            later = frame.start(frame.built + 3).isoformat()
            deck = {frame.start(0).isoformat(): deck, later: _money(price * rng.uniform(0.7, 1.3), frame, "/kg")}
        found[good] = {"label": f"Index {number + 1}", "vat": "excluded", "deck": deck}
    return found


def _entities(rng: Random, plants: int, foreign: str, frame: Frame) -> Tree:
    found: Tree = {}
    for number in range(1, plants + 1):
        home = number == 1
        found[f"company_{number}"] = {
            "label": f"Company {number}",
            "country": "Australia" if home else "Japan",
            "currency": frame.currency if home or rng.random() < 0.5 else foreign,
            "tax_year_end": rng.choice(["December", "June"] if frame.months <= 6 else ["December"]),
            "tax_rate": f"{rng.choice([25, 30, 31.52])} %",
            "depreciation": {"method": rng.choice(["straight", "declining"]), "life": f"{rng.randint(5, 20)} years"},
        }
    found["company_1"]["borrower"] = True
    return found


def _nodes(rng: Random, goods: list[str], tonnes: float) -> Tree:
    found: Tree = {}
    for number, good in enumerate(goods, 1):
        node: Tree = {
            "label": f"Plant of {good}",
            "entity": f"company_{number}",
            "product": good,
            "nameplate": f"{tonnes / number:.0f} t/year",
            "availability": f"{rng.randint(85, 97)} %",
        }
        if number == 1:
            node["buys"] = {good: {"payable": f"{rng.randint(0, 35)} %"}}
        else:
            node["takes"] = {"node": f"plant_{number - 1}", "product": goods[number - 2], "per_product": "1.1x"}
        found[f"plant_{number}"] = node
    return found


def _sales(rng: Random, tree: Tree, goods: list[str], tonnes: float, price: float, frame: Frame) -> None:
    """Contracts on the goods, and support of one of them from a budget or from its buyer."""
    offtake: Tree = {}
    for number in range(1, rng.randint(1, 2) + 1):
        terms: Tree = {
            "label": f"Contract {number}",
            "products": rng.sample(goods, rng.randint(1, len(goods))),
            "start": frame.start(frame.built),
            "term": f"{rng.randint(5, 8) * 12} months",
        }
        if rng.random() < 0.7:
            terms["quantity"] = f"{tonnes * rng.uniform(0.2, 0.6):.0f} t/year"
            terms["take_or_pay"] = f"{rng.choice([0, 50, 80, 90])} %"
            terms["demand"] = f"{rng.choice([60, 80, 100])} %"
        else:
            terms["share"] = f"{rng.randint(20, 45)} %"
        offtake[f"contract_{number}"] = terms
    tree["offtake"] = offtake
    if rng.random() < 0.75:
        budget = tonnes * price * 1000 * rng.uniform(0.02, 0.3)
        end = 12 if frame.months == 12 else 3
        tree["programme"] = {
            "scheme": {
                "label": "Scheme",
                "payer": "METI",
                "budget": _money(budget, frame, "/year"),
                "year_end": "March" if end == 3 else "December",
                "envelope": _money(budget * 5, frame),
            }
        }
        measure = rng.choice(["floor", "floor", "premium", "revenue_floor", "ebitda_floor", "capacity_payment"])
        value = {
            "floor": _money(price * rng.uniform(0.8, 1.3), frame, "/kg"),
            "premium": _money(price * 0.1, frame, "/kg"),
        }.get(measure, _money(tonnes * price * 1000 * rng.uniform(0.1, 0.6), frame, "/year"))
        contract = rng.choice(list(offtake))
        tree["support"] = {
            "top_up": {
                "label": "Support",
                "programme": "scheme",
                "contract": contract,
                "price": offtake[contract]["products"][0],
                measure: value,
                "quantity": f"{tonnes * rng.uniform(0.1, 0.5):.0f} t/year",
                "start": frame.start(frame.built),
                "end": last(frame, frame.built + 60 // frame.months - 1),
            }
        }


def _debt(rng: Random, tree: Tree, revenue: float, frame: Frame) -> None:
    """Senior loans that share a schedule, perhaps one of a lower rank, and how they are sized."""
    months = ["December"] if frame.months == 12 or rng.random() < 0.3 else ["June", "December"]
    profile = rng.choice(["sculpted", "sculpted", "annuity", "equal", "sum_of_digits"])
    common = {
        "country": "Japan",
        "payment_months": months,
        "instalments": rng.randint(4, 6) * len(months),
        "profile": profile,
        "grace": "12 months",
    }
    shares = ["100 %"] if rng.random() < 0.5 else ["60 %", "40 %"]
    loans: Tree = {}
    for number, share in enumerate(shares, 1):
        loans[f"senior_{number}"] = {
            "label": f"Senior loan {number}",
            "lender": "Bank",
            "rank": "senior",
            "share": share,
            "rate": f"{rng.uniform(3, 6):.2f} % p.a.",
            **common,
        }
    if rng.random() < 0.5:
        loans["junior"] = {
            "label": "Junior loan",
            "lender": "Fund",
            "country": "Japan",
            "rank": rng.choice(["mezzanine", "mezzanine", "shareholder", "bridge"]),
            "amount": _money(revenue * 0.08, frame),
            "rate": "9 % p.a.",
            "payment_months": months,
            "instalments": 4 * len(months),
            "profile": "equal",
            "grace": "12 months",
        }
        if loans["junior"]["rank"] == "bridge":
            loans["junior"].update(profile="bullet")
            del loans["junior"]["instalments"], loans["junior"]["grace"]
        if loans["junior"]["rank"] == "mezzanine" and len(shares) > 1:
            loans["junior"]["pik_rate"] = "11 % p.a."
    tree["facility"] = loans
    tree["sizing"] = {
        "gearing_cap": f"{rng.randint(40, 70)} %",
        "dscr_contracted": f"{rng.uniform(1.2, 1.5):.2f}x",
        "dscr_merchant": f"{rng.uniform(1.4, 2.0):.2f}x",
    }
