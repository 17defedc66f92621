"""A report as HTML: what a case says stays text, tables are those of the terminal, and nothing is fetched."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from finmodel.kernel.errors import ModelError
from finmodel.present.grid import grid, strong
from finmodel.present.html import POLICY, Block, Folded, Picture, Report, Section, document

HOSTILE = "<script>alert(\"1\")</script> & 'x' \u202e \x07"


class Page(HTMLParser):
    """Tags, texts and attributes of a page; it complains of a tag that is closed out of turn."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and any(tag in ("td", "th") for tag in self.open):
            self.cells[-1] += data


def made(*blocks: Block, title: str = "Deal") -> str:
    return document(
        Report(title, Group(Text(title)), [("Equity IRR", "12 %")], [Section("a", "Part", blocks)], ["foot"])
    )


def test_what_a_case_says_stays_text_everywhere():
    table = grid(HOSTILE, (HOSTILE, HOSTILE), [(HOSTILE, HOSTILE)])
    text = made(table, Text(HOSTILE), Picture(b"<svg/>", HOSTILE), Folded(HOSTILE, [table]), title=HOSTILE)
    page = Page(text)

    assert "script" not in page.tags
    assert "<script" not in text
    assert "\u202e" not in text and "\x07" not in text
    assert page.cells[0] == "<script>alert(\"1\")</script> & 'x'"


def test_a_page_asks_nothing_of_any_server_and_runs_nothing():
    text = made(Picture(b"<svg/>", "A picture"))

    assert f'content="{POLICY}"' in text
    assert "default-src 'none'" in POLICY and "script" not in POLICY
    assert "http:" not in text and "https:" not in text.replace("http-equiv", "")
    assert Page(text).images == [{"src": "data:image/svg+xml;base64,PHN2Zy8+", "alt": "A picture"}]


def test_a_table_has_the_cells_of_the_terminal():
    table = grid("Title", ("", "A\nUSD m", "B"), [("row", "1.0", strong("2.0")), ("last", Text("x", style="red"), "")])
    text = made(table)

    assert Page(text).cells == ["", "AUSD m", "B", "row", "1.0", "2.0", "last", "x", ""]
    assert '<th scope="col">A<br>USD m</th>' in text
    assert "<td><b>2.0</b></td>" in text
    assert '<td class="bad">x</td>' in text
    assert '<th scope="row" class="word">row</th>' in text


def test_a_table_without_headers_has_no_head():
    assert "thead" not in Page(made(grid("Title", ("", ""), [("a", "1")]))).tags


def test_the_name_of_the_case_is_said_once_and_lines_that_stand_out_are_headings():
    text = made(Group(Text("Deal", style="bold"), Text(), strong("Definitions"), Text("Fine", style="dim")))

    assert text.count(">Deal<") == 2  # the title of the page and its heading
    assert "<h3>Definitions</h3>" in text
    assert '<p class="dim">Fine</p>' in text


def test_a_block_without_a_form_is_a_fault_of_ours():
    with pytest.raises(ModelError, match="no form for Panel"):
        made(Panel("x"))
