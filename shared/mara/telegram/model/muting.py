"""How long people mute the alerts of a chat."""

import re
from datetime import timedelta
from typing import Final

MUTED_MAX: Final = timedelta(days=7)
OFF: Final = frozenset({"off", "выкл"})
UNITS: Final = {
    "m": timedelta(minutes=1),
    "м": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "ч": timedelta(hours=1),
    "d": timedelta(days=1),
    "д": timedelta(days=1),
}
TIME: Final = re.compile(r"([1-9][0-9]{0,4})\s*([mhdмчд])")


def muted_for(argument: str) -> timedelta | None:
    """The time that ``30m``, ``2h`` or ``1d`` names; none for ``off``; None for what is no time.

    Longer times than ``MUTED_MAX`` are none: a chat that is muted for ever hides its alerts.
    """
    text = argument.strip().lower()
    if text in OFF:
        return timedelta(0)
    found = TIME.fullmatch(text)
    if found is None:
        return None
    time = int(found[1]) * UNITS[found[2]]
    return time if time <= MUTED_MAX else None
