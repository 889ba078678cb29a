"""Transactional outbox: a message is sent if and only if its transaction was committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.messages import Event, Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import sns, sqs
from mara.platform.database import after_commit, connection, transaction
from mara.platform.telemetry import logger

RELAY_AFTER = timedelta(seconds=30)
"""The relay takes rows older than this: the process that wrote them did not send them."""

RELAY_BATCH = 100

BACKLOG_METRIC = "OutboxOldestSeconds"
"""Written by every relay; an alarm watches it, and its silence."""

EVENT = "event:"
"""Prefix of the ``queue`` column for events, which go to the topic instead of a queue."""

INSERT = "INSERT INTO outbox (id, queue, body) VALUES (%s, %s, %s)"
OLDEST = "SELECT min(created_at) FROM outbox"
DELETE = "DELETE FROM outbox WHERE id = ANY(%s)"
OVERDUE = """
    SELECT id, queue, body FROM outbox WHERE created_at < %s
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A row of the outbox; ``body`` is JSON."""

    id: UUID
    queue: str
    body: str


def publish(message: Message) -> None:
    """Implements Publish: stores the message; it is sent after the commit, or by the relay."""
    name = message.queue()
    queue = f"{EVENT}{name}" if isinstance(message, Event) else name
    stored = OutboxMessage(new_id(), queue, message.model_dump_json())
    connection().execute(INSERT, (stored.id, stored.queue, stored.body))
    after_commit(lambda: _send_and_delete(stored))


def relay(now: datetime) -> int:
    """Send the messages that were not sent after their commit; return how many were sent.

    The rows stay locked while they are sent, so that two relays never take the same row. A crash
    between sending and deleting sends a message twice: consumers are idempotent. The age of what is
    left is written as a metric.
    """
    sent = 0
    while True:
        with transaction(SYSTEM):
            rows = connection().execute(OVERDUE, (now - RELAY_AFTER, RELAY_BATCH)).fetchall()
            delivered = _deliver([OutboxMessage(*row) for row in rows])
            connection().execute(DELETE, (delivered,))
        sent += len(delivered)
        if len(delivered) < RELAY_BATCH:
            _record_backlog(now)
            return sent


def _record_backlog(now: datetime) -> None:
    """Write how many seconds the oldest message has waited; zero where none waits."""
    from mara.platform.metrics import publish_metric

    with transaction(SYSTEM):
        row = connection().execute(OLDEST).fetchone()
    waited = now - row[0] if row and row[0] else timedelta()
    publish_metric(BACKLOG_METRIC, max(int(waited.total_seconds()), 0), unit="Seconds")


def _send_and_delete(message: OutboxMessage) -> None:
    # The transaction is committed: a queue that fails now must not fail the request. The row stays.
    delivered = _deliver([message])
    if delivered:
        with transaction(SYSTEM):
            connection().execute(DELETE, (delivered,))


def _deliver(messages: Sequence[OutboxMessage]) -> list[UUID]:
    """Send each message; return the ids of those that were accepted."""
    delivered = []
    for message in messages:
        try:
            _send(message)
        except (sqs.SendFailed, sns.PublishFailed):
            logger.warning("outbox_send_failed", queue=message.queue, outbox_id=str(message.id))
        else:
            delivered.append(message.id)
    return delivered


def _send(message: OutboxMessage) -> None:
    """Raises sqs.SendFailed, sns.PublishFailed."""
    if message.queue.startswith(EVENT):
        sns.publish(message.queue.removeprefix(EVENT), message.body)
    else:
        sqs.send(message.queue, message.body)
