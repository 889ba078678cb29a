"""Messages of the notifications domain."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from mara.kernel.messages import Event, Message


class NotifyOwner(Message):
    """Prepare what the owner of an event gets of it.

    Events that name a user arrive on its queue as they were published, with the name and the id
    that the outbox gave them. The id is the same in every copy.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    owner_id: UUID
    event: str
    event_id: UUID

    @property
    def data(self) -> Mapping[str, Any]:
        """The other fields of the event, as JSON has them."""
        return self.model_extra or {}


class SendWebhooks(Message):
    """Send the outgoing webhooks that are due: a doorbell, the rows say what."""


class WebhookSwitchedOff(Event):
    """A webhook was switched off by its receiver, or after days of failures."""

    webhook_id: UUID
    owner_id: UUID


class NoticeDue(Event):
    """A notice goes to its user's Telegram."""

    notice_id: UUID
    owner_id: UUID
