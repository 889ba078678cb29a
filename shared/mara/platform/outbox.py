"""Messages that leave if and only if the transaction that said them was committed."""

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
"""A row older than this was left behind by a process that could not send it."""

RELAY_BATCH = 100

EVENT = "event:"
"""Before the name of what goes to the topic, where others name a queue."""

INSERT = "INSERT INTO outbox (id, queue, body) VALUES (%s, %s, %s)"
DELETE = "DELETE FROM outbox WHERE id = ANY(%s)"
OVERDUE = """
    SELECT id, queue, body FROM outbox WHERE created_at < %s
    ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class Letter:
    id: UUID
    queue: str
    body: str


def publish(message: Message) -> None:
    """Implements Publish: stored now, sent right after the commit, or else by the relay."""
    name = message.queue()
    queue = f"{EVENT}{name}" if isinstance(message, Event) else name
    letter = Letter(new_id(), queue, message.model_dump_json())
    connection().execute(INSERT, (letter.id, letter.queue, letter.body))
    after_commit(lambda: _send_and_forget(letter))


def relay(now: datetime) -> int:
    """Send what was left behind; return how many were sent.

    The rows stay locked while they are sent, so that two relays never take the same one; a crash
    between sending and deleting sends twice, which consumers must bear.
    """
    sent = 0
    while True:
        with transaction(SYSTEM):
            rows = connection().execute(OVERDUE, (now - RELAY_AFTER, RELAY_BATCH)).fetchall()
            delivered = _deliver([Letter(*row) for row in rows])
            connection().execute(DELETE, (delivered,))
        sent += len(delivered)
        if len(delivered) < RELAY_BATCH:
            return sent


def _send_and_forget(letter: Letter) -> None:
    # The transaction is over: a queue that fails now must not fail the request. The row waits.
    delivered = _deliver([letter])
    if delivered:
        with transaction(SYSTEM):
            connection().execute(DELETE, (delivered,))


def _deliver(letters: Sequence[Letter]) -> list[UUID]:
    delivered = []
    for letter in letters:
        try:
            _send(letter)
        except (sqs.SendFailed, sns.PublishFailed):
            logger.warning("outbox_send_failed", queue=letter.queue, outbox_id=str(letter.id))
        else:
            delivered.append(letter.id)
    return delivered


def _send(letter: Letter) -> None:
    """Raises sqs.SendFailed, sns.PublishFailed."""
    if letter.queue.startswith(EVENT):
        sns.publish(letter.queue.removeprefix(EVENT), letter.body)
    else:
        sqs.send(letter.queue, letter.body)
