"""The work that waits, by kind: since when the oldest of it could have been done.

Health checks, the gauge and the operators' list of queues read this one list. What waits for a
customer, or for a limit of Telegram, is not late. Each statement reads the first rows of indexes.
"""

from dataclasses import dataclass
from typing import Final

from mara.platform.oldest_sends import OLDEST_SENDS


@dataclass(frozen=True, slots=True)
class Work:
    """One kind: ``since`` selects one time, null where none waits.

    ``queue`` announces it, if any does. ``can_be_late`` is False where it waits for a customer:
    it is shown to operators alone.
    """

    name: str
    queue: str | None
    since: str
    can_be_late: bool = True


# What a message was given up for stands in its queue's dead letters, which have an alert: rows from
# before the newest of them are left out.
_NEWER_THAN_DEAD: Final = """
    created_at > coalesce((
        SELECT first_failed_at FROM dead_letters WHERE queue = '{queue}' ORDER BY id DESC LIMIT 1
    ), '-infinity')
"""

# An owner with many alerts has only a few asked at once: what was asked last counts as progress.
_ALERTS: Final = """
    WITH RECURSIVE owners AS (
        (SELECT owner_id, 1 AS number FROM alert_posts WHERE state = 'waiting'
            ORDER BY owner_id LIMIT 1)
        UNION ALL SELECT (
            SELECT owner_id FROM alert_posts WHERE state = 'waiting'
                AND owner_id > owners.owner_id ORDER BY owner_id LIMIT 1
        ), number + 1 FROM owners WHERE owner_id IS NOT NULL AND number < 500
    )
    SELECT min(greatest(waiting.since, (
        SELECT max(asked_at) FROM alert_posts WHERE owner_id = owners.owner_id
    ))) FROM owners CROSS JOIN LATERAL (
        SELECT min(greatest(created_at, try_after)) AS since FROM (
            SELECT created_at, try_after FROM alert_posts
            WHERE state = 'waiting' AND owner_id = owners.owner_id LIMIT 200
        ) AS first WHERE try_after IS NULL OR try_after <= now()
    ) AS waiting
"""
# The state of a document is named twice: the first condition is that of the index.
_PROCESSING: Final = """
    SELECT min(updated_at) FROM documents
    WHERE (state IN ('uploading', 'queued', 'processing') OR deleted_at IS NOT NULL)
        AND state = 'processing'
"""
_UPLOADS: Final = _PROCESSING.replace("state = 'processing'", "state = 'uploading'")
_QUEUED: Final = """
    SELECT min(waits_since) FROM documents WHERE state = 'queued' AND deleted_at IS NULL
"""

WORKS: Final = (
    Work("uploads", "accept-upload", _UPLOADS, can_be_late=False),
    Work("documents", "ingest-document", f"SELECT least(({_PROCESSING}), ({_QUEUED}))"),
    Work(
        "purges",
        "purge-document",
        "SELECT min(deleted_at) FROM documents WHERE deleted_at IS NOT NULL",
    ),
    Work(
        "analyses",
        "analyze-document",
        "SELECT min(requested_at) FROM document_analyses WHERE state = 'queued'",
    ),
    Work(
        "answers",
        "answer-question",
        "SELECT min(created_at) FROM pending_answers WHERE state = 'queued' AND "
        + _NEWER_THAN_DEAD.format(queue="answer-question"),
    ),
    Work("alerts", "answer-alerts", _ALERTS),
    Work("posts", "post-alerts", "SELECT min(due_at) FROM alert_messages WHERE due_at IS NOT NULL"),
    Work(
        "renewals", "charge-owner", "SELECT min(due_at) FROM subscriptions WHERE state <> 'ended'"
    ),
    Work(
        "updates",
        "handle-updates",
        "SELECT min(received_at) FROM bot_updates WHERE state = 'waiting'",
    ),
    Work(
        "mails",
        "send-account-mail",
        "SELECT min(created_at) FROM account_mails WHERE sent_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > now()) AND "
        + _NEWER_THAN_DEAD.format(queue="send-account-mail"),
    ),
    Work("sends", "send-telegram", OLDEST_SENDS),
    # The time of a delivery's next try: one that waits for its try is not late, nor is what waits
    # its turn behind a receiver that fails.
    Work(
        "deliveries",
        "send-webhooks",
        """
        SELECT next_at FROM webhook_deliveries JOIN webhooks ON webhooks.id = webhook_id
        WHERE state = 'waiting' AND next_at <= now()
            AND off_because IS NULL AND failing_since IS NULL
        ORDER BY next_at LIMIT 1
        """,
    ),
    # Open erasures are few, and wait 20 minutes for those who still write.
    Work(
        "user-data",
        "handle-user-data",
        """
        SELECT min(requested_at + CASE kind
            WHEN 'erasure' THEN interval '20 minutes' ELSE interval '0' END)
        FROM data_jobs WHERE state IN ('waiting', 'settling')
        """,
    ),
    Work("outbox", None, "SELECT min(created_at) FROM outbox"),
    Work("audit", None, "SELECT min(at) FROM audit_rows WHERE position IS NULL"),
)
