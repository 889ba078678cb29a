"""Requests and responses of the routes of intakes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.schemas.agents import Line
from mara.alerts.model.alert_settings import AlertSettings
from mara.alerts.model.intake import Intake, IntakeSettings
from mara.alerts.model.severity import Severity
from mara.alerts.schemas.alert_settings import (
    CHAT_ID_MAX,
    COOLDOWN_MINUTES,
    COOLDOWN_TEXT,
    THREAD_ID_MAX,
    CooldownMinutes,
    GivenEscalation,
    GivenQuietHours,
    settings_fields,
    settings_from,
)
from mara.kernel.json_types import JsonBool, JsonInt
from mara.kernel.patch import MergePatch, optional

CONFIG = (
    "Id of the connected bot that posts the alerts to a chat; null keeps them in the list only."
)
CHAT = "Id of the chat in Telegram that gets the alerts; null stands for the target of the bot."
THREAD = "Id of the topic in the chat; null posts outside of topics."
AGENT = "Id of the agent that is asked what to do."
DEFAULT_SEVERITY = "Severity of alerts that name none."
SECRET = "Ct3mB5r7xkHq3cVw0yTqk3nWJ0G1uQ5f3aQk8d2mB5r"  # noqa: S105 - an example


class IntakeIn(BaseModel):
    """A new intake: where one monitoring system posts its alerts to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Alertmanager", "agent_id": "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"}
            ]
        },
    )

    name: Line = Field(
        description="Name of the intake, to tell it from others.", examples=["Alertmanager"]
    )
    agent_id: UUID = Field(description=AGENT)
    default_severity: Severity = Field(
        default=Severity.WARNING, description=DEFAULT_SEVERITY, examples=["warning"]
    )

    config_id: UUID | None = Field(default=None, description=CONFIG, examples=[None])
    target_chat_id: JsonInt | None = Field(
        default=None, ge=-CHAT_ID_MAX, le=CHAT_ID_MAX, description=CHAT, examples=[-1001234567890]
    )
    target_thread_id: JsonInt | None = Field(
        default=None, ge=1, le=THREAD_ID_MAX, description=THREAD, examples=[None]
    )

    cooldown_minutes: CooldownMinutes = COOLDOWN_MINUTES
    quiet_hours: GivenQuietHours = None
    escalation: GivenEscalation = None

    def to_settings(self) -> IntakeSettings:
        """Convert to the model object. Raises InvalidQuietHours."""
        return IntakeSettings(
            **_own(dict(self)), alerting=AlertSettings(**settings_from(dict(self)))
        )


class IntakePatch(MergePatch):
    """Changes of an intake (RFC 7396): omitted fields stay."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"default_severity": "critical"}]}
    )

    name: Line = optional(description="Name of the intake.", examples=["Alertmanager"])
    agent_id: UUID = optional(description=AGENT)
    default_severity: Severity = optional(description=DEFAULT_SEVERITY, examples=["critical"])
    config_id: UUID | None = optional(description=CONFIG, examples=[None])
    target_chat_id: JsonInt | None = optional(
        ge=-CHAT_ID_MAX, le=CHAT_ID_MAX, description=CHAT, examples=[-1001234567890]
    )
    target_thread_id: JsonInt | None = optional(
        ge=1, le=THREAD_ID_MAX, description=THREAD, examples=[None]
    )
    cooldown_minutes: CooldownMinutes = optional()
    quiet_hours: GivenQuietHours = optional()
    escalation: GivenEscalation = optional()

    def changes(self) -> dict[str, Any]:
        """Return the fields of ``IntakeSettings.changed``. Raises InvalidQuietHours."""
        given = super().changes()
        return {**_own(given), **settings_from(given)}


class IntakeRotationIn(BaseModel):
    """How the secret before ends."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    ends_at_once: JsonBool = Field(
        default=False,
        description="Whether the old secret ends now; else it works for 24 hours more.",
        examples=[False],
    )


class IntakeOut(BaseModel):
    """An intake without its secret, and what came in."""

    id: UUID = Field(description="Id of the intake.")
    name: str = Field(description="Name of the intake.", examples=["Alertmanager"])
    agent_id: UUID = Field(description=AGENT)
    default_severity: Severity = Field(description=DEFAULT_SEVERITY, examples=["warning"])
    config_id: UUID | None = Field(description=CONFIG, examples=[None])
    target_chat_id: int | None = Field(description=CHAT, examples=[-1001234567890])
    target_thread_id: int | None = Field(description=THREAD, examples=[None])
    cooldown_minutes: int = Field(description=COOLDOWN_TEXT, examples=[COOLDOWN_MINUTES])
    quiet_hours: GivenQuietHours
    escalation: GivenEscalation
    path: str = Field(
        description="Where to post to, at the address of this API.",
        examples=["/api/v1/alerts/intake/0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"],
    )
    old_secret_until: datetime | None = Field(
        description="Until when the secret before the last rotation works; null if it does not.",
        examples=[None],
    )
    accepted: int = Field(description="Number of deliveries that were stored.", examples=[41])
    refused: int = Field(description="Number of deliveries that were refused.", examples=[1])
    last_accepted_at: datetime | None = Field(
        description="When the last delivery was stored; null if none was."
    )
    last_refused_at: datetime | None = Field(
        description="When the last delivery was refused; null if none was.", examples=[None]
    )
    last_refusal: str | None = Field(
        description="Code of the problem that the last refused delivery met; null if none was.",
        examples=["wrong_intake_secret"],
    )
    created_at: datetime = Field(description="When the intake was created.")
    updated_at: datetime = Field(description="When its settings or its secret changed last.")

    @classmethod
    def of(cls, intake: Intake) -> Self:
        """Build the response from the model object."""
        return cls(**_fields(intake))


class NewIntakeOut(IntakeOut):
    """An intake with a new secret, which is shown only in this response."""

    secret: str = Field(
        description="The secret: send it as a bearer token, or sign the body with it.",
        examples=[SECRET],
    )

    @classmethod
    def with_secret(cls, intake: Intake, secret: str) -> Self:
        """Build the response from the model object, and add the secret."""
        return cls(**_fields(intake), secret=secret)


def _fields(intake: Intake) -> dict[str, Any]:
    counts = intake.counts
    return {
        "id": intake.id,
        "name": intake.settings.name,
        "agent_id": intake.settings.agent_id,
        "default_severity": intake.settings.default_severity,
        "config_id": intake.settings.config_id,
        "target_chat_id": intake.settings.target_chat_id,
        "target_thread_id": intake.settings.target_thread_id,
        **settings_fields(intake.settings.alerting),
        "path": f"/api/v1/alerts/intake/{intake.id}",
        "old_secret_until": intake.previous_until,
        "accepted": counts.accepted,
        "refused": counts.refused,
        "last_accepted_at": counts.last_accepted_at,
        "last_refused_at": counts.last_refused_at,
        "last_refusal": counts.last_refusal,
        "created_at": intake.created_at,
        "updated_at": intake.updated_at,
    }


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not those of the shared settings."""
    shared = ("cooldown_minutes", "quiet_hours", "escalation")
    return {name: value for name, value in values.items() if name not in shared}
