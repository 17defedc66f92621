"""Every clause of sales, stock and short-term finance at once: all faces of its lines give the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import finmodel as fm
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.order import plan
from finmodel.run.results import Results
from finmodel.workbook.write import write_workbook
from tests.deal.fin import FLAGSHIP
from tests.deal.ops import METAL, by_date, read, timeline
from tests.deal.test_contract_clauses import OTHER, YEN, drawn
from tests.deal.test_take_or_pay import BUYER

SHORT = """
[repo.ore]
label = "Ore repo"
lender = "Trade bank"
products = ["ore", "metal"]
advance = "60 %"
rate = "6 % p.a."
tenor = "6 months"
guarantor = "NEXI"
guarantee_fee = "1 % p.a."
limit = "200,000 USD"

[credit_line.bank]
label = "Line"
lender = "House bank"
limit = "300,000 USD"
base = "both"
advance = "80 %"
keep = "900,000 USD"
rate = "7 % p.a."
commitment_fee = "1 % p.a."
"""


def everything(folder: Path) -> Results:
    """The mine and its metal plant with every clause in use, in half-years, under prices that move."""
    keys = {
        **drawn(0),
        "make_up_extra": "true",
        "make_up_tail": '"1 year"',
        "tax_deferred": "true",
        "currency": '"JPY"',
    }
    keys |= {
        "default_date": "2031-07-01",
        "default_loss": '"40 %"',
        "payment_days": '"75 days"',
    }
    allowed = by_date({"2028-01-01": "100 %", "2029-07-01": "50 %", "2030-01-01": "100 %"})
    keys |= {"deliver_or_pay": '"100 %"', "untaken_stock": '"5 t"', "licence": allowed}
    keys |= {"make_up_years": '"1 year"'}
    rows = "".join(f"{key} = {value}\n" for key, value in keys.items())
    table = BUYER.replace('take_or_pay = "90 %"\n', "").replace("48 months", "30 months") + rows
    table = table.replace('quantity = "100 t/year"', 'quantity = "60 t/year"')
    steps = {"2028-01-01": "1.2x", "2029-07-01": "0.7x", "2030-07-01": "1.6x", "2031-07-01": "0.9x"}
    licence = by_date({"2028-01-01": "100 %", "2031-01-01": "0 %", "2031-07-01": "100 %"})
    reserve = OTHER + 'buys_below = "9 USD/kg"\nfloor = "9 USD/kg"\ntotal_quantity = "40 t"\n'
    goods = (
        f"[product.ore]\nlicence = {licence}\n"
        f'[product.ore.stock_days]\n2028-01-01 = "60 days"\n2031-01-01 = "20 days"\n'
        f"[price.ore]\npremium = {by_date(steps)}\n"
        '[capex.mine]\namount = "3 million USD"\n[node.mine]\nnameplate = "160 t/year"\nrecovery = "90 %"\n'
        '[node.mine.buys.ore]\nrecycled = "30 %"\nrebate = "1 USD/kg"\nrebate_share = "70 %"\n'
    )
    metal = METAL.replace('"50 t/year"', '"20 t/year"').replace("fee = ", 'stock_days = "45 days"\nfee = ')
    return fm.run(read(folder, timeline("half") + table + reserve + goods + metal + YEN + SHORT))


def test_every_clause_is_in_use_at_once_and_the_deal_passes_its_checks(tmp_path: Path) -> None:
    """Each of these lines is not nothing somewhere: none of the clauses is idle in the tests below."""
    result = everything(tmp_path)
    used = (
        "offtake.buyer.make_up_used", "offtake.buyer.make_up_extra", "offtake.buyer.make_up_expired",
        "offtake.buyer.force_majeure_lost", "offtake.buyer.untaken.closing", "offtake.buyer.not_delivered",
        "offtake.buyer.make_up_top_up", "offtake.other.delivered", "working.written_off",
        "working.net_exchange.offtake.buyer.ore", "offtake.buyer.ore.waiting.closing", "product.ore.held_back",
        "node.mine.rebate_share.ore", "recycling.recycled", "repo.ore.margin_call", "repo.ore.repaid_on_sale",
        "repo.ore.guarantee_fee", "credit_line.bank.drawn", "credit_line.bank.repaid",
    )  # fmt: skip

    assert [id for id in used if not np.any(np.abs(np.asarray(result[id])) > 1e-9)] == []
    assert result.passed


def test_the_interpreter_and_the_face_over_paths_agree_with_the_numbers(tmp_path: Path) -> None:
    result = everything(tmp_path)
    order = plan(result.model)
    reference = interpret(result.model, order, result.given)
    ids = [line.id for line in order.order]
    inputs = {id: np.array(value)[..., None] * np.ones(3) for id, value in result.given.items()}
    over = compile_kernel(result.model, order, ids, None, paths=True).run(inputs, {}, 3)

    assert [id for id in ids if not np.array_equal(reference[id], result.values[id], equal_nan=True)] == []
    for id in ids:
        got, want = np.broadcast_arrays(over[id], np.array(result.values[id])[..., None])
        assert np.allclose(got, want, rtol=1e-12, atol=1e-6, equal_nan=True), id


def test_the_workbook_with_every_clause_is_certified(tmp_path: Path) -> None:
    """It is recalculated by another program under scenarios and changes of inputs; a difference would raise."""
    certificate = write_workbook(everything(tmp_path), tmp_path / "all.xlsx", quick=True)

    assert certificate.largest < 1e-9


def test_a_case_that_uses_none_of_the_clauses_has_none_of_their_lines() -> None:
    """What is not there costs nothing: the flagship declares no line of any of them.

    Force majeure is not among them: its shares are values with a default, and always factors.
    """
    names: tuple[str, ...] = ("defaulted", "tail", "alive", "carry_forward", "untaken", "not_delivered", "made_up")
    names += ("make_up_extra", "make_up_top_up", "buying", "held_back", "rebate", "written_off", "net_exchange")
    ids = [id for id in fm.run(fm.load(FLAGSHIP)).model.lines if not id.startswith(("ratios.", "sizing.", "checks."))]

    assert [id for id in ids if set(names) & set(id.split("."))] == []
    assert [id for id in ids if id.startswith(("recycling.", "repo.", "credit_line.", "short_debt."))] == []
