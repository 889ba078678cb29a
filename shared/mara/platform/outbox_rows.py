"""The rows of the outbox; it imports no AWS client, so that a route can store a message cheaply."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic_core import to_json

from mara.kernel import correlation
from mara.kernel.ids import new_id
from mara.kernel.messages import Event, Message
from mara.platform.database import connection

EVENT = "event:"
"""Prefix of the ``queue`` column for events, which go to the topic instead of a queue."""

# `ORDER BY` keeps the order of the messages in `created_at`, which is the time of each row.
INSERT = """
    INSERT INTO outbox (id, queue, body, redrive_of, correlation_id, left_to_relay)
    SELECT id, queue, body, redrive_of, correlation_id, %s
    FROM ROWS FROM (
        json_to_recordset(%s::json)
            AS (id uuid, queue text, body text, redrive_of text, correlation_id text)
    ) WITH ORDINALITY AS rows (id, queue, body, redrive_of, correlation_id, place)
    ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A row of the outbox; ``body`` is JSON.

    ``redrive_of`` is the id of the message that died first, where a dead letter is sent again;
    ``correlation_id`` is that of the event whose handling wrote the row.
    """

    id: UUID
    queue: str
    body: str
    redrive_of: str | None = None
    correlation_id: str | None = None


def store(messages: Sequence[Message], *, left_to_relay: bool) -> list[OutboxMessage]:
    """Insert the messages in the open transaction, by one statement.

    ``left_to_relay``: the relay sends them at its next look, because their writer does not.
    """
    stored = [row_of(message) for message in messages]
    _insert(stored, left_to_relay=left_to_relay)
    return stored


def _insert(rows: Sequence[OutboxMessage], *, left_to_relay: bool) -> None:
    if rows:
        connection().execute(INSERT, (left_to_relay, to_json(rows).decode()))


def row_of(message: Message) -> OutboxMessage:
    """Return the row of a message, for a statement that stores it.

    An event has its name and its id in the body too. They are the same in every copy that the topic
    delivers, which no id of SNS or SQS is: so a consumer recognises an event that arrives again.
    """
    id_, name, followed = new_id(), message.queue(), correlation.current()
    if not isinstance(message, Event):
        return OutboxMessage(id_, name, message.model_dump_json(), correlation_id=followed)
    body = {**message.model_dump(mode="json"), "event": name, "event_id": str(id_)}
    return OutboxMessage(id_, f"{EVENT}{name}", to_json(body).decode(), correlation_id=followed)


def publish_by_relay(message: Message) -> None:
    """Implements Publish: stores the message, and leaves sending it to the relay.

    For messages that may wait for the relay (``RelaySettings``): the request loads no AWS client,
    which takes a cold start half a second, and waits for no queue.
    """
    store([message], left_to_relay=True)


def resend_by_relay(queue: str, messages: Iterable[tuple[str, str | None, str | None]]) -> None:
    """Implements Resend: stores the messages for the relay."""
    rows = [OutboxMessage(new_id(), queue, body, *origin) for body, *origin in messages]
    _insert(rows, left_to_relay=True)
