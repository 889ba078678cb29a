"""Bodies of the routes of outgoing webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from mara.kernel.json_types import JsonBool
from mara.kernel.patch import MergePatch, optional
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhook_url import URL_MAX
from mara.notifications.model.webhooks import OffReason, Webhook

EXAMPLE_URL = "https://hooks.example.com/mara"
EXAMPLE_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105 - a documentation example, not a credential
EXAMPLE_EVENTS: list[JsonValue] = ["deposit.credited", "invoice.paid"]

Url = Annotated[str, StringConstraints(min_length=1, max_length=URL_MAX)]
Description = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Events = Annotated[frozenset[EventType], Field(min_length=1)]

URL_TEXT = "Where events are sent to: `https://` and a name whose addresses are all public."
EVENTS_TEXT = "The types of events that are sent; null means all, also those added later."


class WebhookIn(BaseModel):
    """A new outgoing webhook."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"url": EXAMPLE_URL, "events": EXAMPLE_EVENTS}]},
    )

    url: Url = Field(description=URL_TEXT, examples=[EXAMPLE_URL])
    description: Description = Field(
        default="", description="What it is for, for its owner.", examples=["Accounting"]
    )
    events: Events | None = Field(default=None, description=EVENTS_TEXT, examples=[EXAMPLE_EVENTS])


class WebhookPatch(MergePatch):
    """Changes of an outgoing webhook (RFC 7396): omitted fields stay."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"description": "Accounting"}]}
    )

    url: Url = optional(description=URL_TEXT, examples=[EXAMPLE_URL])
    description: Description = optional(
        description="What it is for, for its owner.", examples=["Accounting"]
    )
    events: Events | None = optional(description=EVENTS_TEXT, examples=[EXAMPLE_EVENTS])
    active: JsonBool = optional(
        description="False switches it off: what waits is given up. True switches it on again.",
        examples=[True],
    )


class RotationIn(BaseModel):
    """How the secret of a webhook is replaced."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"end_old_at_once": False}]}
    )

    end_old_at_once: JsonBool = Field(
        default=False,
        description="True ends the old secret now, for one that has leaked; else both sign for"
        " 24 hours.",
        examples=[False],
    )


class WebhookOut(BaseModel):
    """An outgoing webhook, without its secret."""

    id: UUID = Field(description="Id of the webhook.")
    url: str = Field(description="Where events are sent to.", examples=[EXAMPLE_URL])
    description: str = Field(description="What it is for.", examples=["Accounting"])
    events: Sequence[EventType] | None = Field(
        description="The types of events that are sent, null for all.", examples=[EXAMPLE_EVENTS]
    )
    active: bool = Field(description="Whether events are sent.", examples=[True])
    off_because: OffReason | None = Field(
        description="Why it is off: `owner` switched it off, the receiver is `gone` (it answered"
        " 410), or it was `failing` for five days; null while it is on.",
        examples=[None],
    )
    failing_since: datetime | None = Field(
        description="The first failed attempt since the last success, null if there is none.",
        examples=[None],
    )
    failures: int = Field(description="Failed attempts since the last success.", examples=[0])
    old_secret_until: datetime | None = Field(
        description="Until when a replaced secret signs too; null if there is none.",
        examples=[None],
    )
    created_at: datetime = Field(description="When the webhook was created.")

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Build the response from the model object."""
        return cls(**_fields(webhook))


class NewWebhookOut(WebhookOut):
    """An outgoing webhook with its new secret, which is shown only in this response."""

    secret: str = Field(
        description="The secret of the signatures, as libraries of Standard Webhooks take it. It"
        " cannot be read again.",
        examples=[EXAMPLE_SECRET],
    )

    @classmethod
    def with_secret(cls, webhook: Webhook, secret: str) -> Self:
        """Build the response from the model object, and add the secret."""
        return cls(**_fields(webhook), secret=secret)


def _fields(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "events": None if webhook.events is None else sorted(webhook.events),
        "active": webhook.off_because is None,
        "off_because": webhook.off_because,
        "failing_since": webhook.failing_since,
        "failures": webhook.failures,
        "old_secret_until": webhook.previous_until,
        "created_at": webhook.created_at,
    }
