"""Normalization of texts: characters that look alike become equal, invisible ones are removed.

Applied to the text of files and to questions, so that both are compared in one spelling:

* Unicode normalization form C (UAX 15);
* no soft hyphens, zero-width and bidirectional characters, tags, or repeated variation selectors.
  Joiners remain after a character that they join, as in emoji and in Arabic script;
* no stress marks on Russian vowels, which dictionaries and teaching texts print;
* ligatures such as U+FB01 as letters, all spaces as U+0020, all hyphens as U+002D.
"""

import re
import unicodedata
from dataclasses import dataclass

_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HYPHENS = "\u2010\u2011"
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_STRESS = "\u0300\u0301"

_TO_REMOVE = re.compile(
    rf"[{_INVISIBLE}]+"
    # Joiners join what is written in other scripts, which have higher numbers, and emoji.
    rf"|(?<![^\u0000-\u05ff\u2000-\u206f{_INVISIBLE}])[{_JOINERS}]+"
    rf"|(?<=[{_SELECTORS}])[{_SELECTORS}]+"
)
_MARKED = re.compile(rf"(?<=[а-яёА-ЯЁ])[{_STRESS}]+|(?<=[аеиоуыэюяАЕИОУЫЭЮЯ])\u00b4(?=[а-яё])")
_REPLACED = re.compile(rf"[{_SPACES}{_HYPHENS}{''.join(_LIGATURES)}]")
_UNUSUAL = re.compile(
    rf"[{_INVISIBLE}{_JOINERS}{_SELECTORS}{_STRESS}\u00b4"
    rf"{_SPACES}{_HYPHENS}{''.join(_LIGATURES)}]"
)
"""Whether any step but the normalization form has something to do."""


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalized text, and how many characters were removed from it."""

    text: str
    removed: int


def normalize(text: str) -> str:
    """Return the text in the spelling that this module describes."""
    return text if text.isascii() else normalized(text).text


def normalized(text: str) -> Normalized:
    """Return the text in the spelling that this module describes, with the number of removals."""
    if text.isascii():
        return Normalized(text, 0)
    composed = unicodedata.normalize("NFC", text)
    if not _UNUSUAL.search(composed):
        return Normalized(composed, 0)
    shown = _MARKED.sub("", _TO_REMOVE.sub("", composed))
    removed = len(composed) - len(shown)
    # A letter and its mark may have been kept apart by what was removed.
    return Normalized(unicodedata.normalize("NFC", _REPLACED.sub(_plain, shown)), removed)


def _plain(found: re.Match[str]) -> str:
    character = found.group()
    return _LIGATURES.get(character) or ("-" if character in _HYPHENS else " ")
