"""The numbers in a text, in digits and in words of Russian and English, for comparison.

One value has many spellings: "5,000", "5 000", "5000", "five thousand", "пять тысяч".
"""

import re
from functools import lru_cache

NUMBER = re.compile(r"(?<![\w.,:])[vV]?(\d+(?:[.,:]\d+)*)(?![^\W\d_]*\d)")
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[ '’]\d{3})+(?![\d])")
_CODE = re.compile(r"\+?\(?\d+(?=[ ().-]*[(-])(?:[ ().-]{1,3}\d+){2,}")
"""A date, a telephone number or the like: its parts are no numbers."""
_SCALED = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(тыс|млн|миллион|млрд|миллиард|thousand|million|billion)\w*",
    re.IGNORECASE,
)
_SCALES = {
    "тыс": 10**3,
    "thousand": 10**3,
    "млн": 10**6,
    "миллион": 10**6,
    "million": 10**6,
    "млрд": 10**9,
    "миллиард": 10**9,
    "billion": 10**9,
}
_WORD = re.compile(r"[^\W\d_]+")

_ENGLISH = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_RUSSIAN = (
    r"ноль|нул[яюь]\w*",
    r"одн(?:а|о|ого|ому|им|ой|у)|один",
    r"дв(?:а|е|ух|ум|умя)",
    r"тр(?:и|ех|ем|емя)",
    r"четыр(?:е|ех|ем|ьмя)",
    r"пят(?:ь|и|ью)",
    r"шест(?:ь|и|ью)",
    r"сем(?:ь|и|ью)",
    r"вос(?:емь|ьми|емью)",
    r"девят(?:ь|и|ью)",
    r"десят(?:ь|и|ью)",
)
_RUSSIAN_TEENS = "один две три четыр пят шест сем восем девят"
_RUSSIAN_TENS = (
    r"двадцат\w{1,2}",
    r"тридцат\w{1,2}",
    r"сорока?",
    r"пят(?:ь|и)десят\w?",
    r"шест(?:ь|и)десят\w?",
    r"сем(?:ь|и)десят\w?",
    r"вос(?:емь|ьми)десят\w?",
    r"девяност[оа]",
)
_RUSSIAN_HUNDREDS = r"ст[оа]|двести|триста|четыреста|пятьсот|шестьсот|семьсот|восемьсот|девятьсот"
_LARGE = ((r"тысяч\w{0,3}|thousands?", 10**3), (r"миллион\w{0,3}|millions?", 10**6))

_VALUES: list[tuple[re.Pattern[str], int]] = [
    (re.compile(pattern), value)
    for pattern, value in (
        *((word, value) for value, word in enumerate(_ENGLISH.split(" "))),
        *((word, 20 + 10 * n) for n, word in enumerate(_ENGLISH_TENS.split(" "))),
        *((word, value) for value, word in enumerate(_RUSSIAN)),
        *(
            (rf"{stem}н?надцат\w{{1,2}}", 11 + n)
            for n, stem in enumerate(_RUSSIAN_TEENS.split(" "))
        ),
        *((word, 20 + 10 * n) for n, word in enumerate(_RUSSIAN_TENS)),
        *((word, 100 + 100 * n) for n, word in enumerate(_RUSSIAN_HUNDREDS.split("|"))),
        *_LARGE,
    )
]
_HUNDRED = "hundred"
THOUSAND = 1000


def value_of(spelling: str) -> str:
    """Return the value of a number in digits, such as ``1,000``, as a canonical string.

    Groups of three digits are thousands where both readings are possible.
    """
    digits = re.sub(r"[ '’]", "", spelling)
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", digits):
        return _canonical(digits.replace(",", ""))
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", digits):
        return _canonical(digits.replace(".", ""))
    return _canonical(digits)


def numbers_in(text: str) -> set[str]:
    """Return the values of all numbers in ``text``, those in words included."""
    values = {value_of(found.group()) for found in GROUPED.finditer(text)}
    for found in NUMBER.finditer(_CODE.sub(" ", GROUPED.sub(" ", text))):
        digits = found.group(1)
        values.add(value_of(digits))
        # A source may mean either reading of "1.250", but a thousand by "1.000".
        if not digits.endswith("000"):
            values.add(_canonical(digits))
    for found in _SCALED.finditer(text):
        values.add(scaled(found))
    return values | {str(value) for value in numbers_in_words(text)}


def scaled_in(text: str) -> list[tuple[str, str]]:
    """Return each number with a word for its scale, such as ``5 млн``, and its value."""
    return [(found.group(), scaled(found)) for found in _SCALED.finditer(text)]


def scaled(found: re.Match[str]) -> str:
    """Return the value of a match of a number and its scale."""
    number = float(found.group(1).replace(",", "."))
    return _canonical(f"{number * _SCALES[found.group(2).casefold()]:.6f}")


def numbers_in_words(text: str) -> list[int]:
    """Return the values of the numbers that are written in words; "one" alone is no number."""
    numbers: list[int] = []
    spoken: list[int] = []
    end = -1
    for word in _WORD.finditer(text.casefold().replace("ё", "е")):
        value = _value(word.group())
        if spoken and (value is None or text[end : word.start()].strip(" -\n\t\u00a0")):
            numbers.append(_total(spoken))
            spoken = []
        if value is not None:
            spoken.append(value)
        end = word.end()
    if spoken:
        numbers.append(_total(spoken))
    return [number for number in numbers if number > 1]


@lru_cache(maxsize=10_000)
def _value(word: str) -> int | None:
    if word == _HUNDRED:
        return -100
    return next((value for pattern, value in _VALUES if pattern.fullmatch(word)), None)


def _total(spoken: list[int]) -> int:
    """Add the parts up; ``-100`` multiplies, as in "five hundred"."""
    total = current = 0
    for value in spoken:
        if value < 0:
            current = max(1, current) * -value
        elif value >= THOUSAND:
            total, current = total + max(1, current) * value, 0
        else:
            current += value
    return total + current


def _canonical(digits: str) -> str:
    """Return it without leading zeros, and without trailing zeros of a decimal fraction."""
    digits = digits.replace(",", ".") if digits.count(",") == 1 and "." not in digits else digits
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):
        whole, _, fraction = digits.partition(".")
        fraction = fraction.rstrip("0")
        return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return digits
