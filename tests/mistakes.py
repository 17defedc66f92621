"""Mistakes and their messages: a topic file of tests/errors has one entry a mistake, laid over tests/errors/base.

Line 1 of the case of an entry is `extends = "../base"`; `remove` stands on line 2; `over` follows after an empty line.
`case` is the whole file instead, `bytes` the same where one character stands for one byte, and `case_is` says that
there is "a folder" or "nothing" of that name. `files` are further files, `scenario` is the one to read, `set` holds
KEY=VALUE, and `shows` says where a mistake comes out that does not when the case is read: "in a run" or "in a draw".
`exit` is the exit code (2 unless it is given) and `message` all that is printed, to the letter.

`python -m tests.mistakes` writes the page of all messages, docs/reference/messages.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from finmodel.deal.read import read_case
from finmodel.kernel.errors import FinmodelError
from finmodel.run.build import build, refuse_idle_draws
from finmodel.run.run import load, run

ERRORS = Path(__file__).parent / "errors"
BASE = ERRORS / "base"
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "messages.md"
OWN_PLACES = re.compile(r"\((deal/[\w/]+\.py):\d+\)")  # lines of the program move; those of a case are the message


@dataclass(frozen=True)
class Mistake:
    """A case with a mistake, and the message that it causes."""

    name: str
    message: str
    exit: int = 2
    over: str = ""
    remove: list[str] = field(default_factory=list)
    case: str | None = None
    bytes: str | None = None
    case_is: str = "a file"
    files: dict[str, str] = field(default_factory=dict)
    set: list[str] = field(default_factory=list)
    scenario: str | None = None
    shows: str = "when it is read"

    @property
    def text(self) -> str:
        """The case file."""
        if self.case is not None or self.bytes is not None:
            return self.case if self.case is not None else self.bytes or ""
        removed = f"remove = {json.dumps(self.remove)}\n" if self.remove else ""
        return f'extends = "../base"\n{removed}' + (f"\n{self.over}" if self.over else "")

    def laid_out(self, place: Path) -> Path:
        """The folder of the case, below a place, beside the case that it is laid over."""
        shutil.copytree(BASE, place / "base")
        home = place / self.name
        home.mkdir()
        if self.case_is == "a folder":
            (home / "case.toml").mkdir()
        elif self.case_is == "a file":
            (home / "case.toml").write_bytes(self.text.encode("utf-8" if self.bytes is None else "latin-1"))
        for name, text in {**self.files, **({"set": "\n".join(self.set)} if self.set else {})}.items():
            (home / name).write_text(text, encoding="utf-8")
        return home

    def outcome(self) -> str:
        """The exit code and the message that the case in the current folder causes."""
        return outcome(self.scenario, self.shows)

    @property
    def expected(self) -> str:
        """The exit code and the message that the case must cause."""
        return f"exit {self.exit}\n{self.message}"


def outcome(scenario: str | None = None, shows: str = "when it is read") -> str:
    """The exit code and the message that the case in the current folder causes, with the keys of its file `set`."""
    rows = Path("set").read_text(encoding="utf-8").splitlines() if os.path.exists("set") else []
    sets = dict(row.split("=", 1) for row in rows)
    try:
        if shows == "in a run":
            run(load(Path("."), scenario, sets))
        elif shows == "in a draw":
            refuse_idle_draws(build(read_case(Path("."), scenario, sets)))
        else:
            read_case(Path("."), scenario, sets)
    except FinmodelError as error:
        message = OWN_PLACES.sub(r"(\1:N)", str(error))
        return f"exit {error.exit_code}\n{message}\n"
    return "exit 0\n"


def topics() -> dict[str, list[Mistake]]:
    """The mistakes of each topic file."""
    files = sorted(ERRORS.glob("*.toml"))
    entries = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    return {topic: [Mistake(name, **entry) for name, entry in found.items()] for topic, found in entries.items()}


TOPICS = topics()
LISTED = [mistake for mistakes in TOPICS.values() for mistake in mistakes]
MISTAKES = {mistake.name: mistake for mistake in LISTED}


def shown(mistake: Mistake) -> str:
    """A mistake on the page: the files as they are typed, and what is printed."""
    parts = [f"### {mistake.name.replace('_', ' ').capitalize()}"]
    if mistake.bytes is not None:
        parts.append("`case.toml` holds bytes that are not text.")
    elif mistake.case_is != "a file":
        parts.append(f"There is {mistake.case_is} named `case.toml`.")
    else:
        parts.append(f"```toml\n{mistake.text.replace(chr(0), '␀')}```")
    parts += [f"`{name}`:\n\n```text\n{text}```" for name, text in mistake.files.items()]
    given = [f"--scenario {mistake.scenario}"] * (mistake.scenario is not None)
    given += [f'--set "{row}"' for row in mistake.set]
    parts += [f"Read with `{' '.join(given)}`."] * bool(given)
    told = [f"exit code {mistake.exit}"] * (mistake.exit != 2) + [mistake.shows] * mistake.shows.startswith("in")
    parts += [f"{', '.join(told).capitalize()}:"] * bool(told)
    return "\n\n".join([*parts, f"```text\n{mistake.message}```"])


def page() -> str:
    """The page of all messages."""
    heads = {topic: _head(topic) for topic in TOPICS}
    listed = [f"- [{head}](#{_anchor(head)}): {len(TOPICS[topic])}" for topic, head in heads.items()]
    intro = (
        "# Messages\n\n"
        f"The {len(MISTAKES)} mistakes that the tests make, by topic, and what is printed of each: the place, the line "
        "as typed, what is wrong, and what to write instead. The exit code is 2 unless another is given. Cases that "
        "begin with `extends` are laid over [one good case](../../tests/errors/base/case.toml). This page is written "
        "from the files of `tests/errors` by `python -m tests.mistakes`.\n"
    )
    parts = [f"## {heads[topic]}\n\n" + "\n\n".join(map(shown, found)) for topic, found in TOPICS.items()]
    return f"{intro}\n" + "\n".join(listed) + "\n\n" + "\n\n".join(parts) + "\n"


def _head(topic: str) -> str:
    """What a topic file says in its first line."""
    first = (ERRORS / f"{topic}.toml").read_text(encoding="utf-8").split("\n", 1)[0]
    return first.removeprefix("# ").rstrip(".")


def _anchor(head: str) -> str:
    """The address of a heading within its page."""
    return re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
