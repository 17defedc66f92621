"""The file as another program computes it: formualizer, which knows nothing of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from finmodel.kernel.errors import FinmodelError
from finmodel.workbook.cells import Page, letter


class CertificateError(FinmodelError):
    """A workbook that does not compute to the model's numbers; nothing is written."""

    exit_code = 6


@dataclass(frozen=True)
class Recalculated:
    """A file in the hands of the other program."""

    book: Any

    @classmethod
    def open(cls, data: bytes) -> Recalculated:
        """Load a file and compute all of it."""
        import formualizer

        book = formualizer.load_workbook_bytes(data)
        book.set_temporal_egress("serial")
        book.evaluate_all()
        return cls(book)

    @staticmethod
    def engine() -> str:
        """Which program, with its version."""
        return f"formualizer {metadata.version('formualizer')}"

    def set(self, sheet: str, row: int, column: int, value: float | str) -> None:
        """Type a value into a cell.

        Args:
            sheet: Name of the sheet.
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
            value: The number or text.
        """
        self.book.set_value(sheet, row, column, value)

    def compute(self) -> None:
        """Compute what has changed."""
        self.book.evaluate_all()

    def block(self, sheet: str, rows: int, columns: int) -> list[list[Any]]:
        """The values of a sheet from A1 on.

        Args:
            sheet: Name of the sheet.
            rows: Number of rows.
            columns: Number of columns.
        """
        values: list[list[Any]] = self.book.sheet(sheet).get_values(_range(sheet, rows, columns))
        return values

    def formulas(self, pages: Sequence[Page]) -> Mapping[str, Mapping[tuple[int, int], float | str | bool]]:
        """What each formula of each page is worth.

        Args:
            pages: The pages of the workbook.

        Raises:
            CertificateError: One is an error; names the cells.
        """
        found: dict[str, dict[tuple[int, int], float | str | bool]] = {}
        wrong: list[str] = []
        for page in pages:
            values = self.block(page.name, page.last_row, page.last_column)
            cells = found.setdefault(page.name, {})
            for row, column, formula in page.formulas_by_cell():
                value = values[row - 1][column - 1]
                if not isinstance(value, float | int | str | bool):
                    wrong.append(f"{page.name}!{letter(column)}{row} is {value!r}: ={formula[:120]}")
                else:
                    cells[row, column] = value
        if wrong:
            raise CertificateError("\n".join([f"{len(wrong)} cells hold no value:", *wrong[:10]]))
        return found


def _range(sheet: str, rows: int, columns: int) -> Any:
    import formualizer

    return formualizer.RangeAddress(sheet, 1, 1, rows, columns)
