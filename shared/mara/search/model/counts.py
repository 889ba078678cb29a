"""Numbers that count or measure something: "2 days", "3 отдела". They name nothing."""

import re
from typing import Final

MEASURED: Final = re.compile(
    r"\s*(?:%|(?:ms|sec\w*|s|min\w*|hours?|days?|[kmgt]i?b|bytes?|times|pods?|мс|сек\w*|мин\w*|час\w*"
    r"|дн\w*|гб|мб|тб|кб|байт\w*|раз|процент\w*|percent)\b)",
    re.IGNORECASE,
)
"""A unit behind a number that is measured: a value of the day."""
LASTING: Final = re.compile(
    r"\s+(?:weeks?|months?|years?|people|persons?|copies|copy|день|сут\w*|недел\w*|месяц\w*"
    r"|год(?:а|у|ом|ов|ы)?|лет|раза|человек\w*|штук\w*|шт|экземпляр\w*)\b",
    re.IGNORECASE,
)
"""What short numbers count; behind a long one, such as "2024 году", it belongs to a name."""
COUNTED: Final = re.compile(
    r"\s+(?!(?:is|was|has|does|means|this|as|its|us|works?)\b)"
    r"(?:[a-z]{2,}s|[а-яё]{2,}(?:ов|ев|ёв|ей))\b",
    re.IGNORECASE,
)
"""A plural behind a number: "laptops", "мониторов" (Russian counts from five in that case)."""
SIGN: Final = re.compile(r"[№#]|\bno\.", re.IGNORECASE)
"""A sign that says that the number names something."""
COUNT_DIGITS_MAX: Final = 2
"""Longer numbers before a plural are rather names: "error 500 occurs"."""


def is_measured(text: str, end: int) -> bool:
    """Whether a unit follows the number that ends at ``end``."""
    return MEASURED.match(text, end) is not None


def is_count(text: str, match: re.Match[str]) -> bool:
    """Whether the number at the end of ``match`` counts what follows, and names nothing before it.

    "order 2 laptops" and "office 3 days" are counts, "order 2" and "order no. 2" are names.
    """
    if SIGN.search(match.group()):
        return False
    if is_measured(text, match.end()):
        return True
    if sum(map(str.isdigit, match.group())) > COUNT_DIGITS_MAX:
        return False
    return any(counted.match(text, match.end()) for counted in (LASTING, COUNTED))
