"""What a key without a unit says of itself: what it does, what may be typed, and what each of its choices does.

`Annotated[bool, Says("Whether the company borrows")]`; a quantity, a date and a count say it in their own `meaning` and
`example`. The reader, the messages, the list of keys and the JSON Schema all read it from there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


@dataclass(frozen=True)
class Says:
    """What a key says.

    Args:
        meaning: What the key does, in a banker's words; without a full stop.
        example: A value as typed in TOML; empty for a choice (its first value) and for a flag (true).
        choices: Choice → what it does. Of several `Says` of one key the last meaning and example count.
    """

    meaning: str
    example: str = ""
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = dict(handler(core))
        told = "; ".join(f"{choice}: {meaning}" for choice, meaning in self.choices.items())
        if self.meaning:
            schema["description"] = f"{self.meaning}. {told}".rstrip(" .")
        if self.example:
            schema["examples"] = [tomllib.loads(f"x = {self.example}")["x"]]
        return schema


SILENT = Says("")


@dataclass(frozen=True)
class Part:
    """A part of a case that no table of the schema describes: a file beside the case file, or [expect] in it.

    Args:
        where: The file, or the table.
        meaning: What it is for, in sentences.
        example: A whole part as typed.
    """

    where: str
    meaning: str
    example: str
