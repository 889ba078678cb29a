"""What the wallets domain needs from the outside world."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.wallets.model import (
    Balances,
    BlockRange,
    ChainWatch,
    Deposit,
    DepositKey,
    Failure,
    Look,
    Network,
    Reading,
    Receipt,
    Scan,
    Token,
    Wallet,
)


class Chain(Protocol):
    """A chain as one provider shows it; every method asks it once.

    All raise ChainUnavailable, also for an answer that no honest provider gives.
    """

    @property
    def provider(self) -> str:
        """A name for logs and for telling providers apart, without credentials."""

    def look(self, numbers: Collection[int]) -> Look:
        """The heads, and the hashes of the blocks ``numbers``."""

    def read(self, ranges: Sequence[BlockRange]) -> Sequence[Reading]:
        """All transfers of our token in each range. Raises RangeRefused if they are too many."""

    def receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        """``None`` for a transaction that no block holds."""

    def token(self) -> Token: ...

    def balances(self, address: bytes) -> Balances:
        """Of the last block that the provider has."""


class Wallets(Protocol):
    def add(self, wallet: Wallet) -> bool:
        """Whether it was added: not where its owner has one on that network."""

    def find(self, owner_id: UUID, network: Network) -> Wallet | None: ...

    def list(self, owner_id: UUID) -> Sequence[Wallet]:
        """By network."""


class Scans(Protocol):
    def get(self, network: Network) -> Scan | None: ...

    def add(self, scan: Scan) -> None:
        """Raises ScanMoved where there is one."""

    def save(self, scan: Scan, *, latest: int, now: datetime) -> None:
        """Write it with the next revision. Raises ScanMoved unless its own is the stored one.

        Others that would save wait till this transaction ends. ``latest`` is the chain's last
        block, for whoever asks how far behind the scan is.
        """

    def hold(self, network: Network) -> Scan | None:
        """As ``get``, and others that would save or hold it wait till this transaction ends."""

    def latest(self, network: Network) -> int | None:
        """The chain's last block when it was last read."""

    def note(self, network: Network, failure: Failure, said: str) -> None:
        """Remember how a provider last failed, and what was said, for whoever looks after them."""


class ChainWatches(Protocol):
    def look(
        self, networks: Collection[Network], at: datetime, *, since: datetime
    ) -> Sequence[ChainWatch]:
        """Each as it is ``at`` this moment, in their order, with the failures since ``since``."""


class ChainAlarm(Protocol):
    def tell(
        self,
        network: Network,
        *,
        lag_blocks: int | None,
        lag_s: int | None,
        closing_s: int,
        failures: int,
    ) -> None:
        """How a chain does, for whoever is woken by it; what is ``None`` is not known."""


class Deposits(Protocol):
    def owners(self, network: Network, recipients: Collection[bytes]) -> Mapping[bytes, UUID]:
        """Of those that are our users', by one statement."""

    def find(self, keys: Collection[DepositKey]) -> Mapping[DepositKey, Deposit]:
        """Those that exist, kept from others till the transaction ends."""

    def in_flight(self, network: Network, blocks: BlockRange) -> Sequence[Deposit]:
        """Those in the range that are neither settled nor orphaned."""

    def waiting(self, network: Network) -> Sequence[Deposit]:
        """The final ones that a second provider is to confirm."""

    def save(self, deposit: Deposit) -> None: ...

    def list(self, owner_id: UUID, network: Network, page: PageRequest) -> Sequence[Deposit]:
        """The newest first, one more than the page's limit where there are more."""

    def pending(self, owner_id: UUID) -> int:
        """Micro-USDT on the way to the user: neither settled nor undone."""

    def mark_safe(self, network: Network, up_to: int) -> None:
        """All that were seen up to that block."""
