"""Guide: how to read the workbook, how to change it, what its colours mean."""

from __future__ import annotations

from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, LABEL, NOTE, TOP, Page
from finmodel.workbook.pages.header import band, header

READ = (
    "Every line of the model is one row with one formula over all periods; sheet LineIndex lists them with their keys.",
    "A line is the positive amount that its label names; only lines called net may be negative, in brackets.",
    "Money is held in full and shown in millions; inputs of money are typed in full.",
    "Flows fall on the last day of a period. Narrow columns hold what stands before the first period and beyond the",
    "last one. A dash is nothing; n/a is a ratio that is not tested on that date.",
)
CHANGE = (
    "Choose the live case on sheet Scenarios. An empty cell there is as in the base case; a number overrides it.",
    "Edit blue cells on yellow, on Inputs, Series and Scenarios. Sheet Inputs counts what has moved since.",
    "Purple cells were solved: size of debt, schedule, reserve. Their targets and residuals are live lines.",
    "When an input that debt was sized on moves, sheet Checks turns amber: put the change into a case file and run",
    "finmodel workbook again.",
    "finmodel import FILE.xlsx --onto CASE -o NEW makes a case of what was edited on Inputs and Series.",
    "finmodel audit FILE.xlsx checks the rules of this workbook; what is accepted stands here, if anything is, under",
    "Waived rule, Where, Reason.",
    "Names: in_<key> for every input, out_<result> for every result, Check_Master for the number of errors.",
)
COLOURS = (
    ("input", "Input: may be changed"),
    ("fixed", "Shapes the lines, or a convention: change it in a case file"),
    ("solved", "Solved by the engine"),
    ("calc", "Formula"),
    ("link", "Link to another sheet"),
    ("closing", "Closing balance"),
    ("total", "Total over time"),
    ("stamp", "As the engine had it when the file was written"),
)
TABS = (("control", "grey"), ("inputs", "yellow"), ("workings", "navy"), ("presentation", "green"))


def fill(book: Book, page: Page) -> bool:
    """Write the guide."""
    header(book, page)
    page.freeze, page.one_page = "", True
    page.widths |= {LABEL: 90, NOTE: 20}
    row = TOP
    for title, texts in (("How to read it", READ), ("How to change it", CHANGE)):
        band(page, row, book.say(title), CONSTANT)
        for at, text in enumerate(texts, row + 1):
            page.text(at, LABEL, book.say(text))
        row += len(texts) + 2
    band(page, row, book.say("Colours"), CONSTANT)
    for at, (style, text) in enumerate(COLOURS, row + 1):
        page.text(at, LABEL, book.say(text))
        page.text(at, NOTE, book.say("example"), style)
    row += len(COLOURS) + 2
    band(page, row, book.say("Tabs"), CONSTANT)
    for at, (kind, colour) in enumerate(TABS, row + 1):
        page.text(at, LABEL, book.say("{kind}: {colour}", kind=book.say(kind.capitalize()), colour=book.say(colour)))
    return True
