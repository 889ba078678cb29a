"""Transactional outbox: a message is sent if and only if its transaction was committed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mara.kernel.batches import batches
from mara.kernel.clock import Clock
from mara.kernel.correlation import following
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM, DatabaseUnavailable
from mara.platform import sns, sqs
from mara.platform.database import (
    after_commit,
    connection,
    transaction,
)
from mara.platform.outbox_rows import EVENT, OutboxMessage, store
from mara.platform.telemetry import logger

RELAY_AFTER = timedelta(seconds=30)
"""The relay takes rows older than this, which the process that wrote them did not send, and rows
that were left to it at any age."""

RELAY_BATCH = 100

SENT_AT_ONCE_MAX = 100
"""Messages of one transaction that are sent right after its commit: ten requests, some 0.1 s. The
relay sends more than these, so that a batch of a thousand renewals does not wait for a hundred
requests while the next batch is due."""

BATCH_MAX = 10
"""Messages of one request to SQS or SNS; a limit of both."""

BATCH_BYTES_MAX = 200_000
"""Bytes of the bodies of one request; SNS takes 262 144 with the attributes of the messages."""

BACKLOG_METRIC = "OutboxOldestSeconds"
"""Written by every relay; an alarm watches it, and its silence."""

OLDEST = "SELECT min(created_at) FROM outbox"
DELETE = "DELETE FROM outbox WHERE id = ANY(%s)"
OVERDUE = """
    SELECT id, queue, body, redrive_of, correlation_id FROM outbox
    WHERE created_at < %s OR left_to_relay
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
"""


def publish(message: Message) -> None:
    """Implements Publish: stores the message; it is sent after the commit, or by the relay."""
    publish_all([message])


def publish_all(messages: Sequence[Message]) -> None:
    """Implements PublishAll: stores the messages by one statement.

    At most SENT_AT_ONCE_MAX are sent after the commit, in batches; more are left to the relay.
    """
    is_left = len(messages) > SENT_AT_ONCE_MAX
    stored = store(messages, left_to_relay=is_left)
    if not is_left:
        send_after_commit(stored)


def send_after_commit(stored: Sequence[OutboxMessage]) -> None:
    """Send messages that the open transaction has stored, once it is committed."""
    if stored:
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


def _send_and_delete(messages: Sequence[OutboxMessage]) -> None:
    # The transaction is committed: a queue that fails now must not fail the request. The rows stay.
    delivered = _deliver(messages)
    if not delivered:
        return
    try:
        with transaction(SYSTEM):
            connection().execute(DELETE, (delivered,))
    except DatabaseUnavailable:
        # Nor must the database: the relay sends these rows again, and consumers are idempotent.
        logger.warning("outbox_rows_left", count=len(delivered))


def _deliver(messages: Sequence[OutboxMessage]) -> list[UUID]:
    """Send the messages of each queue in batches; return the ids of those that were accepted."""
    delivered = list[UUID]()
    by_queue: dict[str, list[OutboxMessage]] = {}
    for message in messages:
        by_queue.setdefault(message.queue, []).append(message)
    for queue, rows in by_queue.items():
        for batch in _batches(rows):
            accepted = _send(queue, batch)
            delivered += accepted
            for row in batch:
                if row.id not in accepted:
                    with following(row.correlation_id):
                        logger.warning("outbox_send_failed", queue=queue, outbox_id=str(row.id))
    return delivered


def _batches(rows: Sequence[OutboxMessage]) -> Iterator[list[OutboxMessage]]:
    """Split the rows, in their order, by what one request may carry."""
    return batches(
        rows, lambda row: len(row.body.encode()), bytes_max=BATCH_BYTES_MAX, count_max=BATCH_MAX
    )


def _send(queue: str, batch: Sequence[OutboxMessage]) -> set[UUID]:
    """Send the batch by one request; return the ids of those that were accepted."""
    accepted: Iterable[int]
    try:
        if queue.startswith(EVENT):
            accepted = _publish_events(queue.removeprefix(EVENT), batch)
        else:
            accepted = _send_messages(queue, batch)
    except (sqs.SendFailed, sns.PublishFailed):
        return set()
    return {batch[place].id for place in accepted}


def _publish_events(event: str, rows: Sequence[OutboxMessage]) -> Iterable[int]:
    if len(rows) > 1:
        return sns.publish_all(event, [(row.body, row.correlation_id) for row in rows])
    sns.publish(event, rows[0].body, rows[0].correlation_id)
    return (0,)


def _send_messages(queue: str, rows: Sequence[OutboxMessage]) -> Iterable[int]:
    if len(rows) > 1 or rows[0].redrive_of is not None:
        return sqs.send_all(
            queue, [sqs.QueueMessage(row.body, row.correlation_id, row.redrive_of) for row in rows]
        )
    sqs.send(queue, rows[0].body, rows[0].correlation_id)
    return (0,)
