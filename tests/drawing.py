"""Pictures of the code as SVG: floors with the arrows of their imports, and functions below those that call them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from html import escape

STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1c2733; }
.name { font: 600 14px ui-monospace, monospace; }
.soft { fill: #55636f; }
.type { font: 12px ui-monospace, monospace; fill: #0b5c8a; }
.ground { fill: #ffffff; }
.box { fill: #f3f6f9; stroke: #9fb0bf; }
.line { fill: none; stroke: #6b7d8c; stroke-width: 1.2; }
.head { fill: #6b7d8c; }
@media (prefers-color-scheme: dark) {
text { fill: #e6ecf1; }
.soft { fill: #a9b6c1; }
.type { fill: #7cc4ee; }
.ground { fill: #12181e; }
.box { fill: #1d262f; stroke: #51616f; }
.line { stroke: #8b9baa; }
.head { fill: #8b9baa; }
}
</style>"""


@dataclass(frozen=True)
class Step:
    """A function of a flow: how deep it is called, its name, what it returns, and its first sentence."""

    depth: int
    name: str
    returns: str
    says: str


def floors(says: Mapping[str, str], imports: Mapping[str, Set[str]]) -> str:
    """A box for each floor, the highest first; its arrows leave on its own track and end at the floors it reads.

    Args:
        says: Floor → what it holds, from the top down.
        imports: Floor → floors that it reads.
    """
    width, height, gap, left = 500, 84, 14, 16
    top = {floor: 16 + place * (height + gap) for place, floor in enumerate(says)}
    rows: list[str] = []
    for floor, text in says.items():
        rows += _box(left, top[floor], width, height)
        rows.append(_text(left + 14, top[floor] + 25, floor, "name"))
        rows += [_text(left + 14, top[floor] + 46 + 18 * n, part) for n, part in enumerate(textwrap.wrap(text, 68)[:2])]
    edge = left + width
    for place, (floor, y) in enumerate(top.items()):
        track, start = edge + 26 * (len(top) - place), y + height - 8
        below = [other for other in top if other in imports[floor]]
        if below:
            ends = [top[other] + 8 + 7 * place for other in below]
            rows.append(f'<path class="line" d="M{edge} {start}H{track}V{max(ends)}"/>')
        for other, end in zip(below, ends if below else [], strict=True):
            rows.append(
                f'<path class="line" d="M{track} {end}H{edge + 6}"><title>{floor} imports {other}</title></path>'
            )
            rows.append(f'<path class="head" d="M{edge} {end}l8 -3.5v7z"/>')
    return _picture(edge + 26 * len(top) + 16, 16 + len(top) * (height + gap), rows)


def calls(steps: Sequence[Step]) -> str:
    """A box for each function, in the order of the code, below and to the right of the one that leads to it."""
    right, height, gap, indent, left = 800, 46, 10, 36, 16
    rows: list[str] = []
    above: dict[int, int] = {}
    for place, step in enumerate(steps):
        x, y = left + indent * step.depth, 16 + place * (height + gap)
        if step.depth:
            rows.append(f'<path class="line" d="M{x - 22} {above[step.depth - 1]}V{y + height // 2}H{x - 6}"/>')
            rows.append(f'<path class="head" d="M{x} {y + height // 2}l-8 -3.5v7z"/>')
        rows += _box(x, y, right - x, height)
        rows.append(_text(x + 12, y + 19, step.name, "name"))
        if step.returns not in ("", "None"):
            rows.append(_text(x + 24 + 8.6 * len(step.name), y + 19, f"→ {step.returns}", "type"))
        rows.append(_text(x + 12, y + 37, textwrap.shorten(step.says, 96 - 5 * step.depth, placeholder=" …"), "soft"))
        above[step.depth] = y + height
    return _picture(right + 16, 16 + len(steps) * (height + gap), rows)


def _box(x: float, y: float, width: float, height: float) -> Iterator[str]:
    yield f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:g}" y="{y}">{escape(text)}</text>'


def _picture(width: int, height: int, rows: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    ground = f'<rect class="ground" width="{width}" height="{height}"/>'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', STYLE, ground, *rows, "</svg>", ""])
