"""Responses of the routes of alerts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.alerts.model.alert import (
    Alert,
    AlertHistory,
    AlertSourceKind,
    AlertStatus,
    Episode,
    EpisodeEnd,
    RecordedSignal,
)
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.model.alert_state import SignalOutcome
from mara.alerts.model.severity import Severity
from mara.alerts.schemas.posts import PostOut


class AlertSourceOut(BaseModel):
    """What an alert came in by."""

    kind: AlertSourceKind = Field(description="`intake` or `rule`.", examples=["intake"])
    id: UUID = Field(description="Id of the intake or rule, which may be deleted since then.")


class AlertOut(BaseModel):
    """An alert of the list; the texts are those of the last signal that it fires."""

    id: UUID = Field(description="Id of the alert.")
    name: str = Field(description="Name of the alert.", examples=["DiskAlmostFull"])
    severity: Severity = Field(description="How urgent it is.", examples=["critical"])
    status: AlertStatus = Field(
        description="`firing`, `resolved`, or `stale` after a day without a signal.",
        examples=["firing"],
    )
    source: AlertSourceOut = Field(description="What it came in by.")
    fingerprint: str = Field(
        description="What tells it from other alerts of its source.", examples=["5f3a2b1c9d8e4f70"]
    )
    summary: str = Field(description="Summary of the alert.", examples=["Disk is almost full"])
    description: str = Field(
        description="Description of the alert.",
        examples=["Less than 5 % of /var are free on db-3."],
    )
    labels: Mapping[str, str] = Field(
        description="Labels of the alert.", examples=[{"instance": "db-3"}]
    )
    is_test: bool = Field(
        description="Whether a person sent it to try the connection.", examples=[False]
    )
    is_flapping: bool = Field(
        description="Whether it began three times or more in the hour before its last signal.",
        examples=[False],
    )
    created_at: datetime = Field(description="When its first signal came.")
    last_at: datetime = Field(description="When its last signal came.")

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Build the response from the model object."""
        return cls(**alert_fields(alert))


class EpisodeOut(BaseModel):
    """From firing to resolved."""

    id: UUID = Field(description="Id of the episode.")
    post_id: UUID = Field(description="Id of the post that has its answer.")
    began_at: datetime = Field(description="When it began, as its sender says.")
    opened_at: datetime = Field(description="When its first signal came.")
    severity: Severity = Field(description="Its highest severity.", examples=["critical"])
    count: int = Field(description="How often it was reported.", examples=[14])
    last_at: datetime = Field(description="When it was reported last.")
    ended_at: datetime | None = Field(
        description="When it ended; null while it is open.", examples=[None]
    )
    ended_by: EpisodeEnd | None = Field(
        description="`resolved`, or `stale` after a day without a signal; null while it is open.",
        examples=[None],
    )

    @classmethod
    def of(cls, episode: Episode) -> Self:
        """Build the response from the model object."""
        return cls(
            id=episode.id,
            post_id=episode.post_id,
            began_at=episode.began_at,
            opened_at=episode.opened_at,
            severity=episode.severity,
            count=episode.count,
            last_at=episode.last_at,
            ended_at=episode.ended_at,
            ended_by=episode.ended_by,
        )


class SignalOut(BaseModel):
    """What one delivery said of the alert."""

    delivery_id: UUID = Field(description="Id of the delivery.")
    received_at: datetime = Field(description="When it came.")
    is_firing: bool = Field(description="Whether it said that the alert fires.", examples=[True])
    severity: Severity = Field(description="The severity that it named.", examples=["critical"])
    outcome: SignalOutcome = Field(
        description="What it did: `outdated` is a firing that came too late, or a resolved of an"
        " alert that did not fire.",
        examples=["opened"],
    )
    starts_at: datetime | None = Field(
        description="When the alert began, as the sender says; null if it does not say."
    )
    ends_at: datetime | None = Field(
        description="When it ended, as the sender says; null if it does not say.", examples=[None]
    )

    @classmethod
    def of(cls, signal: RecordedSignal) -> Self:
        """Build the response from the model object."""
        return cls(
            delivery_id=signal.delivery_id,
            received_at=signal.received_at,
            is_firing=signal.is_firing,
            severity=signal.severity,
            outcome=signal.outcome,
            starts_at=signal.starts_at,
            ends_at=signal.ends_at,
        )


class AlertHistoryOut(AlertOut):
    """An alert with what came of it; of everything at most the last 50."""

    episodes: Sequence[EpisodeOut] = Field(description="Its episodes, the newest first.")
    signals: Sequence[SignalOut] = Field(description="Its signals, the newest first.")
    posts: Sequence[PostOut] = Field(
        description="The questions of its episodes with their answers, the newest first."
    )

    @classmethod
    def with_posts(cls, history: AlertHistory, posts: Sequence[AlertPost]) -> Self:
        """Build the response from the model objects."""
        return cls(
            **alert_fields(history.alert),
            episodes=[EpisodeOut.of(episode) for episode in history.episodes],
            signals=[SignalOut.of(signal) for signal in history.signals],
            posts=[PostOut.of(post) for post in posts],
        )


def alert_fields(alert: Alert) -> dict[str, Any]:
    """Return the fields of an alert."""
    return {
        "id": alert.id,
        "name": alert.name,
        "severity": alert.severity,
        "status": alert.status,
        "source": AlertSourceOut(kind=alert.source.kind, id=alert.source.id),
        "fingerprint": alert.fingerprint,
        "summary": alert.summary,
        "description": alert.description,
        "labels": alert.labels,
        "is_test": alert.is_test,
        "is_flapping": alert.state.is_flapping(alert.last_at),
        "created_at": alert.first_at,
        "last_at": alert.last_at,
    }
