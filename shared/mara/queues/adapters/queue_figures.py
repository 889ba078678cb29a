"""What the database says of queues: undone work, counts of processes, failures, dead letters."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mara.platform.database import connection
from mara.queues.model.queue_status import LastError, QueueFigures

RECENT = timedelta(minutes=10)
FAILED = frozenset({"failed", "postponed", "refused"})

# Each is the first row of an index of the work that is undone; queues without one are not named.
OLDEST = """
    SELECT 'accept-upload', min(updated_at) FROM documents WHERE state = 'uploading'
    UNION ALL SELECT 'ingest-document', min(updated_at) FROM documents
        WHERE state IN ('queued', 'processing')
    UNION ALL SELECT 'purge-document', min(deleted_at) FROM documents WHERE deleted_at IS NOT NULL
    UNION ALL SELECT 'answer-question', min(created_at) FROM pending_answers WHERE state = 'queued'
    UNION ALL SELECT 'handle-updates', min(received_at) FROM bot_updates WHERE state = 'waiting'
    UNION ALL SELECT 'send-telegram', min(due_at) FROM outgoing_messages
        WHERE state IN ('queued', 'sending')
    UNION ALL SELECT 'send-webhooks', min(created_at) FROM webhook_deliveries
        WHERE state = 'waiting'
    UNION ALL SELECT 'handle-user-data', min(requested_at) FROM data_jobs
        WHERE state IN ('waiting', 'settling')
"""
# An environment's id is a UUIDv7: its counts belong to the time since then.
COUNTS = """
    SELECT split_part(series, '|', 2), split_part(series, '|', 3), sum(value),
        coalesce(sum(60 * value / greatest(
            extract(epoch FROM flushed_at - uuid_extract_timestamp(environment)), 10
        )) FILTER (WHERE flushed_at > %(recent)s), 0)
    FROM (
        SELECT series, value, environment, flushed_at FROM metric_values
            WHERE folded_at IS NULL AND series LIKE 'mara\\_queue\\_messages|%%'
        UNION ALL SELECT series, value, NULL, NULL FROM metric_totals
            WHERE series LIKE 'mara\\_queue\\_messages|%%'
    ) AS counted GROUP BY 1, 2
"""
ERRORS = """
    SELECT DISTINCT ON (queue) queue, error, at FROM (
        SELECT queue, error, last_at FROM message_failures
        UNION ALL SELECT q.queue, l.reason, l.last_failed_at
            FROM unnest(%(queues)s::text[]) AS q (queue)
            CROSS JOIN LATERAL (
                SELECT reason, last_failed_at FROM dead_letters
                WHERE queue = q.queue ORDER BY id DESC LIMIT 1
            ) AS l
    ) AS failures (queue, error, at) ORDER BY queue, at DESC
"""
DEAD = "SELECT queue, count(*) FROM dead_letters WHERE state = 'waiting' GROUP BY queue"


class PostgresFigures:
    """Implements Figures."""

    def read(self, queues: Sequence[str], now: datetime) -> Mapping[str, QueueFigures]:
        """Return the figures of each queue."""
        oldest = dict(_rows(OLDEST))
        errors = {
            queue: LastError(error, at) for queue, error, at in _rows(ERRORS, queues=list(queues))
        }
        dead = dict(_rows(DEAD))
        counts = _rows(COUNTS, recent=now - RECENT)
        return {
            name: QueueFigures(
                oldest_at=oldest.get(name),
                processed=sum(
                    int(n) for q, what, n, _ in counts if (q, what) == (name, "processed")
                ),
                failed=sum(int(n) for q, what, n, _ in counts if q == name and what in FAILED),
                per_minute=round(sum(float(rate) for q, _, _, rate in counts if q == name), 2),
                last_error=errors.get(name),
                dead_letters=dead.get(name, 0),
            )
            for name in queues
        }


def _rows(query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return connection().execute(query, parameters).fetchall()
