"""Repositories of the wallets domain in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.wallets.errors import ConcurrentUpdate
from mara.wallets.model import (
    IN_FLIGHT,
    SETTLED,
    UNDOABLE,
    BlockRange,
    ChainStatus,
    Deposit,
    DepositKey,
    DepositState,
    Network,
    ProviderFailure,
    ScanCursor,
    ScanProgress,
    UnreadableEvent,
    Wallet,
)
from tests.support.fakes.database import FakeDatabase, StoredCursor
from tests.support.fakes.pages import cut

AMOUNT_MAX = 2**63 - 1


class FakeWallets:
    """Implements ``Wallets``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def add(self, wallet: Wallet) -> bool:
        wallets, key = self._database.tables.wallets, (wallet.owner_id, wallet.network)
        if key in wallets:
            return False
        wallets[key] = wallet
        return True

    def find(self, owner_id: UUID, network: Network) -> Wallet | None:
        return self._database.tables.wallets.get((owner_id, network))

    def list(self, owner_id: UUID) -> Sequence[Wallet]:
        own = [w for w in self._database.tables.wallets.values() if w.owner_id == owner_id]
        return sorted(own, key=lambda wallet: wallet.network)


class FakeDeposits:
    """Implements ``Deposits``, and the ledger's ``PendingDeposits``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def find_owners(self, network: Network, recipients: Collection[bytes]) -> Mapping[bytes, UUID]:
        return {
            wallet.receives_at: wallet.owner_id
            for wallet in self._database.tables.wallets.values()
            if wallet.network is network and wallet.receives_at in recipients
        }

    def get_for_update(self, keys: Collection[DepositKey]) -> Mapping[DepositKey, Deposit]:
        return {deposit.key: deposit for deposit in self._all() if deposit.key in keys}

    def in_flight(self, network: Network, blocks: BlockRange) -> Sequence[Deposit]:
        return [
            deposit
            for deposit in self._all(network)
            if deposit.state in UNDOABLE and deposit.block.number in blocks
        ]

    def awaiting_confirmation(self, network: Network) -> Sequence[Deposit]:
        return [one for one in self._all(network) if one.state is DepositState.FINAL]

    def save(self, deposit: Deposit) -> None:
        with self._database.statement() as tables:
            known = tables.deposits.get(deposit.id)
            if known is None and any(one.key == deposit.key for one in tables.deposits.values()):
                raise RuntimeError("duplicate key: another deposit has this network, transaction")
            if (deposit.state in SETTLED) != (deposit.credited_at is not None):
                raise RuntimeError("check constraint: only settled deposits have credited_at")
            kept = known or deposit
            tables.deposits[deposit.id] = replace(deposit, key=kept.key, seen_at=kept.seen_at)

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Deposit]:
        wanted = self._wanted(owner_id, page)
        return cut(wanted, page, amount=lambda deposit: deposit.amount_micro_usdt)

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        return len(self._wanted(owner_id, page))

    def _wanted(self, owner_id: UUID, page: PageRequest) -> Sequence[Deposit]:
        state = page.filters.get("state")
        return [
            deposit
            for deposit in self._all(page.filters.get("network"))
            if deposit.owner_id == owner_id and state in {None, deposit.state}
        ]

    def pending(self, owner_id: UUID) -> int:
        own = [one for one in self._all() if one.owner_id == owner_id and one.state in IN_FLIGHT]
        return min(sum(deposit.amount_micro_usdt for deposit in own), AMOUNT_MAX)

    def mark_safe(self, network: Network, up_to: int) -> None:
        for deposit in self._all(network):
            if deposit.state is DepositState.SEEN and deposit.block.number <= up_to:
                self.save(replace(deposit, state=DepositState.SAFE))

    def _all(self, network: Network | None = None) -> Sequence[Deposit]:
        deposits = sorted(self._database.tables.deposits.values(), key=lambda one: one.id)
        return [one for one in deposits if network is None or one.key.network is network]


class FakeScanCursors:
    """Implements ``ScanCursors``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def get(self, network: Network) -> ScanCursor | None:
        stored = self._database.tables.cursors.get(network)
        return stored.cursor if stored else None

    def get_for_update(self, network: Network) -> ScanCursor | None:
        return self.get(network)

    def add(self, cursor: ScanCursor) -> None:
        with self._database.statement() as tables:
            if cursor.network in tables.cursors:
                raise ConcurrentUpdate(f"{cursor.network} already has a scan cursor.")
            tables.cursors[cursor.network] = StoredCursor(cursor)

    def save(self, cursor: ScanCursor, *, latest: int, now: datetime) -> None:
        with self._database.statement() as tables:
            stored = tables.cursors.get(cursor.network)
            if stored is None or stored.cursor.revision != cursor.revision:
                raise ConcurrentUpdate(f"The cursor of {cursor.network} has another revision.")
            before, head = stored.cursor, cursor.head.number
            has_grown = stored.last_block_at is None or head > before.head.number
            is_stalled = stored.finalizing_since and before.finalized == cursor.finalized
            since = stored.finalizing_since if is_stalled else now
            tables.cursors[cursor.network] = StoredCursor(
                cursor=replace(cursor, revision=cursor.revision + 1),
                latest=latest,
                last_step_at=now,
                last_block_at=now if has_grown else stored.last_block_at,
                caught_up_at=now if head >= latest else stored.caught_up_at,
                finalizing_since=since if cursor.unfinalized else None,
            )

    def latest_block(self, network: Network) -> int | None:
        stored = self._database.tables.cursors.get(network)
        return stored.latest if stored else None

    def record_broken_finality(self, network: Network, now: datetime) -> None:
        stored = self._database.tables.cursors.get(network)
        if stored is not None:
            broken_at = stored.broken_at or now
            self._database.tables.cursors[network] = replace(stored, broken_at=broken_at)

    def record_off(self, network: Network, now: datetime) -> None:
        stored = self._database.tables.cursors.get(network)
        if stored is not None:
            off = replace(stored, last_step_at=now, caught_up_at=now, finalizing_since=None)
            self._database.tables.cursors[network] = off

    def record_unreadable(
        self, network: Network, events: Sequence[UnreadableEvent], *, reader: str, now: datetime
    ) -> None:
        for event in events:
            self._database.tables.unreadable.setdefault((network, event.id), (event, now))

    def record_failure(self, network: Network, failure: ProviderFailure, detail: str) -> None:
        self._database.tables.failures[network, failure.provider] = (failure, detail)


class FakeChainStatuses:
    """Implements ``ChainStatuses``; reads what is committed, as a connection of its own does."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def get_statuses(
        self, networks: Collection[Network], at: datetime, *, since: datetime
    ) -> Sequence[ChainStatus]:
        return [self._status(network, at, since) for network in networks]

    def _status(self, network: Network, at: datetime, since: datetime) -> ChainStatus:
        tables = self._database.committed
        stored = tables.cursors.get(network)
        deposits = [one for one in tables.deposits.values() if one.key.network is network]
        failures = [
            failure
            for (where, _), (failure, _) in tables.failures.items()
            if where is network and failure.at >= since
        ]
        return ChainStatus(
            network,
            at,
            _progress(stored) if stored else None,
            sum(deposit.state is DepositState.FINAL for deposit in deposits),
            sorted(failures, key=lambda failure: failure.at, reverse=True),
            sum(n is network and at >= since for (n, _), (_, at) in tables.unreadable.items()),
        )


def _progress(stored: StoredCursor) -> ScanProgress:
    cursor = stored.cursor
    ranges = [BlockRange(part.first, part.last) for part in cursor.unfinalized]
    return ScanProgress(
        finalized=cursor.finalized.number,
        head=cursor.head.number,
        latest=stored.latest,
        last_range=ranges[-1] if ranges else None,
        gap_blocks=0,  # the model rejects a cursor with a gap
        blocks_per_scan=cursor.blocks_per_scan,
        last_step_at=stored.last_step_at,
        last_block_at=stored.last_block_at,
        caught_up_at=stored.caught_up_at,
        finalizing_since=stored.finalizing_since,
        broken_at=stored.broken_at,
    )


@dataclass
class FakeChainMetrics:
    """Implements ``ChainMetrics``; keeps the last values of each network."""

    recorded: dict[Network, dict[str, int | None]] = field(default_factory=dict)
    unreadable: dict[Network, int] = field(default_factory=dict)

    def record(
        self,
        network: Network,
        *,
        lag_blocks: int | None,
        lag_s: int | None,
        finalizing_s: int,
        failures: int,
    ) -> None:
        self.recorded[network] = {
            "lag_blocks": lag_blocks,
            "lag_s": lag_s,
            "finalizing_s": finalizing_s,
            "failures": failures,
        }

    def record_unreadable(self, network: Network, events: int) -> None:
        self.unreadable[network] = events
