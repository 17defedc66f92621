"""Pages as HTML: the same blocks that a terminal shows, with pictures between them, in one file that needs no other.

What a case says is text and stays text. The file has no script and asks nothing of any server; its policy says so.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.case.shelf import home
from finmodel.kernel.errors import ModelError
from finmodel.present.grid import Grid
from finmodel.present.numbers import clean

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
CLASSES = {"dim": "dim", "green": "good", "yellow": "amber", "red": "bad"}


@dataclass(frozen=True)
class Picture:
    """A picture.

    Args:
        image: An SVG file.
        told: What it shows, for those who do not see it, and as its caption.
    """

    image: bytes
    told: str


@dataclass(frozen=True)
class Folded:
    """Blocks that are shown when asked for."""

    title: str
    blocks: Sequence[Block]


Block = RenderableType | Picture | Folded


@dataclass(frozen=True)
class Section:
    """A part of the report that its contents name."""

    id: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A report.

    Args:
        title: The name of what it is about.
        lead: Lines below the title, which is not said again.
        tiles: Label and value of what is looked for first.
        sections: Its parts.
        foot: Lines that say where the figures come from.
    """

    title: str
    lead: Group
    tiles: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    foot: Sequence[str]


def document(report: Report) -> str:
    """The whole file."""
    style = (home() / "report" / "style.css").read_text(encoding="utf-8")
    links = "\n".join(f'<a href="#{part.id}">{_text(part.title)}</a>' for part in report.sections)
    tiles = "".join(f"<div><b>{_text(value)}</b><span>{_text(label)}</span></div>" for label, value in report.tiles)
    body = "\n".join(_section(part, report.title) for part in report.sections)
    foot = "\n".join(f"<p>{_text(line)}</p>" for line in report.foot)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(report.title)}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{_text(report.title)}</h1>
{_inside([report.lead], report.title)}
<div class="tiles">{tiles}</div>
</header>
<div class="frame">
<nav aria-label="Contents">
{links}
</nav>
<main>
{body}
</main>
</div>
<footer>
{foot}
</footer>
</body>
</html>
"""


def _section(part: Section, title: str) -> str:
    return f'<section id="{part.id}">\n<h2>{_text(part.title)}</h2>\n{_inside(part.blocks, title)}\n</section>'


def _inside(blocks: Sequence[Block], title: str) -> str:
    """Blocks one below the other; pages that begin with the name of the case need not say it again."""
    return "\n".join(filter(None, (_block(block, title) for block in blocks)))


def _block(block: Block, title: str) -> str:
    if isinstance(block, Grid):
        return _table(block)
    if isinstance(block, Group):
        return _inside(block.renderables, title)
    if isinstance(block, Text):
        return "" if block.plain.strip() in ("", title) else _paragraph(block)
    if isinstance(block, Picture):
        image, told = b64encode(block.image).decode(), _text(block.told)
        source = f"data:image/svg+xml;base64,{image}"
        return f'<figure><img src="{source}" alt="{told}"><figcaption>{told}</figcaption></figure>'
    if isinstance(block, Folded):
        return f"<details><summary>{_text(block.title)}</summary>\n{_inside(block.blocks, title)}\n</details>"
    raise ModelError(f"a report has no form for {type(block).__name__}")


def _table(table: Grid) -> str:
    head = ""
    if any(table.headers):
        head = f"<thead><tr>{''.join(_heads(table))}</tr></thead>\n"
    rows = "\n".join(f"<tr>{''.join(_cells(row, table.words))}</tr>" for row in table.rows)
    title = f"<h3>{_text(table.title)}</h3>\n" if table.title else ""
    return f'{title}<div class="scroll"><table>\n{head}<tbody>\n{rows}\n</tbody></table></div>'


def _heads(table: Grid) -> Iterator[str]:
    for at, header in enumerate(table.headers):
        word = ' class="word"' if at in table.words else ""
        yield f'<th scope="col"{word}>{"<br>".join(map(_text, header.splitlines()))}</th>'


def _cells(row: Sequence[Text], words: Sequence[int]) -> Iterator[str]:
    for at, cell in enumerate(row):
        names = " ".join(filter(None, ["word" if at in words else "", _name(cell)]))
        marked = f' class="{names}"' if names else ""
        text = _text(cell.plain)
        tag = 'th scope="row"' if at == 0 and at in words else "td"
        inside = f"<b>{text}</b>" if "bold" in str(cell.style) else text
        yield f"<{tag}{marked}>{inside}</{tag.split()[0]}>"


def _paragraph(text: Text) -> str:
    """A line of its own; one that stands out is a heading."""
    name = _name(text)
    if str(text.style) == "bold":
        return f"<h3>{_text(text.plain)}</h3>"
    return f"<p{f' class={chr(34)}{name}{chr(34)}' if name else ''}>{_text(text.plain)}</p>"


def _name(text: Text) -> str:
    """The class of what a terminal shows in a colour."""
    return next((name for colour, name in CLASSES.items() if colour in str(text.style)), "")


def _text(text: str) -> str:
    return escape(clean(text))
