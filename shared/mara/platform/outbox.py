"""Transactional outbox: a message is sent if and only if its transaction was committed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import sns, sqs
from mara.platform.database import after_commit, connection, transaction
from mara.platform.outbox_rows import EVENT, OutboxMessage, store
from mara.platform.telemetry import logger

RELAY_AFTER = timedelta(seconds=30)
"""The relay takes rows older than this, which the process that wrote them did not send, and rows
that were left to it at any age."""

RELAY_BATCH = 100

BACKLOG_METRIC = "OutboxOldestSeconds"
"""Written by every relay; an alarm watches it, and its silence."""

OLDEST = "SELECT min(created_at) FROM outbox"
DELETE = "DELETE FROM outbox WHERE id = ANY(%s)"
OVERDUE = """
    SELECT id, queue, body FROM outbox WHERE created_at < %s OR left_to_relay
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
"""


def publish(message: Message) -> None:
    """Implements Publish: stores the message; it is sent after the commit, or by the relay."""
    stored = store(message, left_to_relay=False)
    after_commit(lambda: _send_and_delete(stored))


@dataclass(frozen=True, slots=True)
class Relay:
    """Sends what the outbox holds, now and again every ``interval``, for ``period`` in all."""

    interval: timedelta
    period: timedelta
    clock: Clock
    wait: Callable[[float], None]
    """Waits for so many seconds."""

    def run(self, started: datetime) -> int:
        """Return how many messages were sent. With an interval of a period it looks once."""
        sent = relay(started)
        while self.clock() + self.interval < started + self.period:
            self.wait(self.interval.total_seconds())
            sent += send_overdue(self.clock())
        return sent


def relay(now: datetime) -> int:
    """Send the messages that are overdue; return how many were sent.

    The age of the oldest message that is left is written as a metric.
    """
    sent = send_overdue(now)
    _record_backlog(now)
    return sent


def send_overdue(now: datetime) -> int:
    """Send the messages that were left to the relay, or were not sent after their commit.

    The rows stay locked while they are sent, so that two relays never take the same row. A crash
    between sending and deleting sends a message twice: consumers are idempotent. Returns how many
    were sent.
    """
    sent = 0
    while True:
        with transaction(SYSTEM):
            rows = connection().execute(OVERDUE, (now - RELAY_AFTER, RELAY_BATCH)).fetchall()
            delivered = _deliver([OutboxMessage(*row) for row in rows])
            connection().execute(DELETE, (delivered,))
        sent += len(delivered)
        if len(delivered) < RELAY_BATCH:
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
