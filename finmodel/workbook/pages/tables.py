"""Tables that the summary and the term sheet share; every number in them is live. Each returns the next free row."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.present.annual import owner_lines
from finmodel.present.pages.finance import USES
from finmodel.present.pages.results import COVER, RETURNS, own_results
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, LABEL, NOTE, TOTAL, UNIT, Page
from finmodel.workbook.pages import blocks
from finmodel.workbook.references import References
from finmodel.workbook.theme import format_of, unit_text

ALL = blocks.ALL
DUST = 1e-9  # what adding leaves behind, of the total


def key_results(book: Book, page: Page, refs: References, row: int) -> int:
    """Named results with their units.

    Args:
        row: First row of the sheet to write.
    """
    blocks.head(page, row, {LABEL: book.say("Key results"), CONSTANT: book.say("Value"), TOTAL: book.say("Unit")}, ALL)
    for label, name in (*RETURNS, *COVER, *own_results(book.model)):
        if name not in book.model.metrics:
            continue
        row += 1
        line = book.model.metrics[name].line
        format = format_of(line.unit, name)
        blocks.entry(page, row, book.say(label))
        page.formula(row, CONSTANT, refs.link(line), "rownum", format)
        unit = shown_unit(str(line.unit), unit_text(line.unit, format), format)
        page.text(row, TOTAL, book.say.unit(unit), "rownum")
    return row + 2


def shown_unit(unit: str, text: str, format: str) -> str:
    """A unit as bankers write it."""
    if unit == "1/year":
        return "% p.a."
    return {"times": "x", "percent": "%"}.get(format, text)


def uses(book: Book, page: Page, refs: References, row: int) -> int:
    """Uses of funds in construction.

    Args:
        row: First row of the sheet to write.
    """
    tables = book.case.tables
    items = [(book.say.named(terms), f"capex.{name}.spent") for name, terms in tables.capex.items()]
    items += [(book.say(label), id) for label, id in USES]
    formulas = [(label, refs.total(book.model.lines[id])) for label, id in items if _happens(book, id)]
    return _funds(book, page, row, (book.say("Uses"), book.say("Other uses")), formulas)


def sources(book: Book, page: Page, refs: References, row: int) -> int:
    """Sources of funds in construction.

    Args:
        row: First row of the sheet to write.
    """
    return _funds(book, page, row, (book.say("Sources"), book.say("Other sources")), list(_sources(book, refs)))


def _sources(book: Book, refs: References) -> Iterator[tuple[str, str]]:
    lines, tables = book.model.lines, book.case.tables
    if _happens(book, "funding.grants_received"):
        grants, surplus = (refs.total(lines[f"funding.{name}"]) for name in ("grants_received", "surplus"))
        yield book.say("Grants"), f"{grants}-{surplus}"
    for name, loan in tables.facility.items():
        if f"funding.draw.{name}" in lines:
            yield book.say.named(loan), refs.total(lines[f"funding.draw.{name}"])
    for name, owner in tables.equity.items():
        if f"equity.{name}.paid_in" in lines:
            yield book.say.named(owner), refs.total(lines[f"equity.{name}.paid_in"])


def _happens(book: Book, id: str) -> bool:
    """Whether the model has a line and it is not nothing in every case of the switch, as far as is known."""
    values = book.result.values.get(id)
    return isinstance(values, list) and any(values)


def _funds(book: Book, page: Page, row: int, words: tuple[str, str], items: list[tuple[str, str]]) -> int:
    """Items, what is left of the total, and the total; shares beside."""
    refs = References(book.layout, page.name, book.count)
    texts = {LABEL: words[0], CONSTANT: book.say.unit(f"{book.currency} m"), TOTAL: book.say("Share")}
    blocks.head(page, row, texts, ALL)
    last = row + len(items) + 2
    whole = refs.total(book.model.lines["funding.uses"])
    for at, (label, formula) in enumerate(items, row + 1):
        blocks.entry(page, at, label)
        page.formula(at, CONSTANT, formula, "rownum", "money")
    blocks.entry(page, last - 1, words[1])
    rest = f"$E${last}-SUM($E${row + 1}:$E${last - 2})"
    dust = f"{refs.const(DUST)}*$E${last}"
    page.formula(last - 1, CONSTANT, f"IF(ABS({rest})>{dust},{rest},0)", "rownum", "money")
    blocks.total(page, last, book.say("Total"))
    page.formula(last, CONSTANT, whole, "rowtotal", "money")
    for at in range(row + 1, last + 1):
        style = "rowtotal" if at == last else "rownum"
        page.formula(at, TOTAL, f"IF($E${last}=0,0,$E{at}/$E${last})", style, "percent")
    return last + 2


def facilities(book: Book, page: Page, refs: References, row: int) -> int:
    """Each facility: what is drawn, its rate, and the day of its last repayment.

    Args:
        row: First row of the sheet to write.
    """
    lines, terms = book.model.lines, book.case.tables.facility
    known = [name for name in terms if f"facility.{name}.drawn" in lines]
    if not known:
        return row
    say = book.say
    texts = {
        LABEL: say("Facility"),
        UNIT: say("{c} m drawn", c=book.currency),
        CONSTANT: say("Rate"),
        TOTAL: say("Repaid"),
    }
    blocks.head(page, row, texts, ALL)
    for name in known:
        row += 1
        blocks.entry(page, row, book.say.named(terms[name]))
        page.formula(row, UNIT, refs.total(lines[f"facility.{name}.drawn"]), "rownum", "money")
        page.formula(row, CONSTANT, highest(book, refs, f"facility.{name}.rate"), "rownum", "percent")
        page.formula(row, TOTAL, last_date(book, refs, name), "rownum", "date")
    return row + 2


def owners(book: Book, page: Page, refs: References, row: int) -> int:
    """Each class of owners: paid in, received, and its return.

    Args:
        row: First row of the sheet to write.
    """
    lines, terms = book.model.lines, book.case.tables.equity
    known = [name for name in terms if f"equity.{name}.paid_in" in lines]
    if not known:
        return row
    say, money = book.say, book.say.unit(f"{book.currency} m")
    texts = {LABEL: say("Owners, {money}", money=money), NOTE: say("Paid in"), UNIT: say("Received"),
             CONSTANT: say("Multiple"), TOTAL: say("IRR")}  # fmt: skip
    blocks.head(page, row, texts, ALL)
    for name in known:
        row += 1
        blocks.entry(page, row, book.say.named(terms[name]))
        for column, id in zip((NOTE, UNIT), owner_lines(lines, name), strict=True):
            page.formula(row, column, refs.total(lines[id]), "rownum", "money")
        for column, metric, format in ((CONSTANT, "equity_multiple", "times"), (TOTAL, "equity_irr", "percent")):
            if f"{metric}.{name}" in book.model.metrics:
                link = refs.link(book.model.metrics[f"{metric}.{name}"].line)
                page.formula(row, column, link, "rownum", format)
    return row + 2


def highest(book: Book, refs: References, id: str) -> str:
    """The highest value of a line, or the number that it is."""
    line = book.model.lines[id]
    return f"MAX({refs.row(line)})" if line.series else refs.link(line)


def first_date(book: Book, refs: References, facility: str) -> str:
    """The day of a facility's first repayment."""
    flags, days = _dates(book, refs, facility)
    return f'IFERROR(INDEX({days},1,MATCH(1,{flags},0)),"n/a")'


def last_date(book: Book, refs: References, facility: str) -> str:
    """The day of a facility's last repayment."""
    flags, days = _dates(book, refs, facility)
    return f'IF(SUM({flags})=0,"n/a",SUMPRODUCT(MAX({flags}*{days})))'


def _dates(book: Book, refs: References, facility: str) -> tuple[str, str]:
    lines = book.model.lines
    return refs.row(lines[f"facility.{facility}.repayment_date"]), refs.row(lines["time.last_day"])


def checks(book: Book, page: Page, refs: References, row: int) -> int:
    """The verdict, and how many checks of each class fail.

    Args:
        row: First row of the sheet to write.
    """
    from finmodel.workbook.pages.checks import FAILED_ALERTS
    from finmodel.workbook.pages.header import FAILED_ERRORS
    from finmodel.workbook.pages.inputs import CHANGED

    say = book.say
    blocks.head(page, row, {LABEL: say("Checks"), TOTAL: say("Failing")}, ALL)
    rows = (
        (say("Errors"), f"Checks!$E${FAILED_ERRORS}"),
        (say("Alerts"), f"Checks!$E${FAILED_ALERTS}"),
        (say("Inputs changed since written"), f"Inputs!$E${CHANGED}"),
    )
    for label, formula in rows:
        row += 1
        blocks.entry(page, row, label)
        page.formula(row, TOTAL, formula, "verdict", "count")
        page.verdicts.append(f"F{row}")
    return row + 2
