"""The ledger's repository in memory, with the rules that PostgreSQL enforces (decision 0013)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import AccountFull, HoldEnded, HoldNotFound, InsufficientFunds, KeyReused
from mara.ledger.model import (
    Audit,
    Balance,
    Difference,
    Entry,
    Hold,
    PlatformAccount,
    Transfer,
    TransferRequest,
    UserAccount,
)
from tests.support.fakes.database import FakeDatabase, Posting, Tables
from tests.support.fakes.pages import cut

BALANCE_MAX = 2**63 - 1


class FakeLedger:
    """Implements ``LedgerRepository``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def post(self, requests: Sequence[TransferRequest], now: datetime) -> list[Transfer]:
        with self._database.statement() as tables:
            fresh: list[tuple[Transfer, TransferRequest]] = []
            for request in requests:
                if request.cause.key in tables.transfers:
                    continue
                transfer = Transfer(new_id(), request.cause.key, now)
                if request.ends_hold_id in _ended(tables):
                    raise HoldEnded("A hold can be ended only once.")
                tables.transfers[transfer.key] = (transfer, request)
                fresh.append((transfer, request))
            # As the statement orders them: by user, then as requested.
            for transfer, request in sorted(fresh, key=lambda one: str(one[1].owner_id)):
                _apply(tables, transfer, request)
            for transfer, request in fresh:
                _track_hold(tables, transfer, request)
            for request in requests:
                if _content(tables.transfers[request.cause.key][1]) != _content(request):
                    raise KeyReused("Use a new key for each transfer.")
            return [tables.transfers[request.cause.key][0] for request in requests]

    def lock(self, owner_ids: Collection[UUID]) -> Mapping[UUID, Balance]:
        scope = self._database.scope
        with self._database.statement() as tables:
            if scope != SYSTEM and any(owner_id != scope for owner_id in owner_ids):
                raise PermissionError("A user's scope may lock that user only.")
            for owner_id in owner_ids:
                tables.entries.setdefault(owner_id, 0)
        return {owner_id: self.get_balance(owner_id) for owner_id in sorted(owner_ids)}

    def get_hold(self, key: str) -> Hold:
        transfer, request = self._database.tables.transfers.get(key, (None, None))
        if transfer is None or request is None or request.expires_at is None:
            raise HoldNotFound("No hold has this key.")
        return _hold(transfer, request)

    def list_expired_holds(self, now: datetime, limit: int) -> list[Hold]:
        expired = [hold for hold in self._database.tables.holds.values() if hold.expires_at <= now]
        return sorted(expired, key=lambda hold: hold.expires_at)[:limit]

    def get_balance(self, owner_id: UUID) -> Balance:
        balances = self._database.tables.balances
        return Balance(*(balances.get((owner_id, account), 0) for account in UserAccount))

    def list_entries(self, owner_id: UUID, page: PageRequest) -> list[Entry]:
        return cut(self._entries(owner_id), page, id_of=lambda entry: entry.cursor_id)

    def count_entries(self, owner_id: UUID) -> int:
        return len(self._entries(owner_id))

    def _entries(self, owner_id: UUID) -> list[Entry]:
        return [
            Entry(
                number=posting.number,
                account=UserAccount(posting.account),
                amount=posting.amount,
                balance=posting.balance,
                transfer_id=posting.transfer.id,
                kind=posting.request.kind.value,
                reference=posting.request.cause.reference,
                at=posting.transfer.created_at,
            )
            for posting in self._database.tables.postings
            if posting.number and posting.request.owner_id == owner_id
        ]

    def audit(self) -> Audit:
        tables = self._database.tables
        sums = _Sums()
        for posting in tables.postings:
            sums.add(posting)
        return Audit(
            transfers=len(tables.transfers),
            postings=len(tables.postings),
            users=len(tables.entries),
            owed=sum(tables.balances.values()),
            platform={account: sums.platform.get(account, 0) for account in PlatformAccount},
            differences=(*sums.unbalanced(), *sums.wrong_balances(tables), *_wrong_holds(tables)),
        )

    def keep_figures(self, audit: Audit, at: datetime) -> None:
        """No scrape reads the tables of the fake."""


@dataclass
class _Sums:
    transfers: dict[UUID, int] = field(default_factory=dict)
    users: dict[tuple[UUID, UserAccount], int] = field(default_factory=dict)
    platform: dict[PlatformAccount, int] = field(default_factory=dict)

    def add(self, posting: Posting) -> None:
        id_ = posting.transfer.id
        self.transfers[id_] = self.transfers.get(id_, 0) + posting.amount
        owner_id = posting.request.owner_id
        if posting.number and owner_id:
            key = (owner_id, UserAccount(posting.account))
            self.users[key] = self.users.get(key, 0) + posting.amount
        else:
            account = PlatformAccount(posting.account)
            self.platform[account] = self.platform.get(account, 0) + posting.amount

    def unbalanced(self) -> list[Difference]:
        rule = "the postings of a transfer add up to zero"
        return [Difference(rule, str(id_), 0, sum_) for id_, sum_ in self.transfers.items() if sum_]

    def wrong_balances(self, tables: Tables) -> list[Difference]:
        rule = "a balance is the sum of its postings"
        return [
            Difference(rule, f"{key[0]} {key[1]}", self.users.get(key, 0), balance)
            for key, balance in tables.balances.items()
            if balance != self.users.get(key, 0)
        ]


def _wrong_holds(tables: Tables) -> list[Difference]:
    rule = "the reserved balance is the sum of the holds"
    found = []
    for owner_id in tables.entries:
        held = sum(hold.amount for hold in tables.holds.values() if hold.owner_id == owner_id)
        reserved = tables.balances.get((owner_id, UserAccount.RESERVED), 0)
        if held != reserved:
            found.append(Difference(rule, str(owner_id), held, reserved))
    return found


def _ended(tables: Tables) -> set[UUID]:
    requests = [request for _, request in tables.transfers.values()]
    return {request.ends_hold_id for request in requests if request.ends_hold_id}


def _apply(tables: Tables, transfer: Transfer, request: TransferRequest) -> None:
    """Raises InsufficientFunds, AccountFull."""
    for account, amount in request.legs:
        posting = Posting(transfer, request, account, amount)
        if isinstance(account, UserAccount) and request.owner_id:
            key = (request.owner_id, account)
            balance = tables.balances.get(key, 0) + amount
            if balance < 0:
                raise InsufficientFunds(f"The balance of {account} is too low.", account=account)
            if balance > BALANCE_MAX:
                raise AccountFull("A balance must fit 63 bits of micro-USDT.")
            number = tables.entries.get(request.owner_id, 0) + 1
            tables.balances[key], tables.entries[request.owner_id] = balance, number
            posting = replace(posting, number=number, balance=balance)
        tables.postings.append(posting)


def _track_hold(tables: Tables, transfer: Transfer, request: TransferRequest) -> None:
    """Raises HoldEnded unless a reserved leg begins a hold, or ends an open one of its amount."""
    for account, amount in request.legs:
        if account is not UserAccount.RESERVED:
            continue
        if amount > 0 and request.expires_at is not None:
            tables.holds[transfer.id] = _hold(transfer, request)
            continue
        ended = tables.holds.get(request.ends_hold_id) if request.ends_hold_id else None
        if ended is None or (ended.owner_id, ended.amount) != (request.owner_id, -amount):
            raise HoldEnded("A hold can be ended only once.")
        del tables.holds[ended.id]


def _hold(transfer: Transfer, request: TransferRequest) -> Hold:
    assert request.owner_id is not None
    assert request.expires_at is not None
    amount = next(amount for account, amount in request.legs if account is UserAccount.RESERVED)
    cause = request.cause
    return Hold(
        transfer.id, cause.key, cause.reference, request.owner_id, amount, request.expires_at
    )


def _content(request: TransferRequest) -> TransferRequest:
    """What a key identifies: everything but the time until which a hold is kept."""
    return replace(request, expires_at=None)
