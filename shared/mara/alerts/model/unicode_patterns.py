r"""Reads patterns of RE2 that have letters beyond ASCII.

RE2 knows `\b` and `\w` for ASCII alone: beside a Cyrillic letter they never match. It has no
look-around either, so a boundary of any alphabet is written as a character that is no letter and no
digit, or an end of the text. Where the pattern itself has such a character next to it, the boundary
holds anyway and is left out, since the character would be consumed twice.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

WORD: Final = r"\p{L}\p{N}_"
BOUNDARY: Final = rf"(?:\A|\z|[^{WORD}])"
TOKEN: Final = re.compile(
    r"""
    (?P<class>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])
  | (?P<escape>\\(?:[pP](?:\{[^}]*\}|.)|x(?:\{[^}]*\}|..)|.))
  | (?P<group>\(\?P?<\w+>|\(\?[a-zA-Z-]*[:)])
  | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
QUOTED: Final = re.compile(r"\\Q(?P<text>.*?)(?:\\E|\Z)|\\.", re.DOTALL)
IN_CLASS: Final = re.compile(r"\\(.)", re.DOTALL)


class _Side(Enum):
    """What stands beside a boundary: surely a character of a word, surely none, or either."""

    WORD = "word"
    BREAK = "break"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class ReadPattern:
    """A pattern as RE2 gets it; ``is_changed`` if it is not the one that was given."""

    text: str
    is_changed: bool


def read_pattern(pattern: str) -> ReadPattern:
    r"""Let `\b`, `\w` and `\W` know all alphabets if the pattern has a letter beyond ASCII."""
    if not any(character.isalpha() and not character.isascii() for character in pattern):
        return ReadPattern(pattern, is_changed=False)
    tokens = list(TOKEN.finditer(QUOTED.sub(_unquoted, pattern)))
    read = "".join(_read(tokens, number) for number in range(len(tokens)))
    return ReadPattern(read, is_changed=read != pattern)


def _unquoted(found: re.Match[str]) -> str:
    quoted: str | None = found["text"]
    return found[0] if quoted is None else re.sub(r"([^\w])", r"\\\1", quoted)


def _read(tokens: list[re.Match[str]], number: int) -> str:
    token = tokens[number]
    text = token.group()
    if token.lastgroup == "class":
        return IN_CLASS.sub(lambda found: WORD if found[1] == "w" else found[0], text)
    if text == r"\w":
        return f"[{WORD}]"
    if text == r"\W":
        return f"[^{WORD}]"
    if text != r"\b":
        return text
    sides = {_before(tokens, number), _after(tokens, number)}
    return "" if sides == {_Side.WORD, _Side.BREAK} else BOUNDARY


def _before(tokens: list[re.Match[str]], number: int) -> _Side:
    if number > 0 and tokens[number - 1].lastgroup == "repeat":
        may_be_missing = tokens[number - 1].group()[0] in "*?{"
        return _Side.EITHER if may_be_missing or number < 2 else _side(tokens[number - 2])  # noqa: PLR2004
    return _side(tokens[number - 1]) if number > 0 else _Side.EITHER


def _after(tokens: list[re.Match[str]], number: int) -> _Side:
    if number + 1 == len(tokens):
        return _Side.EITHER
    repeat = tokens[number + 2] if number + 2 < len(tokens) else None
    if repeat is not None and repeat.lastgroup == "repeat" and repeat.group()[0] in "*?{":
        return _Side.EITHER
    return _side(tokens[number + 1])


def _side(token: re.Match[str]) -> _Side:
    text = token.group()
    if token.lastgroup == "other" and text not in "^$.|()":
        return _Side.WORD if text.isalnum() or text == "_" else _Side.BREAK
    if text in (r"\w", r"\d"):
        return _Side.WORD
    is_mark = len(text) == 2 and text[0] == "\\" and not text[1].isalnum()  # noqa: PLR2004
    return _Side.BREAK if text in (r"\s", r"\W") or is_mark else _Side.EITHER
