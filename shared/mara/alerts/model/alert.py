"""Alerts as they are stored: each with its state, its episodes, and the signals that it got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.alerts.model.alert_state import AlertState, SignalOutcome
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal

SIGNALS_SHOWN_MAX: Final = 50
EPISODES_SHOWN_MAX: Final = 50
"""Of one alert, the newest first."""


class AlertSourceKind(StrEnum):
    """What an alert came in by."""

    INTAKE = "intake"
    RULE = "rule"


class AlertStatus(StrEnum):
    """Whether an alert fires."""

    FIRING = "firing"
    RESOLVED = "resolved"
    STALE = "stale"
    """It fired, and no signal came for a day: monitoring systems forget alerts without a word."""


@dataclass(frozen=True, slots=True)
class AlertSource:
    """What alerts come in by; ``id`` is that of the intake or of the rule."""

    kind: AlertSourceKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of a source, by its fingerprint; the texts are those of the last firing signal."""

    id: UUID
    owner_id: UUID
    source: AlertSource
    fingerprint: str
    name: str
    severity: Severity
    status: AlertStatus
    state: AlertState
    first_at: datetime
    last_at: datetime
    summary: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False

    def after(self, signal: Signal, state: AlertState, at: datetime) -> "Alert":
        """As it is after a signal that led to ``state``."""
        if not signal.is_firing:
            status = AlertStatus.FIRING if state.is_firing else AlertStatus.RESOLVED
            # A late end takes the reports of an earlier outage away, and their severity.
            severity = state.severity or self.severity
            return replace(self, state=state, status=status, severity=severity, last_at=at)
        fires = state.is_firing
        return replace(
            self,
            state=state,
            status=AlertStatus.FIRING if fires else self.status,
            severity=state.severity or signal.severity,
            last_at=at,
            name=signal.name,
            summary=signal.summary,
            description=signal.description,
            labels=signal.labels,
            is_test=signal.is_test,
        )


class EpisodeEnd(StrEnum):
    """How an episode ended."""

    RESOLVED = "resolved"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Episode:
    """From firing to resolved; of one alert, one at most is open. ``post_id`` has its answer."""

    id: UUID
    owner_id: UUID
    alert_id: UUID
    post_id: UUID
    began_at: datetime
    opened_at: datetime
    severity: Severity
    count: int
    last_at: datetime
    ended_at: datetime | None = None
    ended_by: EpisodeEnd | None = None

    def still(self, state: AlertState, post_id: UUID) -> "Episode":
        """As it goes on in ``state``, which fires."""
        return replace(
            self,
            post_id=post_id,
            began_at=state.began_at or self.began_at,
            severity=state.severity or self.severity,
            count=state.count,
            last_at=state.last_at or self.last_at,
        )

    def over(self, at: datetime, ended_by: EpisodeEnd) -> "Episode":
        """As it ended at a moment."""
        return replace(self, ended_at=at, ended_by=ended_by)


@dataclass(frozen=True, slots=True)
class RecordedSignal:
    """What a delivery said of an alert, and what that did."""

    id: UUID
    owner_id: UUID
    alert_id: UUID
    delivery_id: UUID
    received_at: datetime
    is_firing: bool
    severity: Severity
    outcome: SignalOutcome
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """An alert with its last episodes and signals, the newest first."""

    alert: Alert
    episodes: Sequence[Episode]
    signals: Sequence[RecordedSignal]
