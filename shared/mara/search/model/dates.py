"""Dates in texts, in numbers and in words, in both languages: ``12.03.2024``, ``March 12``."""

import re

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan янв",
            "feb фев",
            "mar мар",
            "apr апр",
            "may май мая мае",
            "jun июн",
            "jul июл",
            "aug авг",
            "sep сен",
            "oct окт",
            "nov ноя",
            "dec дек",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|янв(?:ар[ьяе])?|фев(?:рал[ьяе])?|март[ае]?|апр(?:ел[ьяе])?|ма[йяе]|июн[ьяе]|июл[ьяе]"
    r"|авг(?:уст[ае]?)?|сен(?:тябр[ьяе])?|окт(?:ябр[ьяе])?|ноя(?:бр[ьяе])?|дек(?:абр[ьяе])?)\.?"
)
_EDGE, _END = r"(?<![\w@])", r"(?![\w@])"

DATE = re.compile(
    rf"{_EDGE}(?:(?P<y>\d{{4}})[-./](?P<m>\d\d?)[-./](?P<d>\d\d?)"
    r"|(?P<d1>\d\d?)[./-](?P<m1>\d\d?)[./-](?P<y1>\d{4}|\d\d)"
    rf"|(?P<d2>\d\d?)(?:st|nd|rd|th|-?го|-?е)?(?:\s+of)?\s+(?P<m2>{_MONTH})(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{_MONTH})\s+(?P<d3>\d\d?)(?:st|nd|rd|th)?(?:,?\s+(?P<y3>\d{{4}}))?){_END}",
    re.IGNORECASE,
)
"""A day with its year, or a day in words without one."""
DAYS_MAX = 31


def date_keys(match: re.Match[str]) -> set[str]:
    """A date with a year is also one without, which is why passages leave the year out."""
    day, year = day_and_year(match)
    if not day:
        return set()
    return {f"date {year}-{day}", f"any {day}"} if year else {f"day {day}"}


def day_and_year(match: re.Match[str]) -> tuple[str, str | None]:
    """Month and day, an empty text if there is no such day, and the year with four digits."""
    parts = {key[0]: value for key, value in match.groupdict().items() if value}
    month = int(parts["m"]) if parts["m"].isdigit() else MONTHS[parts["m"].lower()[:3]]
    day, year = int(parts["d"]), parts.get("y")
    if month not in MONTHS.values() or not 1 <= day <= DAYS_MAX:
        return "", None
    return f"{month}-{day}", f"20{year}" if year and len(year) < len("2024") else year
