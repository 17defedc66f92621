"""Clauses of a random deal whose keys only make sense together, each one a function that adds them to the tree."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.random_deals.skeleton import Frame, last

Tree = dict[str, Any]
Kit = Callable[[Random, Frame, Tree], None]
SHARE = 0.18  # how often each clause is drawn


def outfit(rng: Random, frame: Frame, tree: Tree) -> None:
    """Add some of the clauses."""
    for kit in KITS:
        if rng.random() < SHARE:
            kit(rng, frame, tree)


def _money(amount: float, frame: Frame, per: str = "") -> str:
    scale = 150 if frame.currency == "JPY" else 1
    return (
        f"{amount * scale:.0f} {frame.currency}{per}"
        if amount >= 1e4
        else f"{amount * scale:.6g} {frame.currency}{per}"
    )


def _at(frame: Frame, periods: int) -> Any:
    return frame.start(frame.built + periods)


def _end(frame: Frame, periods: int) -> Any:
    return last(frame, frame.built + periods)


def _first(tree: Tree, table: str) -> str:
    return next(iter(tree[table]))


def _floating(rng: Random, frame: Frame, tree: Tree) -> None:
    loan = tree["facility"]["senior_1"]
    del loan["rate"]
    loan.update(curve="base", margin="1.5 % p.a.", commitment_fee="0.4 % p.a.")
    if rng.random() < 0.7:
        loan.update(hedged=f"{rng.choice([50, 75, 100])} %", swap_rate="3.4 % p.a.")


def _foreign_loan(rng: Random, frame: Frame, tree: Tree) -> None:
    loan = tree["facility"][list(tree["facility"])[-1]]
    loan.update(currency="AUD" if frame.currency == "USD" else "USD", own_schedule=loan["rank"] == "senior")
    loan["profile"] = "equal" if loan["rank"] != "bridge" else "bullet"
    loan["exchange_tax"] = rng.choice(["accrued", "none"])
    if not loan["own_schedule"]:
        del loan["own_schedule"]


def _own_table(rng: Random, frame: Frame, tree: Tree) -> None:
    if "senior_2" not in tree["facility"]:
        return
    loan = tree["facility"]["senior_2"]
    loan.update(own_schedule=True, profile="table")
    loan.pop("instalments", None)
    loan.pop("grace", None)
    days = [_year_end(frame, 2 + number) for number in range(4)]
    loan["table"] = {day.isoformat(): "25 %" for day in days}


def _year_end(frame: Frame, year: int) -> Any:
    """The last day of a December of operations."""
    return last(frame, frame.built + year * 12 // frame.months - 1)


def _refinancing(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["facility"]["takes_over"] = {
        "label": "Refinancing",
        "lender": "Bank",
        "country": "Japan",
        "rank": "senior",
        "refinances": ["senior_1"],
        "drawn_on": _year_end(frame, 3),
        "rate": "3 % p.a.",
        "grace": "0 months",
        "amount": _money(8e6, frame),
        "payment_months": tree["facility"]["senior_1"]["payment_months"],
        "instalments": 4,
        "profile": "equal",
    }


def _bridge(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["facility"]["bridge"] = {
        "label": "Bridge loan",
        "lender": "JBIC",
        "country": "Japan",
        "rank": "bridge",
        "amount": _money(5e6, frame),
        "rate": "4 % p.a.",
        "payment_months": ["December"],
        "profile": "bullet",
        "takeout": last(
            frame, frame.built - 1 if frame.months == 12 else frame.built - 12 // frame.months - 1 + 6 // frame.months
        ),
    }


def _standby(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["facility"]["standby"] = {
        "label": "Standby loan",
        "lender": "Bank",
        "country": "Japan",
        "rank": "senior",
        "standby": True,
        "amount": _money(20e6, frame),
        "rate": "7 % p.a.",
        "grace": "12 months",
        "payment_months": tree["facility"]["senior_1"]["payment_months"],
        "instalments": 4,
        "profile": "equal",
    }
    tree["funding"] = {"overrun_debt": "50 %", "standby_equity": _money(20e6, frame)}


def _deferral(rng: Random, frame: Frame, tree: Tree) -> None:
    loan = tree["facility"][rng.choice(list(tree["facility"]))]
    loan["deferred"] = {
        frame.start(0).isoformat(): "0 %",
        _at(frame, 2).isoformat(): "50 %",
        _at(frame, 4).isoformat(): "0 %",
    }
    loan["forgiven"] = {_year_end(frame, 4).isoformat(): "30 %"}


def _shareholder_loan(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["facility"]["owners"] = {
        "label": "Shareholder loan",
        "lender": "Owner",
        "country": "Australia",
        "rank": "shareholder",
        "owner": "class_1",
        "amount": _money(5e6, frame),
        "rate": "8 % p.a.",
        "capitalise": True,
        "payment_months": ["December"],
        "instalments": 5,
        "profile": "equal",
        "grace": "24 months",
    }


def _repo(rng: Random, frame: Frame, tree: Tree) -> None:
    good = _first(tree, "product")
    tree["product"][good]["stock_days"] = "60 days"
    floating = rng.random() < 0.5
    tree["repo"] = {
        "warehouse": {
            "label": "Warehouse receipts",
            "lender": "Trader",
            "products": [good],
            "advance": "70 %",
            "basis": rng.choice(["market", "cost"]),
            **({"curve": "base", "margin": "2 % p.a."} if floating else {"rate": "5 % p.a."}),
            **({"guarantor": "JOGMEC", "guarantee_fee": "0.4 % p.a."} if rng.random() < 0.5 else {}),
            **({"tenor": f"{frame.months} months"} if rng.random() < 0.5 else {}),
        }
    }


def _line(rng: Random, frame: Frame, tree: Tree) -> None:
    base = rng.choice(["receivable", "stock", "both"])
    tree["product"][_first(tree, "product")].update(stock_days="30 days", payment_days="30 days")
    tree["credit_line"] = {
        "line": {
            "label": "Line of working capital",
            "lender": "Bank",
            "limit": _money(10e6, frame),
            "base": base,
            "advance": "80 %",
            "draws": rng.choice(["base", "shortfall"]),
            **({"curve": "base", "margin": "2 % p.a."} if rng.random() < 0.5 else {"rate": "5 % p.a."}),
            "commitment_fee": "0.5 % p.a.",
        }
    }
    if tree["credit_line"]["line"]["draws"] == "shortfall":
        tree["credit_line"]["line"]["keep"] = _money(1e6, frame)


def _cover(rng: Random, frame: Frame, tree: Tree) -> None:
    terms: Tree = {
        "label": "Cover",
        "facilities": ["senior_1"],
        "mode": rng.choice(["annual", "upfront", "instalments"]),
    }
    terms["share"] = "90 %"
    if terms["mode"] == "annual":
        terms["premium"] = "0.6 % p.a."
    elif rng.random() < 0.6:
        terms["upfront"] = "4 %"
    else:
        terms.update(political="97.5 %", commercial="90 %")
        terms["oecd"] = {
            "country_category": rng.randint(1, 7),
            "buyer_category": rng.choice(["SOV", "CC0", "CC2", "CC4"]),
            "quality": rng.choice(["below", "above"]),
            "credit_enhancement": "10 %",
            "speculative": rng.random() < 0.5,
            "local_currency": "5 %",
        }
        if rng.random() < 0.4:
            terms["oecd"] = {"country_category": 0, "benchmark": "3 %"}
    if rng.random() < 0.6:
        terms.update(waiting=f"{max(frame.months, 6)} months", recovery_cost="10 %")
    tree["cover"] = {"insurer": terms}


def _event(rng: Random, frame: Frame, tree: Tree) -> None:
    kind = rng.choice(["expropriation", "transfer_stop", "export_ban", "political_force_majeure", "commercial_default"])
    terms: Tree = {
        "label": "Event",
        "kind": kind,
        "start": _at(frame, 2),
        "duration": f"{2 * frame.months} months",
        "share": "60 %",
    }
    if kind != "transfer_stop" and rng.random() < 0.7:
        terms["nodes"] = [_first(tree, "node")]
    tree["event"] = {"shock": terms}


def _subsidy(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["subsidy"] = {
        "green": {
            "label": "Green subsidy",
            "payer": "METI",
            "node": "plant_1",
            "per_kg": _money(1.5, frame, "/kg"),
            "inflation": "general",
            "start": _at(frame, 0),
            "end": _end(frame, 48 // frame.months - 1),
            "ceiling": _money(12e6, frame),
            "lag": f"{frame.months} months",
            "taxable": rng.random() < 0.5,
        }
    }


def _incentive(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["entity"]["company_1"]["incentive"] = {
        "share": "10 %",
        "eligible": "85 %",
        "start": _at(frame, 0),
        "end": _end(frame, 60 // frame.months - 1),
        "lag": "12 months",
    }
    tree["cost"]["variable"]["incentive"] = True


def _credit(rng: Random, frame: Frame, tree: Tree) -> None:
    refundable = rng.random() < 0.5
    terms: Tree = {"share": "20 %", "eligible": "80 %", "refundable": refundable}
    terms.update({"lag": "12 months"} if refundable else {"limit": "60 %", "years": "10 years"})
    tree["entity"]["company_1"]["investment_credit"] = terms


def _regime(rng: Random, frame: Frame, tree: Tree) -> None:
    entity = tree["entity"]["company_1"]
    entity["currency"] = "JPY" if frame.currency == "JPY" else "AUD"
    entity["regime"] = "japan_2026" if frame.currency == "JPY" else "australia_2026"
    for key in ("tax_year_end", "tax_rate", "depreciation"):
        if rng.random() < 0.5:
            entity.pop(key, None)


def _interest_limit(rng: Random, frame: Frame, tree: Tree) -> None:
    entity = tree["entity"]["company_1"]
    entity.update(
        interest_limit="20 %",
        interest_years="7 years",
        interest_minimum=f"1 million {entity['currency']}/year",
        loss_years="8 years",
    )


def _withheld(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["entity"]["company_1"]["withholding"] = {"interest": "10 %", "dividend": "5 %"}
    tree["facility"]["senior_1"].update(withholding="interest", gross_up=rng.random() < 0.5)
    tree["equity"]["class_1"]["withholding"] = "dividend"


def _by_product(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["price"]["minor"] = {"label": "Minor index", "vat": "excluded", "deck": _money(20, frame, "/kg")}
    tree["product"]["minor"] = {"label": "By-product", "price": "minor", "spot_discount": "5 %"}
    tree["node"]["plant_1"]["by_products"] = {"minor": "0.2x"}


def _upside(rng: Random, frame: Frame, tree: Tree) -> None:
    terms = tree["offtake"]["contract_1"]
    terms.update(share_strike=_money(30, frame, "/kg"), upside_share="30 %", upside_cap=_money(5e6, frame, "/year"))


def _sales_clauses(rng: Random, frame: Frame, tree: Tree) -> None:
    terms = tree["offtake"]["contract_1"]
    if "quantity" not in terms:
        return
    drawn = rng.choice(
        [
            {"carry_forward": "20 %", "carry_forward_years": "2 years"},
            {"deliver_or_pay": "90 %", "shortfall_damages": "20 %", "damages_cap": _money(2e6, frame, "/year")},
            {"make_up_years": "3 years", "make_up_tail": "2 years", "make_up_top_up": True},
            {"make_up_extra": True, "tax_deferred": False},
            {"untaken_stock": "100 t"},
            {"total_quantity": "4000 t"},
            {"default_date": _at(frame, 4), "default_loss": "50 %"},
            {"floor": _money(35, frame, "/kg"), "impute_support": True},
        ]
    )
    terms.update(drawn)
    terms.setdefault("take_or_pay", "80 %")


def _scrap(rng: Random, frame: Frame, tree: Tree) -> None:
    bought = tree["node"]["plant_1"]["buys"]["good_1"]
    bought.update(
        rebate=_money(0.8, frame, "/kg"), rebate_share="60 %", recycled="40 %", floor=_money(10, frame, "/kg")
    )


def _designated(rng: Random, frame: Frame, tree: Tree) -> None:
    support = tree.get("support", {}).get("top_up")
    if support is not None and "floor" in support:
        support.update(basis="designated", designated="80 %", opening_stock="50 t")
        if rng.random() < 0.5:
            support.update(stock_cap="300 t", release_above=_money(150, frame, "/kg"))


def _claw_back(rng: Random, frame: Frame, tree: Tree) -> None:
    support = tree.get("support", {}).get("top_up")
    if support is None:
        return
    support["share"] = "40 %"
    if "ebitda_floor" in support:
        support["ebitda_cap"] = _money(60e6, frame, "/year")
    elif "revenue_floor" in support:
        support["revenue_cap"] = _money(90e6, frame, "/year")
    else:
        support["strike"] = _money(60, frame, "/kg")
    if rng.random() < 0.5:
        support["share_cap"] = _money(3e6, frame, "/year")
    if rng.random() < 0.5:
        support["repayable"] = True
    support["share_start"] = _at(frame, 12 // frame.months)


def _second_support(rng: Random, frame: Frame, tree: Tree) -> None:
    """Two contracts on one budget, served by rank."""
    if "support" not in tree or len(tree["offtake"]) < 2:
        return
    first = tree["support"]["top_up"]
    other = next(name for name in tree["offtake"] if name != first["contract"])
    second = {**first, "label": "Second support", "contract": other, "price": tree["offtake"][other]["products"][0]}
    tree["support"]["second"] = {**second, "priority": 2, "lag": f"{frame.months} months"}


def _budget(rng: Random, frame: Frame, tree: Tree) -> None:
    if "programme" not in tree:
        return
    tree["programme"]["scheme"].update(carry_over=True, cumulative=True, unmet="carry")
    if rng.random() < 0.4:
        tree["programme"]["scheme"].update(revolving=True, budget_basis="payment")


def _paid_by_buyer(rng: Random, frame: Frame, tree: Tree) -> None:
    if "support" in tree and "floor" in tree["support"]["top_up"]:
        tree["support"]["top_up"]["payer"] = "offtaker"
        if rng.random() < 0.5:
            tree["support"]["top_up"]["resale_loss"] = "programme"
        else:
            del tree["support"]["top_up"]["programme"]


def _windows(rng: Random, frame: Frame, tree: Tree) -> None:
    support = tree.get("support", {}).get("top_up")
    if support is not None:
        windows = ["calendar_year", "fiscal_year", "contract_year"] + (["quarter"] if frame.months < 3 else [])
        support.update(
            window=rng.choice(windows), advances=rng.random() < 0.5, averaging=rng.choice(["volume", "time"])
        )


def _yields(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["returns"] = {"npv_rate": "7 % p.a.", "guess": "10 % p.a."}
    tree["extra_lines"] = {"half_of_sales": "sales.billed / 2"}


def _grant(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["grant"] = {
        "capital": {
            "label": "Grant",
            "payer": "METI",
            "capex": "plant_1",
            "share": "30 %",
            "eligible": "90 %",
            "ceiling": _money(10e6, frame),
            "lag": f"{rng.choice([0, 1]) * frame.months} months",
            "start": frame.start(0),
            "end": last(frame, frame.built),
            "accounting": rng.choice(["basis", "income"]),
            "claw_back": {"basis": rng.choice(["distributions", "profit"]), "share": "10 %", "years": "6 years"},
        }
    }


def _reserves(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["reserve"] = {"dsra": {"months": rng.choice(["6 months", "12 months"]), "interest": "1 % p.a."}}
    if frame.months == 12:
        tree["reserve"]["dsra"]["months"] = "12 months"
    if rng.random() < 0.4:
        tree["reserve"]["dsra"].update(form="letter_of_credit", fee="1 % p.a.", rate="5 % p.a.")
        del tree["reserve"]["dsra"]["interest"]
    elif rng.random() < 0.5:
        tree["reserve"]["dsra"]["final_instalment"] = True


def _upkeep(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["capex"]["plant_1"]["sustaining"] = {"share": "2 % p.a.", "start": _at(frame, 2), "inflation": "general"}
    saved: Tree = {"months": "12 months"} if rng.random() < 0.5 else {"target": _money(1e6, frame)}
    tree.setdefault("reserve", {})["maintenance"] = {**saved, "interest": "1 % p.a."}


def _closing(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["closure"] = {
        "entity": "company_1",
        "cost": _money(4e6, frame),
        "salvage": _money(1e6, frame),
        "inflation": "general",
        "duration": f"{rng.randint(0, 72)} months",
        "owners_share": f"{rng.randint(0, 100)} %",
    }
    if rng.random() < 0.7:
        fund: Tree = {"interest": "1 % p.a."}
        if rng.random() < 0.5:
            fund["years"] = "4 years"
        tree.setdefault("reserve", {})["rehabilitation"] = fund


def _waterfall(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["waterfall"] = {
        "lockup": "1.10x",
        "default_cover": "1.02x",
        "default_arrears": "30 days",
        "minimum_cash": _money(1e6, frame),
        "contingent_equity": _money(3e6, frame),
        "release_after": 2,
        "distributable": rng.choice(["profit", "profit_and_capital"]),
    }
    if rng.random() < 0.5:
        tree["waterfall"].update(prepay_after=3, first_test="since_completion", cure={"in_a_row": 1, "in_all": 3})
    if rng.random() < 0.5:
        last_steps = ["senior_gate", "mezzanine", "distribution_gate", "shareholder_loans", "distributions"]
        tree["waterfall"]["order"] = ["senior", "sweep", "reserve", *last_steps]
        held = tree["waterfall"]["distributable"] == "profit"
        tree["waterfall"]["forecast"] = "price_held" if held else "projection"


def _sweep(rng: Random, frame: Frame, tree: Tree) -> None:
    sweep: Tree = {"share": f"{rng.randint(20, 80)} %"}
    sweep.update(
        rng.choice(
            [
                {"cover_below": "1.60x"},
                {"cover_above": "1.20x"},
                {"price": _first(tree, "price"), "price_above": _money(40, frame, "/kg")},
                {"start": _at(frame, 2), "end": _end(frame, 8)},
            ]
        )
    )
    tree.setdefault("waterfall", {})["sweep"] = sweep


def _owners(rng: Random, frame: Frame, tree: Tree) -> None:
    if len(tree["equity"]) < 2:
        return
    tree["funding"] = {**tree.get("funding", {}), "initial_cash": _money(2e6, frame), "idc_funded_by": "equity"}
    tree["equity"]["class_1"].update(hurdle="8 % p.a.")
    tree["equity"]["class_2"].update(subordinated=True, hurdle="4 % p.a.", cap="7 % p.a.", catch_up="50 %")


def _exit(rng: Random, frame: Frame, tree: Tree) -> None:
    if len(tree["equity"]) < 2:
        return
    price: Tree = rng.choice([{"multiple": "1.2x"}, {"rate": "9 % p.a."}, {"price": _money(9e6, frame)}])
    buyer: Tree = {"buyer": "class_1"} if rng.random() < 0.5 else {"outside_buyer": "Buyer"}
    tree["equity"]["class_2"]["exit"] = {
        "kind": rng.choice(["put", "call"]),
        "date": _year_end(frame, 5),
        **price,
        **buyer,
    }


def _completion(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["completion"] = {
        "delay": f"{rng.choice([0, 1]) * frame.months} months",
        "longest": "12 months",
        "cost": _money(5e4, frame, "/month"),
        "damages": _money(4e4, frame, "/month"),
        "damages_cap": _money(1e6, frame),
        "long_stop": "12 months",
        "test_output": "50 %",
        "test_months": "12 months",
    }


def _shut(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["shutdown"] = {
        "after": f"{2 * frame.months} months",
        "care": "40 %",
        "price": _first(tree, "price"),
        "restart_above": _money(50, frame, "/kg"),
        "restart_after": f"{frame.months} months",
    }


def _public_bodies(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["government"] = {
        "country": "Japan",
        "rate": "1.5 % p.a.",
        "funding_rate": "1 % p.a.",
        "public_lenders": ["senior_1"],
        "public_owners": ["class_1"],
        "domestic_contracts": ["contract_1"],
    }
    if "cover" in tree:
        tree["government"]["public_insurers"] = ["insurer"]


def _royalty(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["cost"]["royalty"] = {"label": "Royalty", "node": "plant_1", "of_revenue": "3 %"}
    tree["cost"]["office"] = {"label": "Head office", "entity": "company_1", "per_year": _money(4e5, frame, "/year")}


def _books(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["intercompany"] = {"rate": "3 % p.a."}
    tree["capex"]["plant_1"].update(books="output", node="plant_1")


def _limits(rng: Random, frame: Frame, tree: Tree) -> None:
    tree["sizing"].update(rng.choice([{"llcr": "1.40x"}, {"plcr": "1.50x"}, {"limit": _money(60e6, frame)}]))
    if "grant" in tree:
        tree["sizing"]["grants_net"] = True


def _lenders(rng: Random, frame: Frame, tree: Tree) -> None:
    """A case of their own for lenders: lower prices, and support counted."""
    price = _first(tree, "price")
    tree["sizing"]["case"] = {"price": {price: {"premium": "0.9x"}}}
    tree["sizing"]["support"] = "contract"


def _process(rng: Random, frame: Frame, *, own: bool = True) -> Tree:
    kind = rng.choice(["gbm", "schwartz", "jumps"])
    terms: Tree = {"kind": kind, "volatility": "25 %"}
    if kind == "schwartz":
        terms["reversion"] = "50 % p.a."
    if kind == "jumps":
        terms.update(jump_rate="30 % p.a.", jump_mean="0.05x", jump_sd="20 %", reversion="40 % p.a.")
    if rng.random() < 0.4:
        terms["centre"] = rng.choice(["median", "own"] if own else ["mean", "median"])
    if terms.get("centre") == "own":
        terms["start"] = _money(50, frame, "/kg")
        terms.update({"level": _money(55, frame, "/kg")} if kind == "schwartz" else {"drift": "1 % p.a."})
    return terms


def _risk(rng: Random, frame: Frame, tree: Tree) -> None:
    prices = list(tree["price"])
    risk: Tree = {"start": frame.start(0), "label_months": "24 months", "tail": "90 %"}
    risk["price"] = {name: _process(rng, frame) for name in prices}
    if len(prices) > 1:
        risk["correlation"] = {prices[0]: {prices[1]: "40 %"}}
    if rng.random() < 0.5:
        risk["fx"] = {next(iter(tree["fx"])): _process(rng, frame, own=False)}
    if rng.random() < 0.5:
        risk["basis"] = {"contract_1": _process(rng, frame, own=False)}
    if rng.random() < 0.5:
        risk["expected"] = "deck"
        risk["regime"] = {
            "calm": {"label": "Calm", "start": "100 %", "next": {"calm": "96 %", "tight": "4 %"}, "marks": "12 months"},
            "tight": {
                "label": "Tight",
                "label_ja": "逼迫",
                "next": {"calm": "10 %", "tight": "90 %"},
                "price": {prices[0]: "1.4x"},
                "premium": {prices[0]: "1.2x"},
                "demand": {"contract_1": "80 %"},
                "volatility": "1.5x",
            },
        }
    plant = f"node.{_first(tree, 'node')}.availability"
    kinds: Tree = {
        "capex": {"key": "capex.plant_1.amount", "kind": "triangular", "low": "0.9x", "likely": "1.0x", "high": "1.3x"},
        "rate": {"key": "cost.fixed.per_year", "kind": "lognormal", "mean": "1.02x", "sd": "10 %"},
        "variable": {"key": "cost.variable.per_kg", "kind": "uniform", "low": "0.8x", "high": "1.2x"},
        "taken": {
            "key": "product.good_1.spot_discount",
            "kind": "outcomes",
            "outcome": {"low": {"value": "0 %", "chance": "40 %"}, "high": {"value": "10 %", "chance": "60 %"}},
        },
    }
    names = rng.sample(list(kinds), 2)
    risk["driver"] = {name: kinds[name] for name in names}
    if rng.random() < 0.6:
        risk["event"] = {
            "outage": {"key": plant, "hazard": "10 % p.a.", "lasts": f"{frame.months} months", "multiple": "40 %"}
        }
    if "event" in tree:
        tree["event"]["shock"].pop("share", None)
        risk["hazard"] = {"shock": {"rate": "5 % p.a.", "share": "50 %"}}
    tree["risk"] = risk


KITS: tuple[Kit, ...] = (
    _floating,
    _foreign_loan,
    _own_table,
    _refinancing,
    _bridge,
    _standby,
    _deferral,
    _shareholder_loan,
    _repo,
    _line,
    _cover,
    _event,
    _subsidy,
    _incentive,
    _credit,
    _regime,
    _interest_limit,
    _withheld,
    _by_product,
    _upside,
    _sales_clauses,
    _scrap,
    _designated,
    _claw_back,
    _second_support,
    _budget,
    _paid_by_buyer,
    _windows,
    _yields,
    _grant,
    _reserves,
    _upkeep,
    _closing,
    _waterfall,
    _sweep,
    _owners,
    _exit,
    _completion,
    _shut,
    _public_bodies,
    _royalty,
    _books,
    _limits,
    _lenders,
    _risk,
)
