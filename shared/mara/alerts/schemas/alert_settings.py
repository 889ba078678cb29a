"""Requests and responses: how often, when and where else the alerts of a source are posted."""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.alerts.model.alert_message import AlertTarget
from mara.alerts.model.alert_settings import COOLDOWN, AlertSettings
from mara.alerts.model.quiet_hours import QuietHours
from mara.alerts.model.severity import Severity
from mara.kernel.json_types import JsonInt

MINUTE: Final = timedelta(minutes=1)
COOLDOWN_MINUTES: Final = COOLDOWN // MINUTE
COOLDOWN_MINUTES_MAX: Final = 1440
CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
CHAT_ID_MAX: Final = 2**52
"""Ids in Telegram have up to 52 significant bits."""
THREAD_ID_MAX: Final = 2**31 - 1

COOLDOWN_TEXT: Final = (
    "Minutes after a post in which repeats, ends and other instances of its alert edit the message;"
    " firing again later is a new message."
)
QUIET_TEXT: Final = (
    "Hours in which alerts wait for a digest, which is posted at the first moment that is not"
    " quiet; null posts at any hour. The object is replaced as a whole."
)
ESCALATION_TEXT: Final = (
    "Chat that gets alerts by the button `escalate`, and those that cannot be posted in their own"
    " chat; null for none. The object is replaced as a whole."
)
QUIET_EXAMPLE: Final[dict[str, Any]] = {
    "from": "22:00",
    "to": "07:00",
    "days": [0, 1, 2, 3, 4, 5, 6],
    "time_zone": "Europe/Moscow",
    "except": ["critical"],
}
ESCALATION_EXAMPLE: Final[dict[str, Any]] = {
    "config_id": "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10",
    "chat_id": -1001234567890,
    "thread_id": None,
}


class QuietHoursBody(BaseModel):
    """Hours of the wall clock in which alerts that are not urgent wait; all fields are needed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [QUIET_EXAMPLE]})

    begins: str = Field(
        alias="from",
        pattern=CLOCK,
        description="When they begin, by the wall clock of the time zone.",
        examples=["22:00"],
    )
    ends: str = Field(
        alias="to",
        pattern=CLOCK,
        description="When they end: on the next day, unless it is later than `from`.",
        examples=["07:00"],
    )
    days: Sequence[JsonInt] = Field(
        min_length=1,
        max_length=7,
        description="Days of the week on which they begin; 0 is Monday.",
        examples=[[0, 1, 2, 3, 4, 5, 6]],
    )
    time_zone: str = Field(
        max_length=64, description="Name in the tz database.", examples=["Europe/Moscow"]
    )
    excepted: Sequence[Severity] = Field(
        alias="except",
        max_length=3,
        description="Severities that are posted at any hour.",
        examples=[["critical"]],
    )

    def to_model(self) -> QuietHours:
        """Convert to the model object. Raises InvalidQuietHours."""
        return QuietHours(
            begins=time.fromisoformat(self.begins),
            ends=time.fromisoformat(self.ends),
            time_zone=self.time_zone,
            days=tuple(sorted(set(self.days))),
            excepted=tuple(sorted(set(self.excepted), key=lambda one: one.rank)),
        )

    @classmethod
    def of(cls, hours: QuietHours) -> Self:
        """Build it from the model object."""
        return cls.model_validate(
            {
                "from": f"{hours.begins:%H:%M}",
                "to": f"{hours.ends:%H:%M}",
                "days": list(hours.days),
                "time_zone": hours.time_zone,
                "except": list(hours.excepted),
            }
        )


class EscalationBody(BaseModel):
    """The chat of a connected bot."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ESCALATION_EXAMPLE]})

    config_id: UUID = Field(description="Id of the connected bot that posts there.")
    chat_id: JsonInt = Field(
        ge=-CHAT_ID_MAX,
        le=CHAT_ID_MAX,
        description="Id of the chat in Telegram.",
        examples=[-1001234567890],
    )
    thread_id: JsonInt | None = Field(
        default=None,
        ge=1,
        le=THREAD_ID_MAX,
        description="Id of the topic in the chat; null posts outside of topics.",
        examples=[None],
    )

    def to_model(self) -> AlertTarget:
        """Convert to the model object."""
        return AlertTarget(self.config_id, self.chat_id, self.thread_id)

    @classmethod
    def of(cls, target: AlertTarget) -> Self:
        """Build it from the model object, which names a chat."""
        assert target.chat_id is not None  # noqa: S101 - as it was given
        return cls(config_id=target.config_id, chat_id=target.chat_id, thread_id=target.thread_id)


CooldownMinutes = Annotated[
    JsonInt,
    Field(ge=1, le=COOLDOWN_MINUTES_MAX, description=COOLDOWN_TEXT, examples=[COOLDOWN_MINUTES]),
]
GivenQuietHours = Annotated[
    QuietHoursBody | None, Field(description=QUIET_TEXT, examples=[QUIET_EXAMPLE])
]
GivenEscalation = Annotated[
    EscalationBody | None, Field(description=ESCALATION_TEXT, examples=[ESCALATION_EXAMPLE])
]


def settings_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """Take the shared settings out of the values of a request, as fields of ``AlertSettings``.

    Those that the request does not have are missing. Raises InvalidQuietHours.
    """
    found: dict[str, Any] = {}
    if "cooldown_minutes" in values:
        found["cooldown"] = values["cooldown_minutes"] * MINUTE
    for name in ("quiet_hours", "escalation"):
        if name in values:
            given = values[name]
            found[name] = given.to_model() if given is not None else None
    return found


def settings_fields(settings: AlertSettings) -> dict[str, Any]:
    """Return the shared settings as fields of a response."""
    hours, escalation = settings.quiet_hours, settings.escalation
    return {
        "cooldown_minutes": settings.cooldown // MINUTE,
        "quiet_hours": QuietHoursBody.of(hours) if hours else None,
        "escalation": EscalationBody.of(escalation) if escalation else None,
    }
