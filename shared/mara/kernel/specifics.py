"""The parts of a sentence that cannot be paraphrased: numbers, names, codes, links and addresses.

They are right or wrong to the letter, and a language model invents them as easily as it copies
them. Other words may be paraphrased or translated, so they are not compared. A capital letter at
the beginning of a sentence is no sign of a name.
"""

import re
from collections.abc import Iterator

from mara.kernel.figures import GROUPED, numbers_in_words, scaled_in, value_of
from mara.kernel.source_text import WORD, SourceText, normal

LETTERS_MAX = 25
"""A longer word is a code."""
PHONE_DIGITS_MIN = 7
RANGE_DIGITS_MAX = 8
"""A longer sequence of numbers with dashes is a code, not a range."""

_EDGES = "([{<«»„“”\"'‘’`*.,;:!?…)]}>|"
_LINK = re.compile(
    r"\w://|^//\w|\bwww\.|^(?:mailto|javascript|data|tel|tg|bitcoin|ethereum|tron):|\S@\S|^@\w"
    r"|^[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:[/:?#].*)?$",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_GLUED = re.compile(r"([^\W\d_]{2,})[.!?](?=[A-ZА-ЯЁ][^\W\d_]*$)")
_DISGUISED = re.compile(
    r"(?<![\w-])[\w-]+(?:"
    r"\s*[(\[{]\s*(?:\.|@|dot|at|точка|собака)\s*[)\]}]\s*[\w-]+"
    r"|\s+(?:dot|точка)\s+[\w-]+"
    r"|\s?\.\s(?:com|net|org|info|biz|io|xyz|top|site|online|ru|рф|su|me|cc|co|dev|app)\b)"
    r"|\bh(?:xx|\*\*)ps?\b\S*"
    r"|(?<!\w)(?:\w[\s.·-]{1,3}){4,40}\w(?!\w)",
    re.IGNORECASE,
)
"""Addresses that are written so that only a reader recognizes them."""
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().-]{5,40}\d(?!\w)")
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”]+)”|\"([^\"]+)\"")
_SIGNED = re.compile(r"[+\-~≈<>=±$€₽£№#]*(\d+(?:[.,:]\d+)*)[%‰°$€₽£]*")
_WITH_UNIT = re.compile(
    r"[~≈<>=±$€₽£]*(\d+(?:[.,]\d+)*)(?:-[а-яё]+|[kmgtp]i?b?(?:/s)?|x|st|nd|rd|th|[nmμ]?s|min|sec|h|d"
    r"|hrs?|м|мин|с|сек|мс|ч|[кмгт]б|р|руб|шт|км|см|мм|кг|г|гг|я|й|го|му|х|ти|ми|ый|ое|ая)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[-/…x×]|\.\.")
_CODE = re.compile(r"[_\\=$@#+&%^~|]|::|^-{1,2}\w|^/|/.*/|\w[.:]\w")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-zà-ɏ]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_NO_NAMES = frozenset({"i", "i'm", "i'd", "i'll", "i've", "ok", "я", "вы", "вас", "вам", "ваш"})
_SENTENCE_BEGINS_AFTER = (":", "-", "•", ".", "!", "?", "…")


def missing_in(source: SourceText, sentence: str) -> list[str]:
    """Return the specifics of ``sentence`` that ``source`` does not contain."""
    text = normal(sentence)
    found = [*_disguised(text, source), *_quoted(text, source)]
    found += [str(n) for n in numbers_in_words(text) if str(n) not in source.numbers]
    missing, rest = _long_numbers(text, source)
    return [*found, *missing, *_words(rest, source)]


def _disguised(text: str, source: SourceText) -> Iterator[str]:
    for found in _DISGUISED.finditer(text):
        if not source.has(found.group()):
            yield found.group()


def _quoted(text: str, source: SourceText) -> Iterator[str]:
    for found in _QUOTED.finditer(text):
        quote = next(group for group in found.groups() if group).strip(_EDGES + " ")
        if quote and not source.has(quote):
            yield quote


def _long_numbers(text: str, source: SourceText) -> tuple[list[str], str]:
    """Check the numbers with spaces inside; return the missing ones, and the rest of the text.

    They are telephone and account numbers, grouped numbers, and numbers with a word for their
    scale.
    """
    missing: list[str] = []

    def phone(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found.group())
        if len(digits) < PHONE_DIGITS_MIN or GROUPED.fullmatch(found.group()):
            return found.group()
        if not source.has_digits(digits) and not source.has(found.group().strip("+( ")):
            missing.append(found.group())
        return " "

    def grouped(found: re.Match[str]) -> str:
        if value_of(found.group()) not in source.numbers:
            missing.append(found.group())
        return " "

    rest = GROUPED.sub(grouped, _PHONE.sub(phone, text))
    for run, value in scaled_in(rest):
        if value not in source.numbers and not source.has(run):
            missing.append(run)
        rest = rest.replace(run, " ", 1)
    return missing, rest


def _words(text: str, source: SourceText) -> Iterator[str]:
    tokens = text.split()
    russian = len(_CYRILLIC.findall(text)) * 3 > len(_LETTER.findall(text))
    for place, token in enumerate(tokens):
        begins = place == 0 or tokens[place - 1].endswith(_SENTENCE_BEGINS_AFTER)
        for position, part in enumerate(_GLUED.sub(r"\1. ", token).split()):
            word = part.strip(_EDGES)
            if not any(map(str.isalnum, word)):
                continue
            known = _is_known_code(word, source)
            if known is None:
                yield from _names(word, source, russian=russian, begins=begins or position > 0)
            elif not known:
                yield word


def _is_known_code(word: str, source: SourceText) -> bool | None:
    """Whether the source contains a link, number or code; ``None`` for a word of letters."""
    if _ABBREVIATION.fullmatch(word):
        return None
    if _LINK.search(word):
        return source.has_address(word)
    if any(map(str.isdigit, word)):
        return source.has(word) or _is_known_number(word, source)
    if _CODE.search(word) or len(word) > LETTERS_MAX or _is_mixed(word):
        return source.has(word)
    return None


def _is_known_number(word: str, source: SourceText) -> bool:
    parts = [word] if sum(map(str.isdigit, word)) > RANGE_DIGITS_MAX else _RANGE.split(word)
    return _is_value(word, source) or (
        len(parts) > 1 and all(_is_value(part, source) for part in parts)
    )


def _is_value(text: str, source: SourceText) -> bool:
    number = _SIGNED.fullmatch(text) or _WITH_UNIT.fullmatch(text)
    return number is not None and value_of(number.group(1)) in source.numbers


def _names(word: str, source: SourceText, *, russian: bool, begins: bool) -> Iterator[str]:
    for position, part in enumerate(WORD.findall(word)):
        foreign = len(part) > 1 and bool(_LATIN.search(part)) == russian
        first = begins and position == 0
        capital = any(map(str.isupper, part[1:])) or (part[0].isupper() and not first)
        if (foreign or capital) and part.casefold() not in _NO_NAMES and not source.has_word(part):
            yield part


def _is_mixed(word: str) -> bool:
    """Whether a word has letters of two scripts, or of one that is neither Latin nor Cyrillic."""
    latin, cyrillic = bool(_LATIN.search(word)), bool(_CYRILLIC.search(word))
    both = any(_LATIN.search(part) and _CYRILLIC.search(part) for part in WORD.findall(word))
    return both or (not latin and not cyrillic)
