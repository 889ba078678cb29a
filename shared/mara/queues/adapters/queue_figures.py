"""What the database says of queues: undone work, counts of processes, failures, dead letters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from mara.platform.database import connection
from mara.platform.oldest_work import WORKS
from mara.queues.adapters.dead_row_sources import SOURCES
from mara.queues.model.queue_status import LastError, QueueFigures

RECENT = timedelta(minutes=10)
FAILED = frozenset({"failed", "postponed", "refused"})

# Of events that wait for the topic one reader is named: they tell it what to do. A queue may be
# named twice. What is due later has no age yet.
_SINCE = " UNION ALL ".join(
    f"SELECT '{work.queue}', ({work.since})" for work in WORKS if work.queue
)
OLDEST = f"""
    SELECT queue, since FROM (
        {_SINCE}
        UNION ALL SELECT CASE WHEN queue LIKE 'event:%%' THEN 'notify-owner' ELSE queue END,
            min(created_at) FROM outbox GROUP BY 1
    ) AS oldest (queue, since) WHERE since <= %(now)s
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
        {rows}
    ) AS failures (queue, error, at) ORDER BY queue, at DESC
""".format(
    rows=" ".join(
        f"""
        UNION ALL (SELECT '{one.queue}', reason, uuid_extract_timestamp(id) FROM (
            SELECT {one.shown} FROM {one.table} WHERE letter_id IS NOT NULL
            ORDER BY letter_id DESC LIMIT 1) AS dead)"""
        for one in SOURCES
    )
)
DEAD = " UNION ALL ".join(
    (
        "SELECT queue, count(*) FROM dead_letters WHERE state = 'waiting' GROUP BY queue",
        *(
            f"SELECT '{one.queue}', count(*) FROM {one.table} WHERE letter_id IS NOT NULL"
            for one in SOURCES
        ),
    )
)


class PostgresFigures:
    """Implements Figures."""

    def read(self, queues: Sequence[str], now: datetime) -> Mapping[str, QueueFigures]:
        """Return the figures of each queue."""
        oldest: dict[str, datetime] = {}
        for queue, at in _rows(OLDEST, now=now):
            oldest[queue] = min(at, oldest.get(queue, at))
        errors = {
            queue: LastError(error, at) for queue, error, at in _rows(ERRORS, queues=list(queues))
        }
        dead = Counter[str]()
        for queue, count in _rows(DEAD):
            dead[queue] += count
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
                dead_letters=dead[name],
            )
            for name in queues
        }


def _rows(query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return connection().execute(query, parameters).fetchall()
