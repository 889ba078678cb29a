"""Deposits in flight, read from the tables of the wallets domain."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.billing.ports import FundsInFlight
from mara.platform.database import connection
from mara.wallets.model import Network

# Smaller deposits end in suspense and pay nothing. Sums are limited to the range of a balance.
SUMS = """
    SELECT owner_id,
        least(coalesce(sum(amount_micro_usdt) FILTER (WHERE d.state = 'final'), 0), 2^62)::bigint,
        least(coalesce(sum(amount_micro_usdt) FILTER (WHERE d.state <> 'final'), 0), 2^62)::bigint
    FROM deposits d
    JOIN unnest(%s::text[], %s::bigint[]) AS rules (network, minimum) USING (network)
    WHERE owner_id = ANY (%s) AND d.state IN ('seen', 'safe', 'final')
        AND amount_micro_usdt >= minimum
    GROUP BY owner_id
"""
SCANS = """
    SELECT w.owner_id, min(coalesce(c.caught_up_at, '-infinity'))
    FROM wallets w LEFT JOIN chain_scans c USING (network)
    WHERE w.owner_id = ANY (%s) AND w.network = ANY (%s)
    GROUP BY w.owner_id
"""


@dataclass(frozen=True, slots=True)
class PostgresDepositsInFlight:
    """Implements ``DepositsInFlight``. ``minimums`` are micro-USDT of the networks that are on."""

    minimums: Mapping[Network, int]
    is_on: Collection[Network]

    def sum_by_owner(self, owner_ids: Collection[UUID]) -> Mapping[UUID, FundsInFlight]:
        """The sums of the owners that have any; one statement for all."""
        networks, minimums = list(self.minimums), list(self.minimums.values())
        rows = connection().execute(SUMS, (networks, minimums, list(owner_ids)))
        return {owner_id: FundsInFlight(*sums) for owner_id, *sums in rows}

    def scanned_until(self, owner_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When the scan of all networks with a wallet of the owner was caught up last."""
        rows = connection().execute(SCANS, (list(owner_ids), list(self.is_on)))
        return dict(rows.fetchall())
