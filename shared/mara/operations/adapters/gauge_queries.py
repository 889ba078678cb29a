"""What a scrape reads from PostgreSQL: never a count over a large table.

Each row is the name of the gauge, the values of its labels, and the value.
"""

from dataclasses import dataclass
from typing import Final

from mara.erasure.adapters.tables import COUNT_WITH_MONEY


@dataclass(frozen=True, slots=True)
class GaugeQuery:
    """One query, the gauges that its rows belong to, and the labels of them all."""

    source: str
    gauges: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    statement: str


CONNECTIONS = GaugeQuery(
    "connections",
    (("mara_database_connections", "Connections of the application, by their state."),),
    ("state",),
    """
    SELECT 'mara_database_connections', coalesce(state, 'unknown'), count(*)
    FROM pg_stat_activity WHERE usename = current_user GROUP BY 2
    """,
)
# Triggers add to the table `object_counts`; a schedule sums its rows.
OBJECTS = GaugeQuery(
    "objects",
    (
        ("mara_documents", "Documents, by their state."),
        ("mara_deposits", "Deposits, by their state."),
        ("mara_subscriptions", "Subscriptions, by their state."),
        ("mara_bot_chats", "Chats of bots, by their state."),
    ),
    ("state",),
    "SELECT 'mara_' || kind, state, sum(amount) FROM object_counts GROUP BY kind, state",
)
CHAINS = GaugeQuery(
    "chains",
    (
        ("mara_chain_latest_block", "Latest block of the chain at the last step of the scan."),
        ("mara_chain_closed_block", "Last block whose deposits are settled."),
        ("mara_chain_lag_seconds", "Seconds since the scan had read all blocks."),
        ("mara_chain_step_age_seconds", "Seconds since the last step of the scan."),
        ("mara_chain_closing_seconds", "Seconds that final blocks have waited for settlement."),
    ),
    ("network",),
    """
    SELECT g.name, network, g.value FROM chain_scans CROSS JOIN LATERAL (VALUES
        ('mara_chain_latest_block', latest_number),
        ('mara_chain_closed_block', closed_number),
        ('mara_chain_lag_seconds', extract(epoch FROM clock_timestamp() - caught_up_at)),
        ('mara_chain_step_age_seconds', extract(epoch FROM clock_timestamp() - scanned_at)),
        ('mara_chain_closing_seconds',
            coalesce(extract(epoch FROM clock_timestamp() - closing_since), 0))
    ) AS g (name, value)
    """,
)
# Each is the first row of an index of the work that is undone; open erasures are few, and wait 20
# minutes for those who still write. What waits for a customer is left
# out: an upload, and the messages of a bot until its owner gives it another token. The state is
# named twice: the first condition is that of the index.
OLDEST = GaugeQuery(
    "oldest-work",
    (("mara_oldest_work_seconds", "Age of the oldest work that is undone; 0 without any."),),
    ("work",),
    """
    SELECT 'mara_oldest_work_seconds', work,
        greatest(coalesce(extract(epoch FROM clock_timestamp() - since), 0), 0)
    FROM (
        SELECT 'documents', min(updated_at) FROM documents
            WHERE state IN ('uploading', 'queued', 'processing') AND state <> 'uploading'
        UNION ALL SELECT 'outbox', min(created_at) FROM outbox
        UNION ALL SELECT 'audit', min(at) FROM audit_rows WHERE position IS NULL
        UNION ALL SELECT 'updates', min(received_at) FROM bot_updates WHERE state = 'waiting'
        UNION ALL SELECT 'sends', min(due_at) FROM outgoing_messages
            WHERE state IN ('queued', 'sending') AND NOT EXISTS (
                SELECT FROM bot_configs
                WHERE id = outgoing_messages.config_id AND bot_configs.state = 'token_revoked')
        UNION ALL SELECT 'user-data', min(requested_at + CASE kind
            WHEN 'erasure' THEN interval '20 minutes' ELSE interval '0' END)
            FROM data_jobs WHERE state IN ('waiting', 'settling')
        UNION ALL SELECT 'renewals', min(due_at) FROM subscriptions WHERE state <> 'ended'
    ) AS oldest (work, since)
    """,
)
SCHEDULES = GaugeQuery(
    "schedules",
    (("mara_schedule_done_age_seconds", "Seconds since a schedule was last done."),),
    ("schedule",),
    """
    SELECT 'mara_schedule_done_age_seconds', name,
        extract(epoch FROM clock_timestamp() - done_at) FROM done_schedules
    """,
)
# What the last audit of the ledger found; amounts are micro-USDT.
LEDGER = GaugeQuery(
    "ledger",
    (
        ("mara_ledger_differences", "Differences that the last audit found."),
        ("mara_ledger_owed_micro_usdt", "What users have in all: available, reserved, suspense."),
        ("mara_ledger_credits_micro_usdt", "What was given to users by hand."),
        ("mara_ledger_audit_age_seconds", "Seconds since the last audit."),
    ),
    (),
    """
    SELECT CASE name WHEN 'differences' THEN 'mara_ledger_differences'
        ELSE 'mara_ledger_' || name || '_micro_usdt' END, value
    FROM ledger_figures WHERE name <> 'custody'
    UNION ALL SELECT 'mara_ledger_audit_age_seconds',
        extract(epoch FROM clock_timestamp() - max(audited_at)) FROM ledger_figures
    """,
)
CUSTODY = GaugeQuery(
    "custody",
    (("mara_ledger_custody_micro_usdt", "What is in custody by the ledger, by network."),),
    ("network",),
    """
    SELECT 'mara_ledger_custody_micro_usdt', network, value
    FROM ledger_figures WHERE name = 'custody'
    """,
)
PAUSED = GaugeQuery(
    "paused-chats",
    (("mara_bot_chats_paused", "Chats that Telegram told bots to wait for."),),
    (),
    """
    SELECT 'mara_bot_chats_paused', count(*) FROM bot_chat_paces
    WHERE paused_until > clock_timestamp()
    """,
)
# The rows of a partial index: of those that no operator has decided on, kept for 14 days.
DEAD_LETTERS = GaugeQuery(
    "dead-letters",
    (("mara_queue_dead_letters", "Dead letters that wait for a decision."),),
    ("queue",),
    """
    SELECT 'mara_queue_dead_letters', queue, count(*)
    FROM dead_letters WHERE state = 'waiting' GROUP BY queue
    """,
)
# Few accounts are erased, and each has at most a row of the ledger.
ERASED = GaugeQuery(
    "erased-accounts",
    (("mara_erased_accounts_with_money", "Erased accounts that money came to afterwards."),),
    (),
    f"SELECT 'mara_erased_accounts_with_money', ({COUNT_WITH_MONEY})",
)
QUERIES: Final = (
    *(CONNECTIONS, OBJECTS, CHAINS, OLDEST, SCHEDULES),
    *(LEDGER, CUSTODY, PAUSED, DEAD_LETTERS, ERASED),
)
