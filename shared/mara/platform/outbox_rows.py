"""The rows of the outbox; it imports no AWS client, so that a route can store a message cheaply."""

from dataclasses import dataclass
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.messages import Event, Message
from mara.platform.database import connection

EVENT = "event:"
"""Prefix of the ``queue`` column for events, which go to the topic instead of a queue."""

INSERT = "INSERT INTO outbox (id, queue, body, left_to_relay) VALUES (%s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A row of the outbox; ``body`` is JSON."""

    id: UUID
    queue: str
    body: str


def store(message: Message, *, left_to_relay: bool) -> OutboxMessage:
    """Insert the message in the open transaction.

    ``left_to_relay``: the relay sends it at its next look, because its writer does not.
    """
    name = message.queue()
    queue = f"{EVENT}{name}" if isinstance(message, Event) else name
    stored = OutboxMessage(new_id(), queue, message.model_dump_json())
    connection().execute(INSERT, (stored.id, stored.queue, stored.body, left_to_relay))
    return stored


def publish_by_relay(message: Message) -> None:
    """Implements Publish: stores the message, and leaves sending it to the relay.

    For messages that may wait for the relay (``RelaySettings``): the request loads no AWS client,
    which takes a cold start half a second, and waits for no queue.
    """
    store(message, left_to_relay=True)
