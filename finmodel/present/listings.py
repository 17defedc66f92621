"""Lists for the command: the JSON Schema of a case file, lines of a model, and what a check of a case finds."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from finmodel.case.describe import json_schema
from finmodel.case.expand import leaves
from finmodel.case.leaf import typed
from finmodel.case.table import Table
from finmodel.deal.read import Case
from finmodel.deal.sales.oversold import Oversold, oversold
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Given
from finmodel.kernel.model import Model
from finmodel.present.numbers import clean, percent
from finmodel.run.key_uses import key_uses, unused_and_typed

ASSUMED = ("assumed", "hypothetical")
RISK = "risk."


def schema_text(root: type[Table] = CaseTables) -> str:
    """The JSON Schema of a case file, for editors.

    Args:
        root: The table at the top of the schema.
    """
    return json.dumps(json_schema(root), indent=1, ensure_ascii=False)


def lines_text(model: Model, pattern: str = "*") -> str:
    """Lines of a model whose id matches a pattern such as "facility.*": id, unit, label.

    Args:
        pattern: An id in which * stands for any text.

    Raises:
        UsageError: No line matches; names the nearest.
    """
    shape = pattern if any(sign in pattern for sign in "*?[") else f"{pattern}*"
    found = [line for id, line in model.lines.items() if fnmatchcase(id, shape)]
    if not found:
        raise UsageError(_unknown("line", pattern, list(model.lines)))
    return aligned((line.id, str(line.unit), clean(line.label)) for line in found)


def check_text(case: Case, model: Model) -> str:
    """What a case that can be run consists of, with the figures that want a source and those that are assumed."""
    givens = figures(case)
    assumed = [given for given in givens if is_assumed(given)]
    unsourced = [given for given in givens if given.id in set(case.unsourced)]
    idle = unused_and_typed(case.tables, key_uses(case.tables, model))
    counts = (
        f"{len(givens)} figures ({len(assumed)} assumed, {len(unsourced)} without a source)",
        f"{len(case.scenarios)} scenarios",
        f"{len(case.expect)} expectations",
        f"{len(model.lines):,} lines",
        f"{len(model.checks)} checks",
    )
    parts = [
        *_figures('Figures without a source: name one, or "assumed", in sources.toml', unsourced, with_source=False),
        *_figures("Assumed figures", assumed, with_source=True),
        *_figures("Figures without effect: nothing in this case reads them", idle, with_source=False),
        *_oversold(case),
        *_scenarios(case),
        f"{clean(case.name)}: ok: {', '.join(counts)}",
    ]
    return "\n".join(parts)


def figures(case: Case) -> list[Given]:
    """The inputs that the case states itself, defaults left out."""
    return [given for _, given, _ in leaves(case.tables, None) if typed(given)]


def is_assumed(given: Given) -> bool:
    """Whether the source of a figure says that it is assumed or hypothetical."""
    return given.source.lower().startswith(ASSUMED)


def aligned(rows: Iterable[Sequence[str]]) -> str:
    """Rows as columns, the last one as long as it is.

    Args:
        rows: Texts, row by row.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]) - 1)]
    return "\n".join(
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in cells
    )


def _figures(title: str, givens: Sequence[Given], *, with_source: bool) -> Iterator[str]:
    if givens:
        yield f"{title} ({len(givens)}):"
        rows = [("", given.id, given.where, clean(given.source) if with_source else "") for given in givens]
        yield aligned(rows) + "\n"


def _oversold(case: Case) -> Iterator[str]:
    found = list(oversold(case.tables))
    if found:
        yield f"Contracts for more than the plants make ({len(found)}):"
        yield aligned(("", f"offtake.{one.contract}", _against_capacity(one)) for one in found) + "\n"


def _against_capacity(one: Oversold) -> str:
    return f"{one.quantity:,.0f} t/year, capacity {one.capacity:,.0f} t/year"


def _scenarios(case: Case) -> Iterator[str]:
    if case.scenarios:
        yield "Scenarios:"
        rows = [("", name, _weight(part.probability), clean(part.label)) for name, part in case.scenarios.items()]
        yield aligned(rows) + "\n"


def _weight(probability: float | None) -> str:
    return "shown only" if probability is None else percent(probability, 1)


def _unknown(what: str, word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word[:120].rstrip("*."), known, n=1, cutoff=0.4)
    hint = f'. Did you mean "{near[0]}"?' if near else f"; `finmodel {what}s` lists them"
    return f'no {what} matches "{clean(word)[:80]}"{hint}'
