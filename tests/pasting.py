"""What a message proposes, done to the files of a case as a user would do it: lines pasted, changed or taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

VALUE = r'(?:"[^"]*"|\[[^\]]*\]|\{[^}]*\}|true\b|false\b|\d{4}-\d\d-\d\d|-?\d[\d.e-]*\d|\d)'
SERIES = rf"{VALUE}(?:(?:, | or ){VALUE}(?! =))*"
NAME = r'[A-Za-z_][\w.-]*|"[^"]+"'
ASSIGN = re.compile(rf"(?P<name>{NAME}) = (?P<values>{SERIES})")
BARE = re.compile(rf"(?:Write|\bor) (?:at least |at most |straight quotes: )?(?P<values>{SERIES})(?! =| values)")
MEANT = re.compile(r'Did you mean (?P<value>"[^"]+")')
RANGE = re.compile(
    r"(?:The value is|Write a whole number) (?P<how>from |at least |more than |)(?P<low>[^,]+?)"
    r"(?:(?P<to> to | and at most | and less than )(?P<high>.+?))?\.$"
)
UNIT = re.compile(r"Write (?:it|both) in (?P<unit>[A-Z]{3}(?:/\w+)?)\.")
ORDER = re.compile(r'Put "(?P<step>\w+)" (?:(?P<end>first|last)|before "(?P<other>\w+)")')
TWICE = re.compile(r'(?P<word>"[^"]*"|\S+) stands twice')
SELF = ("it", "the line", "the table", "one of the two", "all but one", "them", "this ")
SHOWN = r"it\b|the line\b|the table\b|one of the two\b|all but one\b|them\b|this \w+"
DOTTED = r"\[?(?!(?:the|this|one|out|all|write|add|another|or|give|type)\b)[a-z_]\w*(?:\.\w+)*\]?"
ITEM = rf"(?:{SHOWN}|{DOTTED})"
REMOVE = re.compile(rf"(?:[Rr]emove|leave) (?P<what>{ITEM}(?:(?: and |, or | or ){ITEM})*)")
PLACE = re.compile(
    r"(?P<file>[^\n:]+?)(?::(?P<line>\d+))?(?:: (?P<key>\S+))?\n +(?:\d+)? \| (?P<text>.*)\n(?P<rest>[\s\S]+)"
)
HEADER = re.compile(r"\s*\[+\s*([\w.\"-]+)\s*\]+")
KEY = re.compile(r"\s*([\w.\"-]+)\s*[=:]")
MAIN = "case.toml"


@dataclass(frozen=True)
class Block:
    """One problem of a message: where, the line as typed, what is wrong, and what to write instead."""

    file: str
    line: int
    key: str
    text: str
    wrong: str
    remedy: str

    @property
    def kind(self) -> tuple[str, str]:
        """Key and mistake, whatever the values are."""
        return self.key, re.sub(rf"{VALUE}|[\d,]+", "#", self.wrong)


Change = Callable[[list[str], int], None]
Way = tuple[str, Callable[[Path], None]]


def blocks(message: str) -> list[Block]:
    """The problems of a message that show a line."""
    found = []
    for part in message.rstrip("\n").split("\n\n"):
        match = PLACE.fullmatch(part)
        if match is None:
            continue
        wrong, _, remedy = match["rest"].partition("\n")
        if not remedy and "Did you mean" in wrong:
            remedy = wrong
        found.append(Block(match["file"], int(match["line"] or 0), match["key"] or "", match["text"], wrong, remedy))
    return found


def ways(block: Block) -> Iterator[Way]:
    """All that the remedy proposes, each by itself: its words, and what does it to the folder of the case."""
    yield from _assignments(block)
    bare = BARE.search(ASSIGN.sub("", block.remedy))
    for value in re.findall(VALUE, bare["values"]) if bare else ():
        yield f"value {value}", _edit(block, lambda lines, at, value=value: _word(block, lines, at, value))
    if meant := MEANT.search(block.remedy):
        value = meant["value"]
        yield f"word {value}", _edit(block, lambda lines, at: _meant(block, lines, at, value))
    for value in _limits(block.remedy):
        yield f"limit {value}", _edit(block, lambda lines, at, value=value: _word(block, lines, at, value))
    if unit := UNIT.search(block.remedy):
        yield f"unit {unit['unit']}", _edit(block, lambda lines, at: _unit(lines, at, unit["unit"]))
    if order := ORDER.search(block.remedy):
        yield f"order {order[0]}", _edit(block, lambda lines, at: _order(lines, at, order))
    for gone in REMOVE.finditer(block.remedy):
        for what in re.split(", or | or ", gone["what"]):
            yield f"remove {what}", lambda home, what=what: _gone(block, home, what)


def _limits(remedy: str) -> Iterator[str]:
    """Ends of a range that belong to it, as they are typed."""
    found = RANGE.search(remedy)
    if found is None:
        return
    low = found["low"] if found["how"] in ("from ", "at least ") else ""
    high = found["high"] if found["high"] and found["to"] != " and less than " else ""
    for value in filter(None, (low, high)):
        yield value if re.fullmatch(r"-?[\d.]+", value) else f'"{value}"'


def _assignments(block: Block) -> Iterator[Way]:
    remedy = block.remedy
    found = [match for match in ASSIGN.finditer(remedy) if not remedy[: match.start()].endswith(("such as ", "one: "))]
    joined: list[list[re.Match[str]]] = []
    for match in found:
        if joined and remedy[joined[-1][-1].end() : match.start()] == " and ":
            joined[-1].append(match)
        else:
            joined.append([match])
    where = re.search(r" (?:in|under|to) \[([\w.-]+)\]", remedy)
    for group in joined:
        after = remedy[group[-1].end() :]
        for value in re.findall(VALUE, group[0]["values"]):
            pairs = [(group[0]["name"], value)]
            pairs += [(other["name"], re.findall(VALUE, other["values"])[0]) for other in group[1:]]
            pairs = [(name, _filled(name, text)) for name, text in pairs]
            if "…" in "".join(text for _, text in pairs):
                continue
            words = " and ".join(f"{name} = {text}" for name, text in pairs)
            yield words, lambda home, pairs=pairs, after=after: _pasted(block, home, pairs, where, after)


def _filled(name: str, value: str) -> str:
    """A value whose number, or whose words, are left to the user, as one would fill it in."""
    if name == "label" and value == '"…"':
        return '"Some words"'
    return re.sub(r'^"… ', '"100 ', value)


def _edit(block: Block, change: Change) -> Callable[[Path], None]:
    """A change of the lines of the file that a problem names."""

    def done(home: Path) -> None:
        file = home / ("set" if block.file == "--set" else block.file)
        lines = _read(file)
        change(lines, _at(block, lines))
        _write(file, lines)

    return done


def _read(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split("\n")


def _write(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines), encoding="utf-8")


def _at(block: Block, lines: list[str]) -> int:
    return block.line - 1 if block.line else next(i for i, row in enumerate(lines) if row.strip() == block.text.strip())


def _plain(name: str) -> str:
    return name.replace('"', "")


def _table(lines: list[str], at: int) -> str:
    """The table that a line is in."""
    match = next((match for i in range(at, -1, -1) if (match := HEADER.match(lines[i]))), None)
    return _plain(match[1]) if match else ""


def _region(lines: list[str], at: int) -> tuple[int, int]:
    """First line below the header of the table that a line is in, and the line that ends the table."""
    start = next((i for i in range(at, -1, -1) if HEADER.match(lines[i])), -1)
    return start + 1, next((i for i in range(start + 1, len(lines)) if HEADER.match(lines[i])), len(lines))


def _header(lines: list[str], table: str, end: bool = False) -> int | None:
    named = [(i, _plain(match[1])) for i, row in enumerate(lines) if (match := HEADER.match(row))]
    return next((i for i, name in named if name == table or (end and name.endswith(f".{table}"))), None)


def _pasted(block: Block, home: Path, pairs: list[tuple[str, str]], where: re.Match[str] | None, after: str) -> None:
    """Write keys: on the line shown, in a table that is named, or beside the line; in the user's own file."""
    shown = home / ("set" if block.file == "--set" else block.file)
    lines = _read(shown)
    at = _at(block, lines)
    table = where[1] if where else ""
    if instead := re.search(r" in (?:place of (?:the table )?(\w+)|its place)", after):
        _gone(block, home, instead[1] or "it")
        lines = _read(shown)
        at = min(at, len(lines) - 1)
    other = re.match(r" for (\w+)\b", after)
    if other and (found := _header(lines, other[1], end=True)) is not None:
        at = found
    elif other:
        at = next((i for i, row in enumerate(lines) if re.match(rf"\s*{other[1]}\s*=", row)), at)
    if " in case.toml" in after:  # of a key that is named by a scenario or a driver
        named = re.search(r"(\w+(?:\.\w+)+)\.\w+", block.text)
        table = named[1] if named else ""
    if lenders := re.search(r'In \[sizing\.case\] the key is ("[^"]+")', block.remedy):
        _below(home / MAIN, "sizing.case", lenders[1], pairs[0][1])
        return
    for name, value in pairs:
        above, _, last = name.rpartition(".") if not name.startswith('"') else ("", "", name)
        target = above or table
        if target or block.file.startswith(".."):
            _below(home / MAIN, target or _table(lines, at), last, value)
        else:
            _set(lines, at, last, value, f"{other[1]}.{last}" if other else block.key)
            _write(shown, lines)


def _below(file: Path, table: str, name: str, value: str) -> None:
    """Write a key into a table of a file, which begins at its end if it is not there."""
    lines = _read(file)
    found = _header(lines, table)
    if found is None:
        lines += [f"[{table}]", f"{name} = {value}", ""] if table else []
        lines[:0] = [] if table else [f"{name} = {value}"]
    else:
        _set(lines, found, name, value)
    _write(file, lines)


def _set(lines: list[str], at: int, name: str, value: str, key: str = "") -> None:
    """Write a key: on its line, in a table that stands on the line, or in the table that the line is in."""
    inline = re.compile(rf"(?<![\w.-]){re.escape(name)}\s*=\s*{VALUE}")
    if not HEADER.match(lines[at]):
        typed = KEY.match(lines[at])
        if typed and _plain(typed[1]).rpartition(".")[2] == _plain(name):
            lines[at] = f"{typed[1]} = {value}"
            _close(lines, at)
            return
        if inline.search(lines[at]):
            inside = re.search(rf"(?<![\w.-]){key.split('.')[-2]}\s*=\s*{{", lines[at]) if "." in key else None
            spot = inline.search(lines[at], inside.end() if inside else 0) or inline.search(lines[at])
            assert spot is not None
            lines[at] = f"{lines[at][: spot.start()]}{name} = {value}{lines[at][spot.end() :]}"
            return
        if key.endswith(f".{typed[1] if typed else ''}.{name}") and lines[at].rstrip().endswith("}"):
            lines[at] = f"{lines[at].rstrip()[:-1].rstrip()}, {name} = {value} }}"
            return
    start, end = _region(lines, at)
    for i in range(start, end):
        typed = KEY.match(lines[i])
        if typed and _plain(typed[1]) == _plain(name):
            lines[i] = f"{typed[1]} = {value}"
            return
    lines.insert(start, f"{name} = {value}")


def _close(lines: list[str], at: int) -> None:
    """Take out what is left of a list that went over several lines."""
    while at + 1 < len(lines) and re.match(r"\s*(\]|\}|\"[^=]*\",?\s*$)", lines[at + 1]):
        del lines[at + 1]


def _word(block: Block, lines: list[str], at: int, value: str) -> None:
    """Write a value in place of the word that is told to be wrong, or of the whole value of the line."""
    wrong = re.match(r'"([^"]*)"', block.wrong)
    typed, last = KEY.match(lines[at]), block.key.rpartition(".")[2]
    if (typed and _plain(typed[1]) == (wrong[1] if wrong else "")) or re.fullmatch(r"\d{4}-\d\d-\d\d", last):
        lines[at] = re.sub(rf"{re.escape(last)}(?=\s*=)", _plain(value), lines[at], count=1)
    elif wrong and lines[at].count(wrong[0]) == 1:
        lines[at] = lines[at].replace(wrong[0], value)
    else:
        _set(lines, at, last, value, block.key)


def _meant(block: Block, lines: list[str], at: int, value: str) -> None:
    """Write a word in place of the one that is told to be wrong, be it a key or a value."""
    wrong = re.findall(r'"([^"]*)"', block.wrong)
    got = re.search(r'got "([^"]*)"', block.wrong)
    word = got[1] if got else wrong[0]
    if f'"{word}"' in lines[at]:
        lines[at] = lines[at].replace(f'"{word}"', value)
    else:
        lines[at] = re.sub(rf"(?<![\w]){re.escape(word)}(?![\w])", _plain(value), lines[at], count=1)


def _unit(lines: list[str], at: int, unit: str) -> None:
    """The same number in another unit."""
    lines[at] = re.sub(r'"([\d.,-]+(?: \w+)??) [A-Z]{3}(?:/\w+)?"', rf'"\1 {unit}"', lines[at])


def _order(lines: list[str], at: int, order: re.Match[str]) -> None:
    """Move a word of a list to an end of it, or before another one."""
    end = next(i for i in range(at, len(lines)) if "]" in lines[i])
    text = "".join(lines[at : end + 1])
    words = [word for word in re.findall(r'"(\w+)"', text.partition("[")[2]) if word != order["step"]]
    spot = 0 if order["end"] == "first" else len(words) if order["end"] else words.index(order["other"])
    words.insert(spot, order["step"])
    listed = ", ".join(f'"{word}"' for word in words)
    lines[at : end + 1] = [f"{text.partition('[')[0]}[{listed}]"]


def _gone(block: Block, home: Path, what: str) -> None:
    """Take out the line shown, keys beside it, or a table with all that is below it, wherever the case has them."""
    shown = home / ("set" if block.file == "--set" else block.file)
    lines = _read(shown)
    at = _at(block, lines)
    if what.startswith(SELF):
        _drop_shown(block, lines, at)
        _write(shown, lines)
        return
    here = _table(lines, at)
    for name in what.strip("[]").split(" and "):
        above, _, last = name.strip("[]").rpartition(".")
        for file in {shown, home / MAIN, home.parent / "base" / MAIN}:
            rows = _read(file)
            _drop_key(rows, above or here, last, at if file == shown else -1)
            _remove_table(rows, f"{above or here}.{last}" if above or not what.startswith("[") else last)
            _write(file, rows)


def _drop_shown(block: Block, lines: list[str], at: int) -> None:
    twice = TWICE.search(block.wrong)
    if (header := HEADER.match(lines[at])) is not None:
        _remove_table(lines, _plain(header[1]))
    elif twice and lines[at].count(twice["word"]) > 1:
        before, _, after = lines[at].rpartition(twice["word"])
        lines[at] = re.sub(r"[, ]*$", "", before) + after
    else:
        _close(lines, at)
        del lines[at]


def _drop_key(lines: list[str], table: str, name: str, at: int) -> None:
    inline = rf"(?<![\w.-]){name}\s*=\s*{VALUE},? ?"
    found = _header(lines, table) if table else 0
    start, end = (0, 0) if found is None else _region(lines, found)
    for i in range(end - 1, start - 1, -1):
        if (typed := KEY.match(lines[i])) and _plain(typed[1]) == name:
            _close(lines, i)
            del lines[i]
            return
    if 0 <= at < len(lines) and re.search(inline, lines[at]):
        lines[at] = re.sub(inline, "", lines[at])


def _remove_table(lines: list[str], table: str) -> None:
    inside = False
    for i, row in enumerate(lines):
        if match := HEADER.match(row):
            inside = _plain(match[1]) == table or _plain(match[1]).startswith(f"{table}.")
        if inside:
            lines[i] = ""
