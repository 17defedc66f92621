"""Where support ends, as the engine found it: parties with and without support, pro rata, public cost, unit costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from finmodel.kernel.units import CURRENCIES
from finmodel.present.numbers import DUST
from finmodel.present.pages.government import COMPARED
from finmodel.public_money.account import PRO_RATA, WITH_WITHOUT, Government
from finmodel.public_money.public_cost import Amount, net_cost, unit_costs
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOTAL, UNIT, Page
from finmodel.workbook.pages import blocks
from finmodel.workbook.pages.static import belongs, figure
from finmodel.workbook.theme import format_of

COLUMNS = (LABEL, NOTE, UNIT, CONSTANT, TOTAL, FIRST, FIRST + 1)
LEFT = range(LABEL, FIRST + 2)
NAME, VALUE, MEASURE, MEANING = (FIRST + 3 + offset for offset in (0, 4, 5, 7))
LAST = MEANING + 7
RIGHT = range(NAME, LAST + 1)
Figures = tuple[float | None, ...]


def incidence(book: Book, page: Page, account: Government, row: int) -> None:
    """Write the tables, from a row on: parties on the left, figures with their meaning on the right.

    Args:
        row: First row of the sheet to write.
    """
    say = book.say
    question = say("Does the account below belong to the inputs as they stand?")
    belongs(book, page, row, question, book.cases[book.live - 1].name)
    left = _parties(book, page, account, row + 2)
    _with_and_without(book, page, account, left + 1)
    right = _amounts(book, page, row + 2, say("Public net cost, present value"), net_cost(account.analysis))
    right = _amounts(book, page, right + 1, say("Unit costs"), unit_costs(account.analysis, account.domestic))
    _amounts(book, page, right + 1, say("Outcome"), account.outcome_rows)


def _parties(book: Book, page: Page, account: Government, row: int) -> int:
    """Each party's part of the net support under two definitions, which are named below."""
    say, now, nominal = book.say, account.analysis.present, account.analysis.nominal
    titles = ("Top-up", "Give-back", "Net", "Share", "Nominal", "Pro rata")
    texts = dict(zip(COLUMNS[1:], map(say, titles), strict=True))
    title = say("Where support ends, {currency} m: as the engine found it", currency=account.currency)
    blocks.head(page, row, {LABEL: title, **texts}, LEFT)
    came, amounts = float(account.traced.came.sum()), account.traced.amounts.sum(axis=0)
    found: list[tuple[str, Figures]] = []
    for at, who in enumerate(account.deal.parties):
        figures = (now.top_up[at], now.give_back[at], now.all[at], nominal.all[at], amounts[at])
        if who.funder or all(abs(value) <= DUST for value in figures):
            continue
        share = None if now.shares is None else float(now.shares[at])
        tagged = float(amounts[at]) / came if came else None
        found.append((say(who.label), (*map(float, figures[:3]), share, float(figures[3]), tagged)))
    whole = None if now.shares is None else 1.0
    pooled = float(amounts.sum()) / came if came else None
    sums = (float(now.top_up.sum()), float(now.give_back.sum()), float(now.all.sum()))
    found.append((say("Net support"), (*sums, whole, float(nominal.all.sum()), pooled)))
    formats = ("money", "money", "money", "percent", "money", "percent")
    for at, (label, numbers) in enumerate(found, row + 1):
        _row(page, at, label, numbers, formats)
    row += len(found) + 1
    rate = f"{account.terms.rate.number:.2%}"
    meanings = [say(f"{text}.".capitalize()) for text in (WITH_WITHOUT, PRO_RATA)]
    for at, text in enumerate([*meanings, say("Present values at {rate} to close.", rate=rate)], row):
        page.text(at, LABEL, text, "note")
    return row + len(meanings) + 1


def _with_and_without(book: Book, page: Page, account: Government, row: int) -> int:
    """Named results without support and with it, on the same debt."""
    say, metrics = book.say, book.model.metrics
    money = say.unit(f"{account.currency} m")
    texts = {NOTE: say("Without"), UNIT: say("With"), CONSTANT: say("Change")}
    blocks.head(page, row, {LABEL: say("Without support and with it, debt held"), **texts}, LEFT)
    for name, label in COMPARED:
        pair = account.analysis.metric(name) if name in account.deal.model.metrics else None
        if pair is None:
            continue
        row += 1
        format = format_of(metrics[name].line.unit, name)
        shown = say(label) + (f", {money}" if format == "money" else "")
        _row(page, row, shown, (*pair, pair[1] - pair[0]), (format,) * 3)
    return row + 1


def _amounts(book: Book, page: Page, row: int, title: str, amounts: Iterable[Amount]) -> int:
    """Figures, each with what it means; returns the row below."""
    blocks.head(page, row, {NAME: title, VALUE: book.say("Value"), MEASURE: book.say("Unit")}, RIGHT)
    for one in amounts:
        row += 1
        money = one.unit in CURRENCIES
        blocks.entry(page, row, book.say(one.name), RIGHT)
        figure(page, row, VALUE, one.value, "money" if money else "percent" if one.unit == "ratio" else "amount")
        unit = f"{one.unit} m" if money else "%" if one.unit == "ratio" else one.unit
        page.text(row, MEASURE, book.say.unit(unit), "rownum")
        page.text(row, MEANING, book.say(one.meaning), "row")
    return row + 1


def _row(page: Page, row: int, label: str, numbers: Figures, formats: Sequence[str]) -> None:
    blocks.entry(page, row, label, LEFT)
    for column, value, format in zip(COLUMNS[1:], numbers, formats, strict=False):
        figure(page, row, column, value, format)
