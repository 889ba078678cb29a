"""Which codes a text asks about: those of its questions, not those that an alert reports."""

import re
from collections.abc import Sequence

from mara.search.model.codes import Code, codes_of

ABBREVIATIONS = r"(?<!\bп\.)(?<!\bст\.)(?<!\bг\.)(?<!\bд\.)(?<!\bул\.)(?<!\b[Nn]o\.)(?<!\b[Aa]rt\.)"
SENTENCE = re.compile(rf"(?<=[.!?…]){ABBREVIATIONS}\s+(?=[^a-zа-яё])|\n+")
SHORT = 4
"""Words of a text that asks without being a question: "Invoice INV-2024-0118"."""
INTERROGATIVE = re.compile(
    r"^\W*(?:(?:and|so|please|а|и|но|пожалуйста|подскажите?|скажите?)\W+)*"
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|does|do|did|has|have|can|show"
    r"|find|tell|list|give|кто|кому|кого|кем|что|чем|чему|чего|о чем|где|куда|откуда|когда|как\w*"
    r"|скольк\w+|почему|зачем|чей|чья|чьё|покаж\w+|найд\w+|назов\w+|есть ли"
    r"|(?:во?|на|к|по|о|за|с|из|от|у|до|для)\s+(?:как\w+|что|чем|кого|скольк\w+|what|which))\b",
    re.IGNORECASE,
)
REMEDY = re.compile(
    r"\b(?:what (?:do|should|can|must) (?:i|we) do|how (?:do|should|can|to) (?:(?:i|we) )?"
    r"(?:fix|solve|resolve|repair|mitigate|troubleshoot|restart|recover)|what to do|что делать"
    r"|как (?:исправить|починить|устранить|чинить|решить|перезапустить|восстановить|быть))\b",
    re.IGNORECASE,
)
"""Asks how to repair something: hosts, pods and measures in it are values of the day."""
HOST = re.compile(
    r"\d+(?:\.\d+){3}(?:[:/]\d+)?|(?=.*[a-z])[a-z0-9]+(?:[-.:][a-z0-9]+)+|\d+(?:[.,]\d+)?"
)


def asks_for_fact(text: str) -> bool:
    """Whether a text asks a question, other than what to do about something."""
    return not REMEDY.search(text) and any(map(_is_question, _sentences(text)))


def asked_codes(text: str) -> Sequence[Code]:
    """The codes that every answer must have."""
    found = [code for part in _asking(text) for code in codes_of(part)]
    if REMEDY.search(text) and not _is_short(text):
        return [code for code in found if not HOST.fullmatch(code.said)]
    return found


def naming_sentences(text: str) -> Sequence[str]:
    """The sentences whose hosts and numbered names every answer must have."""
    return [] if REMEDY.search(text) else _asking(text)


def _asking(text: str) -> Sequence[str]:
    return [text] if _is_short(text) else [part for part in _sentences(text) if _is_question(part)]


def _is_short(text: str) -> bool:
    return len(_sentences(text)) == 1 and len(text.split()) <= SHORT


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE.split(text) if part.strip()]


def _is_question(sentence: str) -> bool:
    return sentence.endswith("?") or INTERROGATIVE.match(sentence) is not None
