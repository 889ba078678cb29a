"""What the frame of consumers noted of messages, in PostgreSQL."""

from sqlalchemy import bindparam, delete

from mara.platform.sql import fetch_one, take
from mara.platform.tables import message_failures
from mara.queues.model.dead_letter import FailureNote

_notes = message_failures.c
TAKE = (
    delete(message_failures)
    .where(_notes.queue == bindparam("queue"), _notes.message_id == bindparam("message_id"))
    .returning(_notes.error, _notes.attempts, _notes.first_at, _notes.last_at)
)


class PostgresFailureNotes:
    """Implements FailureNotes."""

    def take(self, queue: str, message_id: str) -> FailureNote | None:
        """Return and delete the note of a message."""
        row = fetch_one(TAKE, queue=queue, message_id=message_id)
        return take(FailureNote, row) if row else None
