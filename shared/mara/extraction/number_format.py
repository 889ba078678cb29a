"""Formats numbers and dates by the number format codes of spreadsheets (ECMA-376, 18.8.31).

What depends on the language of the reader's program is written the same for all: thousands are
divided by a space, the decimal mark is a point, and dates without a fixed order are ISO 8601.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from mara.extraction.date_format import ISO, Moment, date_formatter

Value = float | datetime | date | time | timedelta
Formatter = Callable[[Value], str]

PLACES_MAX = 30
"""Decimal places that a format may ask for."""

CODE_LENGTH_MAX = 255
"""The limit of the format."""

_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.|([#0?.,%/eE+\-\d\s]+|.)',
    re.DOTALL,
)
"""Text in quotes, an escaped letter, a currency, a condition or color, space, or the pattern."""
_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PLACES = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+")
_EXPONENT = re.compile(r"[eE][+-]|[#0?\d]\s*/|/\s*[#0?\d]")
_DAY_MS = 24 * 60 * 60 * 1000
_IS_DATE = re.compile(r"[ymdhs]|\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - dates of spreadsheets have no time zone
_FALSE_LEAP_DAY = 60
"""Day numbers below it are counted from a day later: 29 February 1900 is a day in the format."""


@dataclass(frozen=True, slots=True)
class _Section:
    """The part of a format code for numbers of one sign."""

    before: str
    after: str
    pattern: Sequence[tuple[str, bool]]
    """Places of digits, such as ``#,##0.00``, in one piece or with text between the pieces, and
    whether each piece is places; empty where the section is text alone."""
    percent: bool


def number_text(number: float) -> str:
    """The usual form of a number: 3 instead of 3.0, without the error of binary fractions."""
    text = repr(number + 0.0).removesuffix(".0")
    return f"{number:.15g}" if len(text) > len("0.123456789012345") and "e" not in text else text


@lru_cache(512)
def formatter(code: str) -> Formatter | None:
    """The function that formats values by ``code``; ``None`` where the usual form is shown."""
    if code.strip().lower() in {"", "general", "@"} or len(code) > CODE_LENGTH_MAX:
        return None
    sections = _SECTIONS.split(code)
    if code == ISO or _IS_DATE.search(_NOT_SHOWN.sub("", sections[0])):
        dated = date_formatter(sections[0])
        is_day = re.search("[yd]|iso", sections[0], re.IGNORECASE) is not None
        return _safe(lambda value: dated(_moment(value, is_day=is_day)))
    parsed = [_section(section) for section in sections[:3]]
    if any(part is None for part in parsed):
        return None
    known = [part for part in parsed if part is not None]

    def formatted(value: Value) -> str:
        return _number(value, known) if isinstance(value, int | float) else str(value)

    return _safe(formatted)


def _safe(shown: Formatter) -> Formatter:
    """The formatter, which shows the usual form of what is outside of the range of the format."""

    def formatted(value: Value) -> str:
        try:
            return shown(value)
        except (ArithmeticError, ValueError):
            return number_text(value) if isinstance(value, int | float) else str(value)

    return formatted


def _moment(value: Value, *, is_day: bool) -> Moment:
    """The moment of a day number, or the value as it is."""
    if isinstance(value, int | float):
        late = timedelta(days=1 if is_day and value < _FALSE_LEAP_DAY else 0)
        # Days are stored as binary fractions, which are exact to less than a millisecond.
        return _EPOCH + timedelta(milliseconds=round(value * _DAY_MS)) + late
    return _EPOCH + value if isinstance(value, timedelta) else value


def _section(code: str) -> _Section | None:
    pieces: list[tuple[str, bool]] = []  # text, and whether it holds places of digits
    percent = False
    for quoted, escaped, currency, shown in _TOKEN.findall(code):
        at = 0
        for match in _PLACES.finditer(shown):
            pieces += [(shown[at : match.start()], False), (match.group(), True)]
            at = match.end()
        pieces.append((quoted or escaped or currency or shown[at:], False))
        percent = percent or "%" in shown
        if _EXPONENT.search(shown):
            return None  # a fraction, or an exponent
    places = [at for at, (_, is_pattern) in enumerate(pieces) if is_pattern]
    first, last = (places[0], places[-1]) if places else (len(pieces), len(pieces))
    before, after = (
        "".join(text for text, _ in part) for part in (pieces[:first], pieces[last + 1 :])
    )
    return _Section(before, after, pieces[first : last + 1], percent)


def _number(value: float, sections: Sequence[_Section]) -> str:
    section, sign = sections[0], "-" if value < 0 else ""
    if value < 0 and len(sections) > 1:
        section, sign = sections[1], ""
    elif value == 0 and len(sections) > 2:  # noqa: PLR2004 - positive, negative, zero
        section = sections[2]
    exact = abs(Decimal(repr(value))) * (100 if section.percent else 1)
    if len(section.pattern) > 1:
        digits = _in_groups(exact, section.pattern)
    else:
        digits = _digits(exact, section.pattern[0][0]) if section.pattern else ""
    if not re.search("[1-9]", digits):
        sign = ""
    return f"{sign}{section.before.lstrip()}{digits}{section.after.rstrip()}".strip()


def _in_groups(value: Decimal, pattern: Sequence[tuple[str, bool]]) -> str:
    """The digits of a whole number in places with text between, as in telephone numbers."""
    digits = list(f"{value:.0f}")
    shown: list[str] = []
    for text, is_places in reversed(pattern):
        for place in reversed(text) if is_places else [text]:
            filler = "0" if place == "0" else ""
            shown.append((digits.pop() if digits else filler) if is_places else place)
    return "".join([*digits, *reversed(shown)])


def _digits(exact: Decimal, pattern: str) -> str:
    whole, _, fraction = pattern.partition(".")
    scaled = len(whole) - len(whole.rstrip(","))
    whole = whole.rstrip(",")
    places = min(len(fraction), PLACES_MAX)
    rounded = exact.scaleb(-3 * scaled).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    units, _, decimals = f"{rounded:f}".partition(".")
    least, kept = whole.count("0"), fraction.rfind("0") + 1
    decimals = decimals[:kept] + decimals[kept:].rstrip("0")
    units = units.lstrip("0").rjust(least, "0")
    if "," in whole:
        units = f"{int(units or 0):,}".replace(",", " ").rjust(least, "0")
    return units + ("." + decimals if decimals else "")
