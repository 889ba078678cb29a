"""Repository of scan cursors and provider failures in PostgreSQL (table ``chain_scans``)."""

import json
from dataclasses import asdict
from datetime import datetime

from psycopg import errors

from mara.platform.database import connection
from mara.wallets.errors import ConcurrentUpdate
from mara.wallets.model import BlockRef, Network, ProviderFailure, ScanCursor, UnfinalizedRange

GET = """
    SELECT closed_number, closed_hash, open, blocks_per_scan, revision
    FROM chain_scans WHERE network = %s
"""
INSERT = """
    INSERT INTO chain_scans (network, closed_number, closed_hash, open, blocks_per_scan, revision)
    VALUES (%(network)s, %(number)s, %(hash)s, %(open)s, %(blocks)s, %(revision)s)
"""
# On the right side of an assignment, a column has its value from before the update.
UPDATE = """
    UPDATE chain_scans SET closed_number = %(number)s, closed_hash = %(hash)s, open = %(open)s,
        blocks_per_scan = %(blocks)s, revision = revision + 1, latest_number = %(latest)s,
        scanned_at = %(now)s,
        grew_at = CASE
            WHEN grew_at IS NULL
                OR %(head)s > coalesce((open->-1->>'last')::bigint, closed_number)
            THEN %(now)s ELSE grew_at END,
        caught_up_at = CASE WHEN %(head)s >= %(latest)s THEN %(now)s ELSE caught_up_at END,
        closing_since = CASE
            WHEN %(head)s = %(number)s THEN NULL
            WHEN closing_since IS NULL OR %(number)s <> closed_number THEN %(now)s
            ELSE closing_since END
    WHERE network = %(network)s AND revision = %(revision)s
"""
LATEST = "SELECT latest_number FROM chain_scans WHERE network = %s"
RECORD_FAILURE = """
    INSERT INTO chain_providers (network, provider, kind, failure, failed_at)
    VALUES (%(network)s, %(provider)s, %(kind)s, %(said)s, %(at)s)
    ON CONFLICT (network, provider) DO UPDATE
        SET kind = excluded.kind, failure = excluded.failure, failed_at = excluded.failed_at
"""


class PostgresScanCursors:
    """Implements ``ScanCursors``."""

    def get(self, network: Network) -> ScanCursor | None:
        """The cursor; None if the network was never scanned."""
        return self._one(GET, network)

    def get_for_update(self, network: Network) -> ScanCursor | None:
        """As ``get``, and locks the row until the transaction ends."""
        return self._one(GET + " FOR UPDATE", network)

    def add(self, cursor: ScanCursor) -> None:
        """Insert. Raises ConcurrentUpdate if the network has a cursor."""
        try:
            connection().execute(INSERT, _parameters(cursor))
        except errors.UniqueViolation:
            raise ConcurrentUpdate(f"{cursor.network} already has a scan cursor.") from None

    def save(self, cursor: ScanCursor, *, latest: int, now: datetime) -> None:
        """Update if the revision is the stored one. Raises ConcurrentUpdate."""
        parameters = {**_parameters(cursor), "latest": latest, "now": now}
        if connection().execute(UPDATE, parameters).rowcount == 0:
            raise ConcurrentUpdate(f"The scan cursor of {cursor.network} has another revision.")

    def _one(self, statement: str, network: Network) -> ScanCursor | None:
        row = connection().execute(statement, (network,)).fetchone()
        if row is None:
            return None
        number, hash_, parts, blocks, revision = row
        unfinalized = [UnfinalizedRange(**part) for part in parts]
        return ScanCursor(network, BlockRef(number, hash_), unfinalized, blocks, revision)

    def latest_block(self, network: Network) -> int | None:
        """The number of the chain's latest block at the last scan; None before the first."""
        row = connection().execute(LATEST, (network,)).fetchone()
        return row[0] if row else None

    def record_failure(self, network: Network, failure: ProviderFailure, detail: str) -> None:
        """Replace the provider's last failure."""
        parameters = {
            "network": network,
            "provider": failure.provider,
            "kind": failure.kind,
            "said": detail,
            "at": failure.at,
        }
        connection().execute(RECORD_FAILURE, parameters)


def _parameters(cursor: ScanCursor) -> dict[str, object]:
    return {
        "network": cursor.network,
        "number": cursor.finalized.number,
        "hash": cursor.finalized.hash,
        "head": cursor.head.number,
        "open": json.dumps([asdict(part) for part in cursor.unfinalized]),
        "blocks": cursor.blocks_per_scan,
        "revision": cursor.revision,
    }
