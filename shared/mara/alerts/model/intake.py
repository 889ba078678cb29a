"""Intakes: where monitoring systems deliver alerts, each with a secret and an agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.severity import Severity

INTAKES_MAX: Final = 50
"""Of one user."""
OLD_SECRET_LASTS: Final = timedelta(hours=24)
"""How long the secret before a rotation still works, unless it is ended at once."""


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """What the owner chooses; alerts without a severity have ``default_severity``.

    ``config_id`` is the bot that posts the alerts; without a chat they go to the bot's own target.
    """

    name: str
    agent_id: UUID
    default_severity: Severity = Severity.WARNING
    config_id: UUID | None = None
    target_chat_id: int | None = None
    target_thread_id: int | None = None
    alerting: AlertSettings = field(default_factory=AlertSettings)

    def changed(self, changes: Mapping[str, Any]) -> "IntakeSettings":
        """With these fields, of which those of ``AlertSettings`` are named as its own."""
        shared = {one.name for one in fields(AlertSettings)} & changes.keys()
        alerting = replace(self.alerting, **{name: changes[name] for name in shared})
        own = {name: value for name, value in changes.items() if name not in shared}
        return replace(self, **own, alerting=alerting)

    @property
    def target(self) -> AlertTarget | None:
        """Where alerts are posted; None keeps them in the list only."""
        if self.config_id is None:
            return None
        return AlertTarget(self.config_id, self.target_chat_id, self.target_thread_id)


@dataclass(frozen=True, slots=True)
class IntakeSecret:
    """A secret of an intake: its SHA-256, and the id of the sealed secret that signatures need."""

    hash: bytes = field(repr=False)
    secret_id: UUID


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What came in; ``last_refusal`` is the stable code of the last refused delivery."""

    accepted: int = 0
    refused: int = 0
    last_accepted_at: datetime | None = None
    last_refused_at: datetime | None = None
    last_refusal: str | None = None

    def is_first_refusal_of_hour(self, at: datetime) -> bool:
        """Whether none was refused in the hour of the clock that ``at`` is in."""
        last = self.last_refused_at
        return last is None or last < at.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Intake:
    """An intake; ``previous`` is the secret before the last rotation, valid up to a moment."""

    id: UUID
    owner_id: UUID
    settings: IntakeSettings
    secret: IntakeSecret
    created_at: datetime
    updated_at: datetime
    previous: IntakeSecret | None = None
    previous_until: datetime | None = None
    counts: DeliveryCounts = field(default_factory=DeliveryCounts)
    removed_config_id: UUID | None = None
    """The bot that posted the alerts until it was disconnected, unless another one was chosen."""

    def secrets_at(self, at: datetime) -> tuple[IntakeSecret, ...]:
        """The secrets that are valid at a moment."""
        if self.previous is None or self.previous_until is None or at >= self.previous_until:
            return (self.secret,)
        return (self.secret, self.previous)

    def rotated(self, secret: IntakeSecret, at: datetime, *, ends_at_once: bool) -> "Intake":
        """With a new secret; the old one stays valid for OLD_SECRET_LASTS or ends at once."""
        if ends_at_once:
            return replace(self, secret=secret, previous=None, previous_until=None, updated_at=at)
        until = at + OLD_SECRET_LASTS
        return replace(
            self, secret=secret, previous=self.secret, previous_until=until, updated_at=at
        )
