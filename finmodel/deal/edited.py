"""The files of a case that lays edited inputs over another: what it extends, what it changes, and on whose word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.case.language import FORMAT, KEY
from finmodel.case.written import toml_text
from finmodel.deal.read import Case


@dataclass(frozen=True)
class Edit:
    """An input that a workbook changes.

    Args:
        key: Dotted.
        cell: Where it stands in the workbook: "Inputs!E19", or a row of periods.
        before: In words, as the old case has it; of a row, in the first period that differs.
        after: The same of the new case, and in how many periods a row differs.
        value: As the new case file says it; a table by date as day → text.
        table: Whether the old case has a table by date there, which the new one replaces.
    """

    key: str
    cell: str
    before: str
    after: str
    value: str | Mapping[str, str]
    table: bool


def case_files(case: Case, extends: str, edits: Sequence[Edit], workbook: str, day: str) -> dict[str, str]:
    """The files of the new case: what it changes, and where the figures come from.

    Args:
        extends: Folder of the case that is extended.
        edits: What was changed, each with its key and value.
        workbook: Name of the workbook.
        day: The day, as the sources say it.
    """
    said, typed = toml_text(workbook)[1:-1], _typed(case)
    tables = [toml_text(edit.key) for edit in edits if edit.table and edit.key in typed]
    rows = [
        f"# Change log: {day}, {len(edits)} input{'s' * (len(edits) != 1)} edited in {said} and imported.",
        "",
        f"{KEY} = {FORMAT}",
        f"extends = {toml_text(extends)}",
        f"name = {toml_text(f'{case.name}, as edited in {workbook}')}",
        *([f"remove = [{', '.join(tables)}]"] if tables else []),
    ]
    for table, below in _by_table(edits).items():
        rows += ["", f"[{table}]", *below]
    sources = [f"{toml_text(edit.key)} = {toml_text(_source(edit, workbook, day))}" for edit in edits]
    return {"case.toml": "\n".join(rows) + "\n", "sources.toml": "\n".join(sources) + "\n"}


def _by_table(edits: Sequence[Edit]) -> dict[str, list[str]]:
    """Table → its rows; tables by date come last, below the tables that they stand in."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        if isinstance(edit.value, str):
            table, _, name = edit.key.rpartition(".")
            found.setdefault(table, []).append(f"{name} = {edit.value}  # {edit.cell}; before: {edit.before}")
    for edit in edits:
        if not isinstance(edit.value, str):
            days = [f"{day} = {text}" for day, text in edit.value.items()]
            found[edit.key] = [f"# {edit.cell}; before: {edit.before}", *days]
    return found


def _typed(case: Case) -> set[str]:
    """Keys that the old case says itself, so that they can be removed from it."""
    return {".".join(keys) for keys in case.signed().document().places}


def _source(edit: Edit, workbook: str, day: str) -> str:
    return f"edited in {workbook}, {edit.cell}, imported on {day}"
