"""The tables in which work stands dead: what is shown of a row, and how it is begun again.

Each statement names a row by ``letter_id``, which a trigger gives it when it dies and takes from it
when it does not stand dead any more.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DeadRowSource:
    """A table, and the queue whose consumer does its work.

    ``shown`` selects the columns of a letter; ``lock`` locks what a row hangs on, before the rows;
    ``key`` is the order in which rows are locked; ``allowed`` are the rows that may begin again,
    and ``begun`` is what is set then.
    """

    queue: str
    table: str
    key: str
    shown: str
    lock: str
    begun: str
    allowed: str = "true"


UPDATES: Final = DeadRowSource(
    queue="handle-updates",
    table="bot_updates",
    key="config_id, update_id",
    shown="""
        letter_id AS id, config_id || '/' || update_id AS message_id, reason, attempts,
        'config' AS object_kind, config_id AS object_id, owner_id, correlation_id,
        json_build_object('config_id', config_id, 'owner_id', owner_id, 'lane', lane)::text
            AS doorbell
    """,
    lock="""
        SELECT FROM bot_configs WHERE id IN (
            SELECT config_id FROM bot_updates WHERE letter_id = ANY(%(ids)s)
        ) ORDER BY id FOR SHARE
    """,
    begun="state = 'waiting', attempts = 0, due_at = NULL, reason = NULL",
)
# Telegram's words may quote what it was sent. A part that was sent is not sent again, and an edit
# that a newer one of its message followed would show what is past.
SENDS: Final = DeadRowSource(
    queue="send-telegram",
    table="outgoing_messages",
    key="id",
    shown=r"""
        letter_id AS id, id::text AS message_id,
        regexp_replace(coalesce(reason, ''), '(https?://|["«“]|(^|[\s:=])'').*$', '…')
            AS reason,
        attempts, 'message' AS object_kind, id AS object_id, owner_id, correlation_id,
        json_build_object('config_id', config_id, 'owner_id', owner_id)::text AS doorbell
    """,
    lock="""
        SELECT FROM bot_configs WHERE id IN (
            SELECT config_id FROM outgoing_messages WHERE letter_id = ANY(%(ids)s)
        ) ORDER BY id FOR SHARE
    """,
    begun="""
        state = CASE
            WHEN EXISTS (
                SELECT FROM outgoing_messages AS newer
                WHERE newer.edits = dead.edits AND newer.position > dead.position
                    AND newer.state <> 'failed'
            ) THEN 'replaced'
            WHEN cardinality(telegram_ids) > 0 THEN 'sending'
            ELSE 'queued' END,
        attempts = 0, due_at = %(at)s, reason = NULL
    """,
)
# What is switched off by its owner, or for its failures, is not sent to.
DELIVERIES: Final = DeadRowSource(
    queue="send-webhooks",
    table="webhook_deliveries",
    key="id",
    shown="""
        letter_id AS id, id::text AS message_id,
        concat_ws(' ', coalesce(last_failure, 'failed'), last_status) AS reason,
        attempts, 'delivery' AS object_kind, id AS object_id, owner_id, correlation_id,
        '{}' AS doorbell
    """,
    lock="""
        SELECT FROM webhooks WHERE id IN (
            SELECT webhook_id FROM webhook_deliveries WHERE letter_id = ANY(%(ids)s)
        ) ORDER BY id FOR SHARE
    """,
    begun="state = 'waiting', attempts = 0, next_at = %(at)s",
    allowed="webhook_id IN (SELECT id FROM webhooks WHERE off_because IS NULL)",
)
SOURCES: Final = (UPDATES, SENDS, DELIVERIES)
