"""How well each chain is read, from PostgreSQL, on a connection of its own.

Readiness asks in a thread that it may leave behind: the connection of the requests stays out of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import psycopg

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import SET_SCOPE
from mara.platform.settings.database import DatabaseSettings
from mara.wallets.model import BlockRange, ChainWatch, Failure, FailureKind, Network, Progress

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 1500

LOOK = """
    SELECT asked.network, closed_number, open, latest_number, blocks_per_scan,
        scanned_at, grew_at, caught_up_at, closing_since,
        (SELECT count(*) FROM deposits
            WHERE deposits.network = asked.network AND state = 'final') AS waiting
    FROM unnest(%s::text[]) WITH ORDINALITY AS asked (network, place)
    LEFT JOIN chain_scans ON chain_scans.network = asked.network
    ORDER BY place
"""
FAILURES = """
    SELECT network, provider, kind, failed_at FROM chain_providers
    WHERE network = ANY(%s) AND failed_at >= %s ORDER BY failed_at DESC, provider
"""


class PostgresChainWatches:
    def look(
        self, networks: Collection[Network], at: datetime, *, since: datetime
    ) -> Sequence[ChainWatch]:
        settings = DatabaseSettings()  # type: ignore[call-arg]  # from the environment
        names = [network.value for network in networks]
        with psycopg.connect(
            str(settings.database_url),
            connect_timeout=CONNECT_TIMEOUT_S,
            options=f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
            application_name="mara-watch",
        ) as link:
            link.execute(SET_SCOPE, (str(SYSTEM),))
            scans = link.execute(LOOK, (names,)).fetchall()
            failures = link.execute(FAILURES, (names, since)).fetchall()
        return [
            ChainWatch(
                Network(name),
                at,
                _progress(row),
                waiting,
                [
                    Failure(who, FailureKind(kind), when)
                    for n, who, kind, when in failures
                    if n == name
                ],
            )
            for name, *row, waiting in scans
        ]


def _progress(row: Sequence[Any]) -> Progress | None:
    """Not through the scan itself, which refuses to be read where there is a gap."""
    closed, parts, latest, blocks_per_scan, *times = row
    if closed is None:
        return None
    ranges = [BlockRange(part["first"], part["last"]) for part in parts]
    head = ranges[-1].last if ranges else closed
    return Progress(
        closed,
        head,
        latest,
        ranges[-1] if ranges else None,
        head - closed - sum(part.last - part.first + 1 for part in ranges),
        blocks_per_scan,
        *times,
    )
