"""Repository of scan cursors, provider failures and unreadable events in PostgreSQL."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from psycopg import errors
from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.dialects import postgresql

from mara.platform.database import connection
from mara.platform.sql import Row, bound, execute, fetch_one, fetch_value
from mara.wallets.adapters.tables import chain_providers, chain_scans, unreadable_events
from mara.wallets.errors import ConcurrentUpdate
from mara.wallets.model import (
    BlockRef,
    Network,
    ProviderFailure,
    ScanCursor,
    UnfinalizedRange,
    UnreadableEvent,
)

EVENT_FIELDS = (
    *("id", "part", "content"),
    *("block_number", "transaction", "log_index", "recipient"),
)
_cursor = (
    *(chain_scans.c.closed_number, chain_scans.c.closed_hash, chain_scans.c.open),
    *(chain_scans.c.blocks_per_scan, chain_scans.c.revision),
)
GET = select(*_cursor).where(chain_scans.c.network == bindparam("network"))
GET_FOR_UPDATE = GET.with_for_update()
INSERT = insert(chain_scans).values(bound((chain_scans.c.network, *_cursor)))
# On the right side of an assignment, a column has its value from before the update.
UPDATE = """
    UPDATE chain_scans SET closed_number = %(closed_number)s, closed_hash = %(closed_hash)s,
        open = %(open)s, blocks_per_scan = %(blocks_per_scan)s,
        revision = revision + 1, latest_number = %(latest)s, scanned_at = %(now)s,
        broken_at = NULL,
        grew_at = CASE
            WHEN grew_at IS NULL
                OR %(head)s > coalesce((open->-1->>'last')::bigint, closed_number)
            THEN %(now)s ELSE grew_at END,
        caught_up_at = CASE WHEN %(head)s >= %(latest)s THEN %(now)s ELSE caught_up_at END,
        closing_since = CASE
            WHEN %(head)s = %(closed_number)s THEN NULL
            WHEN closing_since IS NULL OR %(closed_number)s <> closed_number THEN %(now)s
            ELSE closing_since END
    WHERE network = %(network)s AND revision = %(revision)s
"""
BREAK = """
    UPDATE chain_scans SET broken_at = coalesce(broken_at, %(now)s) WHERE network = %(network)s
"""
MARK_OFF = """
    UPDATE chain_scans SET scanned_at = %(now)s, caught_up_at = %(now)s, closing_since = NULL
    WHERE network = %(network)s
"""
_events = unreadable_events
RECORD_UNREADABLE = (
    postgresql.insert(_events)
    .values(bound(_events.c))
    .on_conflict_do_nothing(index_elements=[_events.c.network, _events.c.id])
)
LATEST = select(chain_scans.c.latest_number).where(chain_scans.c.network == bindparam("network"))
_insert_failure = postgresql.insert(chain_providers).values(bound(chain_providers.c))
RECORD_FAILURE = _insert_failure.on_conflict_do_update(
    index_elements=[chain_providers.c.network, chain_providers.c.provider],
    set_={
        column: _insert_failure.excluded[column.name]
        for column in (
            *(chain_providers.c.kind, chain_providers.c.failure, chain_providers.c.failed_at),
        )
    },
)


class PostgresScanCursors:
    """Implements ``ScanCursors``."""

    def get(self, network: Network) -> ScanCursor | None:
        """The cursor; None if the network was never scanned."""
        return self._one(GET, network)

    def get_for_update(self, network: Network) -> ScanCursor | None:
        """As ``get``, and locks the row until the transaction ends."""
        return self._one(GET_FOR_UPDATE, network)

    def add(self, cursor: ScanCursor) -> None:
        """Insert. Raises ConcurrentUpdate if the network has a cursor."""
        try:
            execute(INSERT, **_values(cursor))
        except errors.UniqueViolation:
            raise ConcurrentUpdate(f"{cursor.network} already has a scan cursor.") from None

    def save(self, cursor: ScanCursor, *, latest: int, now: datetime) -> None:
        """Update if the revision is the stored one. Raises ConcurrentUpdate."""
        parameters = {**_values(cursor), "head": cursor.head.number, "latest": latest, "now": now}
        if connection().execute(UPDATE, parameters).rowcount == 0:
            raise ConcurrentUpdate(f"The scan cursor of {cursor.network} has another revision.")

    def record_broken_finality(self, network: Network, now: datetime) -> None:
        """Record that a finalized block has changed; the first time is kept until ``save``."""
        connection().execute(BREAK, {"network": network, "now": now})

    def record_off(self, network: Network, now: datetime) -> None:
        """Let the lag count from now, and nothing wait; no effect where it was never scanned."""
        connection().execute(MARK_OFF, {"network": network, "now": now})

    def record_unreadable(
        self, network: Network, events: Sequence[UnreadableEvent], *, reader: str, now: datetime
    ) -> None:
        """Insert the events; those that were recorded before are left as they are."""
        for event in events:
            values = {name: getattr(event, name) for name in EVENT_FIELDS}
            execute(RECORD_UNREADABLE, **values, network=network, reader=reader, recorded_at=now)

    def _one(self, statement: Select[Any], network: Network) -> ScanCursor | None:
        row = fetch_one(statement, network=network)
        if row is None:
            return None
        finalized = BlockRef(row["closed_number"], row["closed_hash"])
        unfinalized = [UnfinalizedRange(**part) for part in row["open"]]
        return ScanCursor(network, finalized, unfinalized, row["blocks_per_scan"], row["revision"])

    def latest_block(self, network: Network) -> int | None:
        """The number of the chain's latest block at the last scan; None before the first."""
        latest: int | None = fetch_value(LATEST, network=network)
        return latest

    def record_failure(self, network: Network, failure: ProviderFailure, detail: str) -> None:
        """Replace the provider's last failure."""
        execute(
            RECORD_FAILURE,
            network=network,
            provider=failure.provider,
            kind=failure.kind,
            failure=detail,
            failed_at=failure.at,
        )


def _values(cursor: ScanCursor) -> Row:
    return {
        "network": cursor.network,
        "closed_number": cursor.finalized.number,
        "closed_hash": cursor.finalized.hash,
        "open": json.dumps([asdict(part) for part in cursor.unfinalized]),
        "blocks_per_scan": cursor.blocks_per_scan,
        "revision": cursor.revision,
    }
