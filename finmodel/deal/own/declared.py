"""What an own clause says of itself: its name, version, keys and parties, and the text that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from finmodel.case.table import Table


@dataclass(frozen=True)
class Party:
    """Whom an own clause pays, or who pays it.

    Args:
        label: In words.
        country: Of a public body; empty for anyone else.
    """

    label: str
    country: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a clause was read.

    Args:
        file: As the user named it, for messages.
        path: As Python knows it.
        lines: Its text.
        sha256: Of the text.
        line: Where its class begins; 0 until that is known.
    """

    file: str
    path: str
    lines: tuple[str, ...]
    sha256: str
    line: int = 0


class Declared:
    """What is known of a clause without calling it.

    Args:
        name: Of its table in a case file: small letters, digits, underscores.
        version: In words; of an installed clause, that of its package if it says none.
        terms: The keys of its table, or of each table below it.
        many: Whether the case may have several, [name.<id>].
        parties: Id → who it is, beside suppliers, customers and royalties.
        origin: Filled in when the module is loaded.
    """

    name: ClassVar[str] = ""
    version: str = ""
    terms: ClassVar[type[Table]]
    many: ClassVar[bool] = False
    parties: ClassVar[Mapping[str, Party]] = {}
    origin: Origin

    @property
    def identity(self) -> str:
        """Name, version and hash of the text: enters digests, and is shown where a run says what it is."""
        return f"{self.name} {self.version} ({self.origin.sha256[:12]})"

    def tables_of(self, case: Any) -> Mapping[str, Any]:
        """What a case says of it: id → terms; under no id for a clause that stands once."""
        table = getattr(case, self.name)
        if self.many:
            return dict(table)
        return {} if table is None else {"": table}
