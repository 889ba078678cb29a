"""An in-memory database: tables as dictionaries, and transactions that commit or roll back."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime
from uuid import UUID

from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM, Scope
from mara.ledger.model import Hold, Transfer, TransferRequest, UserAccount
from mara.vault.model import Vault
from mara.wallets.model import (
    Deposit,
    Network,
    ProviderFailure,
    ScanCursor,
    UnreadableEvent,
    Wallet,
)


@dataclass(frozen=True)
class StoredCursor:
    """A row of scan cursors, with the times that statuses are computed from."""

    cursor: ScanCursor
    latest: int | None = None
    last_step_at: datetime | None = None
    last_block_at: datetime | None = None
    caught_up_at: datetime | None = None
    finalizing_since: datetime | None = None
    broken_at: datetime | None = None


@dataclass(frozen=True)
class Posting:
    """``number`` and ``balance`` are set for a user's account only."""

    transfer: Transfer
    request: TransferRequest
    account: str
    amount: int
    number: int = 0
    balance: int = 0


@dataclass
class Tables:
    """All rows; the values are immutable, so that a shallow copy is a snapshot."""

    wallets: dict[tuple[UUID, Network], Wallet] = field(default_factory=dict)
    deposits: dict[UUID, Deposit] = field(default_factory=dict)
    cursors: dict[Network, StoredCursor] = field(default_factory=dict)
    failures: dict[tuple[Network, str], tuple[ProviderFailure, str]] = field(default_factory=dict)
    unreadable: dict[tuple[Network, str], tuple[UnreadableEvent, datetime]] = field(
        default_factory=dict
    )
    transfers: dict[str, tuple[Transfer, TransferRequest]] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    balances: dict[tuple[UUID, UserAccount], int] = field(default_factory=dict)
    entries: dict[UUID, int] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    vaults: dict[UUID, Vault] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    def snapshot(self) -> "Tables":
        return Tables(*(copy(getattr(self, part.name)) for part in fields(self)))


class FakeDatabase:
    """Implements ``UnitOfWork`` and ``Publish``; tables exist inside a transaction only.

    As in PostgreSQL, a failed statement aborts its transaction.
    """

    def __init__(self) -> None:
        self.committed = Tables()
        self.scope: Scope | None = None
        self._open: Tables | None = None
        self._aborted = False

    @property
    def tables(self) -> Tables:
        if self._open is None or self._aborted:
            raise RuntimeError("no transaction is open, or it is aborted")
        return self._open

    @contextmanager
    def unit_of_work(self, scope: Scope = SYSTEM) -> Iterator[None]:
        if self._open is not None:
            raise RuntimeError("A unit of work is open already.")
        self._open, self.scope, self._aborted = self.committed.snapshot(), scope, False
        try:
            yield
            if not self._aborted:
                self.committed = self._open
        finally:
            self._open = self.scope = None

    @contextmanager
    def statement(self) -> Iterator[Tables]:
        """The tables, for one statement that aborts the transaction if it fails."""
        tables = self.tables
        try:
            yield tables
        except Exception:
            self._aborted = True
            raise

    def publish(self, message: Message) -> None:
        self.tables.messages.append(message)

    def published(self, kind: type[Message]) -> int:
        """How many committed messages are of this kind."""
        return sum(isinstance(message, kind) for message in self.committed.messages)
