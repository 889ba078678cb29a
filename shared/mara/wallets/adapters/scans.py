"""How far each chain is read, kept in PostgreSQL."""

import json
from dataclasses import asdict
from datetime import datetime

from psycopg import errors

from mara.platform.database import connection
from mara.wallets.errors import ScanMoved
from mara.wallets.model import Block, Failure, Network, OpenRange, Scan

GET = """
    SELECT closed_number, closed_hash, open, blocks_per_scan, revision
    FROM chain_scans WHERE network = %s
"""
INSERT = """
    INSERT INTO chain_scans (network, closed_number, closed_hash, open, blocks_per_scan, revision)
    VALUES (%(network)s, %(number)s, %(hash)s, %(open)s, %(blocks)s, %(revision)s)
"""
# On the right of an assignment, columns are what they were before.
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
NOTE = """
    INSERT INTO chain_providers (network, provider, kind, failure, failed_at)
    VALUES (%(network)s, %(provider)s, %(kind)s, %(said)s, %(at)s)
    ON CONFLICT (network, provider) DO UPDATE
        SET kind = excluded.kind, failure = excluded.failure, failed_at = excluded.failed_at
"""


class PostgresScans:
    def get(self, network: Network) -> Scan | None:
        return self._one(GET, network)

    def hold(self, network: Network) -> Scan | None:
        return self._one(GET + " FOR UPDATE", network)

    def add(self, scan: Scan) -> None:
        try:
            connection().execute(INSERT, _parameters(scan))
        except errors.UniqueViolation:
            raise ScanMoved(f"The scan of {scan.network} has begun already.") from None

    def save(self, scan: Scan, *, latest: int, now: datetime) -> None:
        parameters = {**_parameters(scan), "latest": latest, "now": now}
        if connection().execute(UPDATE, parameters).rowcount == 0:
            raise ScanMoved(f"The scan of {scan.network} has moved on.")

    def _one(self, statement: str, network: Network) -> Scan | None:
        row = connection().execute(statement, (network,)).fetchone()
        if row is None:
            return None
        number, hash_, parts, blocks, revision = row
        opened = [OpenRange(**part) for part in parts]
        return Scan(network, Block(number, hash_), opened, blocks, revision)

    def latest(self, network: Network) -> int | None:
        row = connection().execute(LATEST, (network,)).fetchone()
        return row[0] if row else None

    def note(self, network: Network, failure: Failure, said: str) -> None:
        parameters = {
            "network": network,
            "provider": failure.provider,
            "kind": failure.kind,
            "said": said,
            "at": failure.at,
        }
        connection().execute(NOTE, parameters)


def _parameters(scan: Scan) -> dict[str, object]:
    return {
        "network": scan.network,
        "number": scan.closed.number,
        "hash": scan.closed.hash,
        "head": scan.head.number,
        "open": json.dumps([asdict(part) for part in scan.open]),
        "blocks": scan.blocks_per_scan,
        "revision": scan.revision,
    }
