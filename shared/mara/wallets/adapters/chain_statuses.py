"""Reads the status of scans from PostgreSQL, on a connection of its own.

The readiness check runs this in a thread that it abandons after a timeout, so the thread must not
use the connection of the requests.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from mara.platform.own_connection import own_transaction
from mara.wallets.model import (
    BlockRange,
    ChainStatus,
    FailureKind,
    Network,
    ProviderFailure,
    ScanProgress,
)

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 1500

STATUSES = """
    SELECT asked.network, closed_number, open, latest_number, blocks_per_scan,
        scanned_at, grew_at, caught_up_at, closing_since, broken_at,
        (SELECT count(*) FROM deposits
            WHERE deposits.network = asked.network AND state = 'final') AS waiting,
        (SELECT count(*) FROM unreadable_events AS e
            WHERE e.network = asked.network AND recorded_at >= %s) AS unreadable
    FROM unnest(%s::text[]) WITH ORDINALITY AS asked (network, place)
    LEFT JOIN chain_scans ON chain_scans.network = asked.network
    ORDER BY place
"""
FAILURES = """
    SELECT network, provider, kind, failed_at FROM chain_providers
    WHERE network = ANY(%s) AND failed_at >= %s ORDER BY failed_at DESC, provider
"""


class PostgresChainStatuses:
    """Implements ``ChainStatuses``."""

    def get_statuses(
        self, networks: Collection[Network], at: datetime, *, since: datetime
    ) -> Sequence[ChainStatus]:
        """One status per network, in the given order, with the failures after ``since``."""
        names = [network.value for network in networks]
        with own_transaction(
            "mara-watch",
            connect_timeout_s=CONNECT_TIMEOUT_S,
            statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        ) as link:
            scans = link.execute(STATUSES, (since, names)).fetchall()
            failures = link.execute(FAILURES, (names, since)).fetchall()
        return [
            ChainStatus(
                Network(name),
                at,
                _progress(row),
                waiting,
                [
                    ProviderFailure(who, FailureKind(kind), when)
                    for n, who, kind, when in failures
                    if n == name
                ],
                unreadable,
            )
            for name, *row, waiting, unreadable in scans
        ]


def _progress(row: Sequence[Any]) -> ScanProgress | None:
    """Built without ``ScanCursor``, which rejects the gaps that this must report."""
    finalized, parts, latest, blocks_per_scan, *times = row
    if finalized is None:
        return None
    ranges = [BlockRange(part["first"], part["last"]) for part in parts]
    head = ranges[-1].last if ranges else finalized
    return ScanProgress(
        finalized,
        head,
        latest,
        ranges[-1] if ranges else None,
        head - finalized - sum(part.last - part.first + 1 for part in ranges),
        blocks_per_scan,
        *times,
    )
