"""What a scrape reads from PostgreSQL: never a count over a large table.

Each row is the name of the gauge, the values of its labels, and the value.
"""

from dataclasses import dataclass
from typing import Final

from mara.erasure.adapters.tables import COUNT_WITH_MONEY
from mara.platform.oldest_work import WORKS


@dataclass(frozen=True, slots=True)
class GaugeQuery:
    """One query, the gauges that its rows belong to, and the labels of them all.

    Gauges that an alert compares belong to one query: sources may be late one by one, and have the
    values of another moment then. ``plain`` gauges have no labels; null stands in their rows.
    """

    source: str
    gauges: tuple[tuple[str, str], ...]
    labels: tuple[str, ...]
    statement: str
    plain: frozenset[str] = frozenset()

    def labels_of(self, gauge: str) -> tuple[str, ...]:
        """The labels of one of the gauges."""
        return () if gauge in self.plain else self.labels


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
_SINCE = " UNION ALL ".join(
    f"SELECT '{work.name}', ({work.since})" for work in WORKS if work.can_be_late
)
OLDEST = GaugeQuery(
    "oldest-work",
    (("mara_oldest_work_seconds", "Age of the oldest work that is undone; 0 without any."),),
    ("work",),
    f"""
    SELECT 'mara_oldest_work_seconds', work,
        greatest(coalesce(extract(epoch FROM clock_timestamp() - since), 0), 0)
    FROM ({_SINCE}) AS oldest (work, since)
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
CUSTODY: Final = "mara_ledger_custody_micro_usdt"
_OF_AUDIT: Final = (
    ("mara_ledger_differences", "Differences that the last audit found."),
    ("mara_ledger_owed_micro_usdt", "What users have in all: available, reserved, suspense."),
    ("mara_ledger_credits_micro_usdt", "What was given to users by hand."),
    ("mara_ledger_audit_age_seconds", "Seconds since the last audit."),
)
LEDGER = GaugeQuery(
    "ledger",
    (*_OF_AUDIT, (CUSTODY, "What is in custody by the ledger, by network.")),
    ("network",),
    """
    SELECT CASE name WHEN 'differences' THEN 'mara_ledger_differences'
        ELSE 'mara_ledger_' || name || '_micro_usdt' END, network, value
    FROM ledger_figures
    UNION ALL SELECT 'mara_ledger_audit_age_seconds', NULL,
        extract(epoch FROM clock_timestamp() - max(audited_at)) FROM ledger_figures
    """,
    plain=frozenset(name for name, _ in _OF_AUDIT),
)
PAUSED = GaugeQuery(
    "paused-chats",
    (("mara_bot_chats_paused", "Chats that Telegram told bots to wait for."),),
    (),
    """
    SELECT 'mara_bot_chats_paused', count(*) FROM bot_chat_paces
    WHERE paused_until > now()
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
    *(LEDGER, PAUSED, DEAD_LETTERS, ERASED),
)
