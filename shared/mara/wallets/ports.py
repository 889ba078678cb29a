"""Ports of the wallets domain: chains, repositories, and metrics."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.wallets.model import (
    AddressBalances,
    BlockRange,
    ChainHead,
    ChainStatus,
    Deposit,
    DepositKey,
    Network,
    ProviderFailure,
    RangeTransfers,
    Receipt,
    ScanCursor,
    Token,
    UnreadableEvent,
    Wallet,
)


class Chain(Protocol):
    """A chain as one provider reports it; every method sends one request, or one per page.

    All raise ChainUnavailable, and ChainContradiction for an answer that is not well-formed.
    """

    @property
    def provider(self) -> str:
        """The provider's name in logs and comparisons; it contains no credentials."""

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        """The latest, safe and final blocks, and the hashes of the blocks ``numbers``."""

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        """All transfers of our token, per range. Raises RangeRefused if there are too many."""

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        """The receipt of each transaction; None if no block contains it."""

    def get_token(self) -> Token:
        """The symbol and decimals that the token's contract reports."""

    def get_balances(self, address: bytes) -> AddressBalances:
        """The balances of an address after the provider's latest block."""


class AddressCodec(Protocol):
    """Converts addresses between bytes and the text that wallets and explorers show."""

    def encode(self, network: Network, address: bytes) -> str:
        """Return the text form, with its checksum. Raises ValueError for a wrong length."""

    def decode(self, network: Network, text: str) -> bytes:
        """Return 20 bytes, or 32 on Aptos. Raises InvalidAddress."""


class Wallets(Protocol):
    """Repository of wallets."""

    def add(self, wallet: Wallet) -> bool:
        """Insert; False, without a change, if the owner has a wallet on that network."""

    def find(self, owner_id: UUID, network: Network) -> Wallet | None:
        """The owner's wallet on the network, or None."""

    def list(self, owner_id: UUID) -> Sequence[Wallet]:
        """All wallets of the owner, ordered by network."""


class ScanCursors(Protocol):
    """Repository of scan cursors, one per network, of failures, and of unreadable events."""

    def get(self, network: Network) -> ScanCursor | None:
        """The cursor; None if the network was never scanned."""

    def add(self, cursor: ScanCursor) -> None:
        """Insert. Raises ConcurrentUpdate if the network has a cursor."""

    def save(self, cursor: ScanCursor, *, latest: int, now: datetime) -> None:
        """Update, and increment the revision; ``latest`` is the number of the latest block.

        Locks the row until the transaction ends. The chain's finality is no longer broken. Raises
        ConcurrentUpdate unless the stored revision equals the cursor's (optimistic locking).
        """

    def record_broken_finality(self, network: Network, now: datetime) -> None:
        """Record that a finalized block has changed; the first time is kept until ``save``."""

    def record_off(self, network: Network, now: datetime) -> None:
        """Let the lag count from now, and nothing wait; no effect where it was never scanned."""

    def record_unreadable(
        self, network: Network, events: Sequence[UnreadableEvent], *, reader: str, now: datetime
    ) -> None:
        """Insert the events; those that were recorded before are left as they are."""

    def get_for_update(self, network: Network) -> ScanCursor | None:
        """As ``get``, and locks the row until the transaction ends."""

    def latest_block(self, network: Network) -> int | None:
        """The number of the chain's latest block at the last scan; None before the first."""

    def record_failure(self, network: Network, failure: ProviderFailure, detail: str) -> None:
        """Replace the provider's last failure; ``detail`` is for operators only."""


class ChainStatuses(Protocol):
    """Read model of the scans, for operators."""

    def get_statuses(
        self, networks: Collection[Network], at: datetime, *, since: datetime
    ) -> Sequence[ChainStatus]:
        """One status per network, in the given order, with the failures after ``since``."""


class ChainMetrics(Protocol):
    """Metrics that the alarms of the chains evaluate."""

    def record(
        self,
        network: Network,
        *,
        lag_blocks: int | None,
        lag_s: int | None,
        finalizing_s: int,
        failures: int,
    ) -> None:
        """Write the metrics of one scan; a value that is None is unknown and not written."""

    def record_unreadable(self, network: Network, events: int) -> None:
        """Write the number of events that one scan could not read and passed."""


class Deposits(Protocol):
    """Repository of deposits, and of the addresses that receive them."""

    def find_owners(self, network: Network, recipients: Collection[bytes]) -> Mapping[bytes, UUID]:
        """The owner of each recipient that belongs to a user; one statement for all."""

    def get_for_update(self, keys: Collection[DepositKey]) -> Mapping[DepositKey, Deposit]:
        """The deposits that exist, locked until the transaction ends."""

    def in_flight(self, network: Network, blocks: BlockRange) -> Sequence[Deposit]:
        """The deposits in the range that are seen or safe."""

    def awaiting_confirmation(self, network: Network) -> Sequence[Deposit]:
        """The final deposits that a second provider must confirm."""

    def save(self, deposit: Deposit) -> None:
        """Insert or update, by id."""

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[Deposit]:
        """One page, newest first or by amount; one more than its limit if there are more.

        The filters ``network`` and ``state`` may be given.
        """

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """The number of deposits that the filters of the page admit."""

    def pending(self, owner_id: UUID) -> int:
        """Sum of the owner's seen, safe and final deposits, in micro-USDT."""

    def mark_safe(self, network: Network, up_to: int) -> None:
        """Change the state of all seen deposits up to that block to safe."""
