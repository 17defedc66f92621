"""Quantities: text such as "110 USD/kg" becomes an exact number in the unit that is wanted.

Numbers are fractions until the last step, so "3.25 %" is the float nearest to 0.0325 and no step rounds in between.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from finmodel.kernel.errors import UnitError, UsageError, want
from finmodel.kernel.units import CURRENCIES, PER_YEAR, RATIO, Unit, conversion, unit

TIMES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
SHARES = {"%": Fraction(1, 100), "bp": Fraction(1, 10_000), "x": Fraction(1)}
LARGEST = 10**15
LONGEST = 60

_QUANTITY = re.compile(
    r"(?P<number>[+-]?[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*"
    r"(?:(?P<times>thousand|million|billion)\b)?\s*(?P<unit>.*)"
)
_UNIT = re.compile(r"[A-Za-z][A-Za-z-]*(?:[/·*][A-Za-z][A-Za-z-]*)*")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_YEARLY = re.compile(r"\s*\bp\.?\s?a\b\.?$")
_AMOUNT = re.compile(
    r"(?P<number>(?:(?<![0-9A-Za-z])[+-])?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2}(?![0-9]))?))"
    r"\s*(?:(?P<times>thousand|million|billion|k|m|mn|mio|mln|bn)(?![A-Za-z]))?",
    re.IGNORECASE,
)
_SHORT = {"k": "thousand", "m": "million", "mn": "million", "mio": "million", "mln": "million", "bn": "billion"}
_SPELLED = {"1/year": "% p.a.", "month": "months", "year": "years", "day": "days", "half": "half-years"}


class Read(NamedTuple):
    """A quantity as a number in a unit."""

    number: float
    unit: Unit


class Amount(NamedTuple):
    """An exact number, and its unit."""

    number: Fraction
    unit: Unit


class BadValue(ValueError):
    """A value that does not fit its key.

    Args:
        wrong: What is wrong, continuing a sentence that starts with the meaning of the key.
        write: The value as it should be typed; may be empty.
        advice: A sentence that is shown when there is nothing to type, or after it.
        at: Key inside a table of dates, or number in a list; may be empty.
    """

    def __init__(self, wrong: str, write: str = "", advice: str = "", at: str = "") -> None:
        self.wrong, self.write, self.advice, self.at = wrong, write, advice, at
        super().__init__(wrong)


class BadValues(ValueError):
    """Several bad values inside one key, such as in a table of dates."""

    def __init__(self, rows: list[BadValue]) -> None:
        self.rows = rows
        super().__init__("; ".join(row.wrong for row in rows))


class BareNumber(BadValue):
    """A number without a unit; the message shows it as it was typed."""

    def __init__(self, spelled: str, at: str = "") -> None:
        self.spelled = spelled
        super().__init__("needs a unit", at=at)

    def typed(self, number: str) -> BadValue:
        """The same error with the number as it stands in the file."""
        write, advice = quantity_text(number, self.spelled), ""
        if self.spelled.startswith("%") and _is_small(number):
            write, advice = (
                f"{_percent(number)} {self.spelled}",
                f'(Or "{number} {self.spelled}", if so little is meant.)',
            )
        return BadValue(f"needs a unit: got the bare number {number}.", f'"{write}"', advice, self.at)


def read(text: str, wanted: str, spelled: str = "") -> Read:
    """Read a quantity as a number in a wanted unit.

    Args:
        text: Such as "1,226 million USD".
        wanted: A unit; the word "money" in it stands for any currency.
        spelled: The wanted unit as people type it, for messages.

    Raises:
        BadValue: Not a quantity, or of something else than wanted.
    """
    spelled = spelled or spell(wanted)
    amount, given = parse(text, spelled)
    target = target_unit(given, wanted)
    factor = None if target is None else conversion(given, target)
    if target is None or factor is None:
        raise _mismatch(text, given, spelled)
    value = amount * factor
    if abs(value) > LARGEST:
        raise BadValue(f'is beyond 1e15: got "{clip(text)}".', advice="Check the number and its multiplier.")
    return Read(float(value), target)


@lru_cache(maxsize=4096)
def parse(text: str, spelled: str = "USD") -> Amount:
    """Read a quantity as typed: the exact amount and its unit ("5 %" is 1/20 and a ratio)."""
    _check_letters(text, spelled)
    match = _QUANTITY.fullmatch(text.strip())
    if not match or len(text) > LONGEST:
        raise BadValue(f'is a number with a unit: got "{clip(text)}".', f'"{kept(text, spelled)}"')
    scale, given = _unit(match["unit"], text, spelled)
    return Amount(_number(match["number"], text) * TIMES[match["times"] or ""] * scale, given)


def target_unit(given: Unit, wanted: str) -> Unit | None:
    """The wanted unit with its currency filled in from the unit as typed; None when that has no currency.

    Args:
        wanted: The wanted unit.
    """
    if "money" not in wanted:
        return unit(wanted)
    above, slash, below = wanted.partition("/")
    for part, sign in ((above, 1), (below, -1)):
        if "money" not in part:
            continue
        codes = [atom for atom, power in given.powers if atom in CURRENCIES and power * sign > 0]
        if len(codes) != 1:
            return None
        above, below = (
            (above.replace("money", codes[0]), below) if sign == 1 else (above, below.replace("money", codes[0]))
        )
    return unit(above + slash + below)


def spell(wanted: str, percent: bool = False, currency: str = "USD") -> str:
    """A wanted unit as people type it: "1/year" is "% p.a."; "money" becomes a currency.

    Args:
        wanted: The wanted unit.
        percent: Whether a ratio is written in per cent.
        currency: The currency of the case.
    """
    if wanted in ("ratio", "1", ""):
        return "%" if percent else "x"
    if wanted == "money/money":
        return "JPY/USD"
    return _SPELLED.get(wanted, wanted.replace("money", currency))


def clip(text: str, length: int = 60) -> str:
    """A text short enough for a message.

    Args:
        text: The text as typed.
        length: The most letters.
    """
    return text if len(text) <= length else text[: length - 1] + "…"


def quantity_text(number: str, spelled: str) -> str:
    """A number and its unit as people type them: 1.30x, but 5 %.

    Args:
        number: The number as typed.
        spelled: The wanted unit as people type it.
    """
    return f"{number}{'' if spelled == 'x' else ' '}{spelled}"


def kept(text: str, spelled: str) -> str:
    """The corrected quantity of a message: the whole amount that stands in a text, or 10, in a wanted unit.

    Thousands, a multiplier and the currency stay as they were typed, or what is pasted would be another amount.

    Args:
        text: The text as typed.
        spelled: The wanted unit as people type it.
    """
    plain = unicodedata.normalize("NFKC", text)
    spelled = _in_currency(plain, spelled)
    if spelled == "x" and re.search(r"per\s?cent|pct", plain, re.IGNORECASE):
        spelled = "%"
    found = _AMOUNT.search(plain)
    if not found or len(text) > LONGEST:
        return quantity_text("10", spelled)
    word = (found["times"] or "").lower()
    short = _SHORT.get(word, "") if any(code in spelled for code in CURRENCIES) else ""
    times = word if word in TIMES else short
    return quantity_text(f"{found['number']} {times}".strip(), spelled)


def _in_currency(text: str, spelled: str) -> str:
    """A wanted unit in the currency that a text names, in letters of any size."""
    words = re.findall("[A-Za-z]+", text.upper())
    named = next((code for code in CURRENCIES if code in words), "")
    return spelled.replace("USD", named) if named and spelled != "JPY/USD" else spelled


def _check_letters(text: str, spelled: str) -> None:
    for letter in text[:LONGEST]:
        if letter.isascii() or letter == "·":
            continue
        plain = unicodedata.normalize("NFKC", text[:LONGEST]).replace("\u2212", "-")
        name = unicodedata.name(letter, "a control character").lower()
        write = f'"{plain}"' if plain.isascii() else f'"{kept(text, spelled)}"'
        raise BadValue(f'holds "{letter}" ({name}): got "{clip(text)}".', write)


def _number(number: str, text: str) -> Fraction:
    if "," in number and not _GROUPED.fullmatch(number):
        rest = text.strip()[len(number) :].strip()
        write = f'"{number.replace(",", ".", 1)} {rest}"' if number.count(",") == 1 and "." not in number else ""
        raise BadValue(
            f'has a comma that does not group three digits: got "{text}".', write, "The decimal sign is a point."
        )
    if re.search(r"[eE][+-]?[0-9]{3}", number):
        raise BadValue(f'is beyond 1e15: got "{text}".', advice="Check the number and its multiplier.")
    return Fraction(number.replace(",", ""))


def _unit(typed: str, text: str, spelled: str) -> Amount:
    """The factor and the unit of "% p.a.", "bp", "x", "USD/kg", "t per year"."""
    rest, yearly = _YEARLY.subn("", typed.strip())
    rest = re.sub(r"\s+per\s+|\s*/\s*", "/", rest).strip()
    scale = Fraction(1)
    for sign, size in SHARES.items():
        if rest == sign or rest.startswith(sign + "/"):
            scale, rest = size, "1" + rest[len(sign) :]
            break
    else:
        if not typed:
            raise BareNumber(spelled).typed(text.strip())
        if not _UNIT.fullmatch(rest) or rest in ("ratio", "flag", "x"):
            raise _no_unit(typed, text, spelled)
    try:
        given = unit(rest)
    except UnitError as error:
        raise BadValue(f'has no such unit: got "{text}".', f'"{kept(text, spelled)}"', f"({error}.)") from None
    return Amount(scale, given * PER_YEAR if yearly else given)


def _no_unit(typed: str, text: str, spelled: str) -> BadValue:
    if typed[:1].isdigit():
        return BadValue(
            f'has a space inside its number: got "{text}".', advice='Group digits by commas, as in "1,226 million USD".'
        )
    return BadValue(f'has no such unit: got "{text}".', f'"{kept(text, spelled)}"')


def _mismatch(text: str, given: Unit, spelled: str) -> BadValue:
    spelled = _in_currency(text, spelled)
    kind = "which is a pure ratio" if given == RATIO else f"which is in {given}"
    return BadValue(f'is measured in {spelled}: got "{text}", {kind}.', f'"{kept(text, spelled)}"')


def _is_small(number: str) -> bool:
    try:
        return 0 < abs(float(number)) < 1
    except ValueError:
        return False


def _percent(number: str) -> str:
    return f"{float(number) * 100:.12g}"


def ratio_of(value: float | str, words: str) -> float:
    """A ratio as a number, or as typed: 1.2, "1.20x", "85 %".

    Args:
        value: A number, or a text as typed.
        words: What it should be, for the message.

    Raises:
        UsageError: It is neither.
    """
    if isinstance(value, bool):
        raise UsageError(f"{words}: got {value}")
    want(value, (int, float, str), words)
    try:
        return read(value, "ratio", "x")[0] if isinstance(value, str) else float(value)
    except BadValue:
        raise UsageError(f'{words}: got "{str(value)[:40]}"') from None
