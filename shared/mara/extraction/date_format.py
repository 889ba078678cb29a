"""Formats dates, times and durations by the format codes of spreadsheets."""

import re
from collections.abc import Callable
from datetime import date, datetime, time

Moment = datetime | date | time

ISO = "iso"
"""The code of formats whose order of day, month and year the reader's program decides."""

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - dates of spreadsheets have no time zone
_PART = re.compile(
    r'"([^"]*)"|\\(.)|\[(h+|m+|s+)\]|\[[^\]]*\]|_.|\*.|(am/pm|a/p|y+|m+|d+|h+|s+(?:\.0+)?|.)',
    re.IGNORECASE | re.DOTALL,
)
_RUSSIAN = re.compile(r"\[\$-[A-F0-9]*(?:419|FC19|ru-RU)\]", re.IGNORECASE)
_ENGLISH_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_ENGLISH_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_DAYS = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"]
_NAMED = 3
"""Three letters are a short name, four the whole."""
_SHORT_RUSSIAN = 2


def date_formatter(code: str) -> Callable[[Moment], str]:
    """The function that formats moments by ``code``."""
    if code == ISO:
        return _iso
    parts = [match for match in _PART.findall(code) if any(match)]
    is_half = any(shown.lower() in {"am/pm", "a/p"} for *_, shown in parts)
    is_russian = _RUSSIAN.search(code) is not None
    steps: list[str | tuple[str, int]] = []
    for quoted, escaped, total, shown in parts:
        letter = (total or shown)[:1].lower()
        if quoted or escaped:
            steps.append(quoted or escaped)
        elif total:
            steps.append((f"[{letter}]", len(total)))
        elif shown.lower() in {"am/pm", "a/p"}:
            steps.append(("a", 2))
        elif letter in "ymdhs":
            _, point, decimals = shown.partition(".")
            steps.append(("f", len(decimals)) if point else (letter, len(shown)))
        else:
            steps.append(shown)
    steps = _with_minutes(steps)

    def formatted(value: Moment) -> str:
        moment = _whole(value)
        shown = (
            step
            if isinstance(step, str)
            else _step(step, moment, is_half=is_half, is_russian=is_russian)
            for step in steps
        )
        return "".join(shown).strip()

    return formatted


def _iso(value: Moment) -> str:
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    return value.isoformat()


def _with_minutes(steps: list[str | tuple[str, int]]) -> list[str | tuple[str, int]]:
    """``m`` after hours or before seconds is minutes."""
    units = [at for at, step in enumerate(steps) if not isinstance(step, str)]
    found = list(steps)
    for place, at in enumerate(units):
        before = found[units[place - 1]][0] if place else ""
        after = steps[units[place + 1]][0] if place + 1 < len(units) else ""
        if found[at][0] == "m" and (before in {"h", "[h]"} or after in {"s", "f"}):
            found[at] = ("n", int(found[at][1]))
    return found


def _whole(value: Moment) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, time):
        return datetime.combine(_EPOCH.date(), value)
    return datetime.combine(value, time())


def _step(step: tuple[str, int], at: datetime, *, is_half: bool, is_russian: bool) -> str:
    kind, width = step
    months, days = (_MONTHS, _DAYS) if is_russian else (_ENGLISH_MONTHS, _ENGLISH_DAYS)
    seconds = round((at - _EPOCH).total_seconds())
    hour = (at.hour % 12 or 12) if is_half else at.hour
    if kind == "m" and width >= _NAMED:
        return months[at.month - 1][: _NAMED if width == _NAMED else None]
    if kind == "d" and width >= _NAMED:
        short = _SHORT_RUSSIAN if is_russian else _NAMED
        return days[at.weekday()][: short if width == _NAMED else None]
    if kind == "y":
        return f"{at.year:04}" if width > 2 else f"{at.year % 100:02}"  # noqa: PLR2004 - "yy"
    if kind == "a":
        return "AM" if at.hour < 12 else "PM"  # noqa: PLR2004 - noon
    if kind == "f":
        return f"{at.second + at.microsecond / 1e6:0{3 + width}.{width}f}"
    number = {
        "m": at.month,
        "d": at.day,
        "h": hour,
        "n": at.minute,
        "s": at.second,
        "[h]": seconds // 3600,
        "[m]": seconds // 60,
        "[s]": seconds,
    }[kind]
    return f"{number:0{min(width, 2)}}"
