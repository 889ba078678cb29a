"""What a monitoring system says about its alerts: signals, and the deliveries that carry them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mara.alerts.model.masking import digest_of
from mara.alerts.model.severity import Severity

CLOCK_AHEAD_MAX: Final = timedelta(minutes=10)
"""So far may the clock of a sender be ahead."""


class DeliveryForm(StrEnum):
    """The forms of deliveries that an intake knows."""

    ALERTMANAGER = "alertmanager"
    GRAFANA = "grafana"
    UPTIME_KUMA = "uptime_kuma"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Signal:
    """One alert that fires or is resolved.

    ``starts_at`` and ``ends_at`` have offsets; None is unknown. ``is_test`` marks what a person
    sends to try the connection: it is posted and costs nothing. ``runbook`` is the link or
    the name of a runbook that the alert itself has.

    ``question`` is what the agent is asked, instead of the alert itself. ``scope`` tells posts from
    others with the same question. A signal that ``is_unique`` is never sent twice: an equal one is
    another one.
    """

    name: str
    fingerprint: str
    is_firing: bool
    severity: Severity
    summary: str = ""
    description: str = ""
    runbook: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_test: bool = False
    question: str = field(default="", repr=False)
    scope: str = ""
    is_unique: bool = False

    @property
    def has_time(self) -> bool:
        """Whether the sender says when the alert began or ended."""
        return self.starts_at is not None or self.ends_at is not None

    @property
    def digest(self) -> str:
        """Equal for signals that say the same."""
        times = [at.isoformat() if at else "" for at in (self.starts_at, self.ends_at)]
        texts = [self.name, self.summary, self.description, self.runbook, self.question]
        labels = [part for pair in sorted(self.labels.items()) for part in pair]
        return digest_of([str(self.is_firing), *times, self.severity, *texts, *labels])

    def without_future(self, at: datetime) -> "Signal":
        """Without the times that a sender with a wrong clock gave a signal which came at ``at``.

        An end in the future would hide all that begins until then.
        """
        starts_at, ends_at = (
            one if one and one <= at + CLOCK_AHEAD_MAX else None
            for one in (self.starts_at, self.ends_at)
        )
        if (starts_at, ends_at) == (self.starts_at, self.ends_at):
            return self
        return replace(self, starts_at=starts_at, ends_at=ends_at)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request carries: ``signals``, and of those beyond the limit the names only.

    ``truncated`` were left out by the sender, who names none of them.
    """

    form: DeliveryForm
    signals: Sequence[Signal]
    more: Mapping[str, int] = field(default_factory=dict)
    truncated: int = 0
