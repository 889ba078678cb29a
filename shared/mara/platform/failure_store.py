"""The table ``message_failures``: the last error of each message that will come again.

A note is taken away with the success of its message, or with its dead letter. What neither ends
(SQS deletes a message after its retention) is forgotten by age, so the table stays small.
"""

from datetime import datetime

from mara.platform.database import connection, execute_autocommit

ERROR_MAX = 200

NOTE = """
    INSERT INTO message_failures AS f (queue, message_id, error, attempts, first_at, last_at)
    VALUES (%(queue)s, %(message_id)s, %(error)s, 1, %(now)s, %(now)s)
    ON CONFLICT (queue, message_id) DO UPDATE
        SET error = excluded.error, attempts = f.attempts + 1, last_at = excluded.last_at
    RETURNING true
"""
FORGET = """
    DELETE FROM message_failures WHERE queue = %(queue)s AND message_id = %(message_id)s
    RETURNING true
"""
DELETE_OLD = "DELETE FROM message_failures WHERE last_at < %s"


def note(queue: str, message_id: str, error: str, now: datetime) -> None:
    """Note a failed try. Raises DatabaseUnavailable."""
    message = {"queue": queue, "message_id": message_id}
    execute_autocommit(NOTE, {**message, "error": error[:ERROR_MAX], "now": now})


def forget(queue: str, message_id: str) -> None:
    """Delete the note of a message that succeeded. Raises DatabaseUnavailable."""
    execute_autocommit(FORGET, {"queue": queue, "message_id": message_id})


def delete_older(before: datetime) -> int:
    """Delete notes whose last failure is older; return how many. Needs an open transaction."""
    return connection().execute(DELETE_OLD, (before,)).rowcount
