"""Which lines could hide a number that is not finite: those that somebody reads through more than plain arithmetic.

NaN and infinity survive +, -, *, division by a number, and absolute value: whoever reads a line so, and in the same
period, is not finite either. A minimum, a maximum, a choice, a comparison, a ratio or another period may lose them.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from finmodel.kernel.expr import Expr, Op
from finmodel.kernel.model import Line

PLAIN = ("add", "sub", "mul", "div", "neg", "abs", "and", "not")
ALWAYS = ("lt", "le", "eq")  # 0 or 1 whatever is compared


def watched(lines: Sequence[Line], known: Container[str]) -> set[str]:
    """The lines to look at, so that no number of any line that is not finite goes unseen.

    Args:
        lines: In order of computing.
        known: Lines that somebody looks at anyway.
    """
    told: set[str] = set()  # whoever reads these in plain arithmetic is looked at, or told by another
    found: set[str] = set()
    for line in reversed(lines):
        if line.kind == "display":
            continue
        never = isinstance(line.expr, Op) and line.expr.name in ALWAYS
        if line.id not in known and line.id not in told and not never:
            found.add(line.id)
        told.update(read.id for read in _plainly(line.expr))
    return found


def _plainly(expr: Expr | None) -> Iterator[Line]:
    """The lines that a formula reads in plain arithmetic, in the same period."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, Line):
            yield node
        elif isinstance(node, Op) and node.name in PLAIN:
            stack.extend(node.args[:1] if node.name == "div" else node.args)
