"""Audits the ledger: recomputes balances and holds from the postings, and reports differences."""

from datetime import datetime
from typing import Final

from mara.ledger.model import Audit, Difference, PlatformAccount
from mara.platform.database import connection

SHOWN_MAX: Final = 20
"""Differences reported per rule; a single one raises the alarm already."""

# The schedule's function runs up to five minutes; other statements are limited to 30 seconds.
SET_TIMEOUT: Final = "SET LOCAL statement_timeout = '240s'"

# Each rule is one statement with one snapshot, so concurrent transfers cause no differences.
RULES: Final = {
    "the postings of a transfer add up to zero": """
        SELECT transfer_id::text, 0, sum(amount) FROM ledger_postings
        GROUP BY transfer_id HAVING sum(amount) <> 0
    """,
    "a transfer has all its postings": """
        SELECT coalesce(t.id, p.transfer_id)::text, coalesce(t.legs, 0), coalesce(p.legs, 0)
        FROM ledger_transfers t
        FULL JOIN (SELECT transfer_id, count(*) AS legs FROM ledger_postings GROUP BY transfer_id) p
            ON p.transfer_id = t.id
        WHERE t.legs IS DISTINCT FROM p.legs
    """,
    "a balance is the sum of its postings": """
        SELECT coalesce(a.owner_id, p.owner_id) || ' ' || coalesce(a.account, p.account),
            coalesce(p.total, 0), coalesce(a.balance, 0)
        FROM (SELECT owner_id, kept.account, kept.balance FROM ledger_accounts,
                LATERAL (VALUES ('available', available), ('reserved', reserved),
                    ('suspense', suspense)) AS kept (account, balance)) a
        FULL JOIN (SELECT owner_id, account, sum(amount) AS total FROM ledger_postings
                   WHERE owner_id IS NOT NULL GROUP BY owner_id, account) p
            ON p.owner_id = a.owner_id AND p.account = a.account
        WHERE coalesce(a.balance, 0) <> coalesce(p.total, 0)
    """,
    "a user's entries are numbered without a gap": """
        SELECT coalesce(a.owner_id, p.owner_id)::text, coalesce(p.last, 0), coalesce(a.entries, 0)
        FROM ledger_accounts a
        FULL JOIN (SELECT owner_id, count(*) AS entries, max(number) AS last FROM ledger_postings
                   WHERE owner_id IS NOT NULL GROUP BY owner_id) p ON p.owner_id = a.owner_id
        WHERE coalesce(a.entries, 0) <> coalesce(p.entries, 0)
            OR coalesce(p.entries, 0) <> coalesce(p.last, 0)
    """,
    "a running balance continues the previous one": """
        SELECT owner_id || ' entry ' || number, before + amount, balance
        FROM (SELECT owner_id, number, amount, balance, coalesce(lag(balance)
                OVER (PARTITION BY owner_id, account ORDER BY number), 0)::numeric AS before
              FROM ledger_postings WHERE owner_id IS NOT NULL) p
        WHERE balance <> before + amount
    """,
    "the reserved balance is the sum of the holds": """
        SELECT coalesce(a.owner_id, h.owner_id)::text, coalesce(h.total, 0),
            coalesce(a.reserved, 0)
        FROM ledger_accounts a
        FULL JOIN (SELECT owner_id, sum(amount) AS total FROM ledger_holds GROUP BY owner_id) h
            ON h.owner_id = a.owner_id
        WHERE coalesce(a.reserved, 0) <> coalesce(h.total, 0)
    """,
    "a hold is open until a transfer ends it": """
        SELECT coalesce(t.id, h.transfer_id)::text, coalesce(t.amount, 0), coalesce(h.amount, 0)
        FROM (SELECT begun.id, p.amount FROM ledger_transfers begun
              JOIN ledger_postings p ON p.transfer_id = begun.id AND p.account = 'reserved'
              LEFT JOIN ledger_transfers ended ON ended.ends_id = begun.id
              WHERE begun.expires_at IS NOT NULL AND ended.id IS NULL) t
        FULL JOIN ledger_holds h ON h.transfer_id = t.id
        WHERE t.amount IS DISTINCT FROM h.amount
    """,
    "lots add up to what their transfer moved": """
        SELECT l.transfer_id::text, p.moved, l.total
        FROM (SELECT transfer_id, sum(amount) AS total FROM ledger_lots GROUP BY transfer_id) l
        CROSS JOIN LATERAL (SELECT coalesce(-sum(amount), 0) AS moved FROM ledger_postings
            WHERE transfer_id = l.transfer_id AND account IN ('available', 'reserved')) p
        -- What comes back above what was taken is a lot of its own: no row has it.
        WHERE CASE WHEN p.moved > 0 THEN l.total <> p.moved
            ELSE l.total >= 0 OR l.total < p.moved END
    """,
}
COUNTS: Final = """
    SELECT (SELECT count(*) FROM ledger_transfers), (SELECT count(*) FROM ledger_postings),
        (SELECT count(*) FROM ledger_accounts),
        (SELECT coalesce(sum(available + reserved + suspense), 0) FROM ledger_accounts)
"""
PLATFORM: Final = """
    SELECT account, sum(amount) FROM ledger_postings WHERE owner_id IS NULL GROUP BY account
"""

CUSTODY: Final = "custody:"
KEEP: Final = """
    INSERT INTO ledger_figures AS f (name, network, value, audited_at)
    VALUES (%(name)s, %(network)s, %(value)s, %(at)s)
    ON CONFLICT (name, network) DO UPDATE
        SET value = excluded.value, audited_at = excluded.audited_at
        WHERE f.audited_at <= excluded.audited_at
"""


def audit() -> Audit:
    """Evaluate every rule in the open transaction."""
    link = connection()
    link.execute(SET_TIMEOUT)
    differences = [
        Difference(rule, subject, int(expected), int(found))
        for rule, query in RULES.items()
        for subject, expected, found in link.execute(f"{query} LIMIT {SHOWN_MAX}")
    ]
    transfers, postings, users, owed = link.execute(COUNTS).fetchall()[0]
    sums = {account: int(total) for account, total in link.execute(PLATFORM)}
    platform = {account: sums.get(account, 0) for account in PlatformAccount}
    return Audit(transfers, postings, users, int(owed), platform, tuple(differences))


def keep(audit: Audit, at: datetime) -> None:
    """Store the figures of an audit in the open transaction; a scrape reads them."""
    custody = {
        account.removeprefix(CUSTODY): -amount
        for account, amount in audit.platform.items()
        if account.startswith(CUSTODY)
    }
    credits_ = -audit.platform[PlatformAccount.CREDITS]
    figures = [
        ("differences", "", len(audit.differences)),
        ("owed", "", audit.owed),
        ("credits", "", credits_),
        *(("custody", network, amount) for network, amount in custody.items()),
    ]
    for name, network, value in figures:
        connection().execute(KEEP, {"name": name, "network": network, "value": value, "at": at})
