"""Numbers and codes of a question, which a passage has as a whole or not at all.

A code is an id, a number, a date, a version, an address, an article or an amount. It is compared by
its value, not by its spelling: ``12.03.2024`` is ``12 March 2024`` and ``1 250,00`` is ``1250``;
``INV-2024-0118`` is neither ``INV-2024-0131`` nor ``2024``.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mara.search.model.counts import is_count, is_measured
from mara.search.model.dates import DATE, date_keys, day_and_year
from mara.search.model.numbers import NUMBER, YEAR, readings

_EDGE, _END = r"(?<![\w@])", r"(?![\w@])"
_DASHES = "\u2010\u2011\u2012\u2013\u2212"
"""Hyphens, the en dash and the minus, which word processors write in codes in place of a hyphen."""
_HYPHENED = str.maketrans(dict.fromkeys(_DASHES, "-"))

CODE = re.compile(
    rf"{_EDGE}(?:0x[0-9a-f]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\w+(?:[-{_DASHES}_/.:]\w+)*){_END}",
    re.IGNORECASE,
)
STRUCTURE = re.compile(
    r"(?:\b(?:article|clause|section|chapter|paragraph|item|art|статья|статьи|статье|статью|ст"
    r"|(?:пункт|раздел|параграф)(?:а|у|ом|е|ы|ов)?|пп?|глав[аыеу])\b\.?|§)\s*№?\s*(\d+(?:[.\-]\d+)*)",
    re.IGNORECASE,
)
"""An article of a document, by its number."""
NUMBERED = re.compile(r"(?:^|\n)[ \t]*(\d+(?:\.\d+)*)[.)]?[ \t]+(?=\S)")
"""A line that begins with the number of its article."""
MARKED = re.compile(
    r"(?:\b(?:port|code|error|status|ticket|order|invoice|contract|room|office|build|no\."
    r"|порт(?:а|у|ом|е)?|код(?:а|у|ом|е)?|ошибк\w+|статус(?:а|ом|е)?|тикет\w*|заявк\w+"
    r"|заказ(?:а|у|ом|е)?|сч[её]т(?:а|у|ом|е)?|договор(?:а|у|ом|е)?|кабинет\w*|офис\w*|дом(?:а|е)?"
    r"|квартир\w+|акт(?:а|у|ом|е)?|накладн\w+|приказ(?:а|у|ом|е)?)\s|№|#)"
    r"\s*(?:№|#|no\.?)?\s*(\d+)(?![\w]|[-./:]\w)",
    re.IGNORECASE,
)
"""A number of something that is numbered: it counts however short it is."""
VERSION = re.compile(
    r"\b(?:version|release|верси[яиюей]+|релиз\w*)\s+v?(\d+(?:\.\d+)*)", re.IGNORECASE
)
MONEY = re.compile(
    r"[$€£₽]\s*(\d[\d.,\s\u00a0\u202f]*\d|\d)|(?<![\w.,-])(\d[\d.,\s\u00a0\u202f]*\d|\d)"
    r"\s*(?:[$€£₽]|(?:usdt|usd|eur|dollars?|euros?|rubles?|rub|руб\w*|доллар\w*|евро)\b)",
    re.IGNORECASE,
)
DIGITS_OF_A_NUMBER = 3
"""A shorter number without a unit, as in "3 steps", is no code, unless the text has no words."""
DIGITS_OF_AN_ID = 2
ORDINAL = re.compile(
    r"[а-яё]{1,3}\d{4}|\d+(?:st|nd|rd|th|s|x|-?(?:й|я|е|го|му|м|х|ю|ой|ый|ая|ое|ые|ых|летн\w*))"
)
UNITS = re.compile(
    r"\d+(?:[.,]\d+)?(?:[kmgt]i?b?|ms|s|m|h|d|w|км|м|кг|г|л|мм|см|мс|с|ч|мин|гб|мб|тб|кб|px|pt|hz|ghz)"
)
SHORT_RANGE = re.compile(r"\b(\d\d)\d\d[-–—](\d\d)\b")
"""``1620–21``"""
TECHNICAL_WORDS = (
    "sha1 sha256 sha512 base64 utf16 x86 x86_64 x64 amd64 arm64 win32 log4j h264 oauth2 ipv4 ipv6"
)
TECHNICAL = frozenset(TECHNICAL_WORDS.split())
"""Words with digits that are no codes."""


@dataclass(frozen=True, slots=True)
class Code:
    """``said`` is how the question spells it; any of ``keys`` in a passage is the code."""

    said: str
    keys: frozenset[str]

    @property
    def is_year(self) -> bool:
        """Whether it may be a year, which many passages share: it ranks none of them higher."""
        return YEAR.fullmatch(self.said) is not None

    @property
    def hint(self) -> str:
        """What every passage with the code contains, however it spells it."""
        runs: list[str] = re.findall(r"\d+", self.said)
        if not runs:
            return self.said.lower()
        date = DATE.fullmatch(self.said)
        if date:
            return day_and_year(date)[0].rpartition("-")[2]
        return str(max(runs, key=len))[-2:]


def codes_of(text: str) -> Sequence[Code]:
    """The codes that a question asks about, in order."""
    found: list[Code] = []
    text = rest = with_hyphens(text)
    for pattern, keys_of in _ASKED.items():
        for match in pattern.finditer(rest):
            keys = keys_of(match)
            if keys and not (pattern in _NAMING and is_count(rest, match)):
                found.append(Code(match.group().strip(), frozenset(keys)))
                rest = rest.replace(match.group(), " " * len(match.group()), 1)
    says_words = any(map(str.isalpha, text))
    found += _plain_codes(rest, DIGITS_OF_A_NUMBER if says_words else 1)
    return sorted(found, key=lambda code: text.find(code.said))


def _plain_codes(text: str, digits_min: int) -> Iterator[Code]:
    tokens = [match for match in CODE.finditer(text) if _is_code(match.group())]
    for match in NUMBER.finditer(text):
        digits = sum(map(str.isdigit, match.group()))
        # The port of an address is asked for with it.
        is_part = any(token.start() < match.start() < token.end() for token in tokens)
        if digits >= digits_min and not is_part and not is_measured(text, match.end()):
            yield Code(match.group().strip(), frozenset(readings(match.group())))
    for match in tokens:
        yield Code(match.group(), frozenset({id_key(match.group())}))


def _is_code(token: str) -> bool:
    digits = sum(map(str.isdigit, token))
    if NUMBER.fullmatch(token) or not digits:
        return "@" in token
    folded = token.lower()
    if ORDINAL.fullmatch(folded) or UNITS.fullmatch(folded) or folded in TECHNICAL:
        return False
    return digits >= DIGITS_OF_AN_ID and not _is_range(token)


@lru_cache(maxsize=2_000)
def keys_in(text: str) -> frozenset[str]:
    """The keys of everything in a passage that may be asked for as a code."""
    keys: set[str] = set()
    text = with_hyphens(text)
    for match in DATE.finditer(text):
        day, year = day_and_year(match)
        if day:
            keys |= {f"day {day}", f"date {year}-{day}" if year else f"any {day}"}
            keys |= {f"number {year}"} if year else set()
    keys |= {f"article {number}" for number in STRUCTURE.findall(text)}
    keys |= {f"article {number}" for number in NUMBERED.findall(text)}
    for match in NUMBER.finditer(text):
        keys |= readings(match.group())
    for match in CODE.finditer(text):
        token = match.group()
        keys.update(map(id_key, (token, *re.split("[:/]", token))))
        if _is_range(token):
            keys |= {reading for part in re.findall(r"\d+", token) for reading in readings(part)}
    keys |= {f"number {century}{year}" for century, year in SHORT_RANGE.findall(text)}
    return frozenset(keys)


def with_hyphens(text: str) -> str:
    """The text with hyphens in its ids, whichever dash they have; ranges of years keep theirs."""

    def hyphened(match: re.Match[str]) -> str:
        token = match.group()
        is_id = any(map(str.isalpha, token)) and any(map(str.isdigit, token))
        return token.translate(_HYPHENED) if is_id else token

    return CODE.sub(hyphened, text) if any(dash in text for dash in _DASHES) else text


def _article_keys(number: str) -> set[str]:
    """A number with points is unlike others: it is an article wherever it stands."""
    return {f"article {number}", *([number] if "." in number else [])}


def _number(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group).strip()


def id_key(token: str) -> str:
    """The key of a code that is compared by its letters and digits."""
    folded = token.lower().replace("ё", "е").strip(".")
    return re.sub(r"^v(?=\d+(?:\.\d+)+$)", "", folded)


def _is_range(token: str) -> bool:
    return re.fullmatch(r"\d+(?:[-–/:]\d+)+", token) is not None and token.count("-") <= 1


_ASKED: Mapping[re.Pattern[str], Callable[[re.Match[str]], set[str]]] = {
    DATE: date_keys,
    STRUCTURE: lambda match: _article_keys(_number(match)),
    VERSION: lambda match: {id_key(_number(match))},
    MONEY: lambda match: readings(_number(match)),
    MARKED: lambda match: readings(_number(match)),
}
"""The kinds of codes that are told by what stands beside them."""

_NAMING = (STRUCTURE, MARKED)
"""Nouns that are numbered; a number behind one may also count what follows it."""
