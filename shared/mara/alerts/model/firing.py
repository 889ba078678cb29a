"""How often an alert was reported, by the times at which it began."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from mara.alerts.model.severity import Severity

FIRINGS_MAX: Final = 50
"""So many beginnings are told apart: a sender that moves them never makes a state grow."""


@dataclass(frozen=True, slots=True)
class Firing:
    """How often an alert that began at one time was reported, when last, and how severe.

    ``folded_from`` is the first of several beginnings that are no longer told apart.
    """

    count: int
    last_at: datetime
    severity: Severity
    folded_from: datetime | None = None

    def joined_by(self, other: "Firing") -> "Firing":
        """With all reports of another one."""
        return Firing(
            self.count + other.count,
            max(self.last_at, other.last_at),
            min(self.severity, other.severity, key=lambda one: one.rank),
            self.folded_from,
        )


def folded(firings: Mapping[datetime, Firing]) -> Mapping[datetime, Firing]:
    """With the oldest beyond FIRINGS_MAX as one firing, under the last of their beginnings.

    An end between them leaves all of them: whether the alert fires is still told right.
    """
    over = len(firings) - FIRINGS_MAX
    if over <= 0:
        return firings
    ordered = sorted(firings)
    old, kept = ordered[: over + 1], ordered[over + 1 :]
    whole = firings[old[0]]
    for began_at in old[1:]:
        whole = whole.joined_by(firings[began_at])
    whole = replace(whole, folded_from=began_first(firings))
    return {old[-1]: whole, **{began_at: firings[began_at] for began_at in kept}}


def began_first(firings: Mapping[datetime, Firing]) -> datetime | None:
    """The first of all beginnings; None without any."""
    return min((one.folded_from or began_at for began_at, one in firings.items()), default=None)
