"""The ledger in PostgreSQL, which enforces its rules itself (decision 0013)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from pydantic_core import to_json
from sqlalchemy import bindparam, select

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.ledger.adapters import postgres_audit
from mara.ledger.adapters.tables import ledger_accounts, ledger_postings, ledger_transfers
from mara.ledger.errors import (
    AccountFull,
    HoldEnded,
    HoldNotFound,
    InsufficientFunds,
    KeyReused,
    LedgerBusy,
)
from mara.ledger.model import Audit, Balance, Entry, Hold, Transfer, TransferRequest, UserAccount
from mara.platform.database import connection
from mara.platform.sql import fetch_one
from mara.platform.sql_lists import SortedList, number_of_cursor

KEY_REUSED, HOLD_ENDED = "LG409", "LG410"
"""SQLSTATE codes that `ledger_post` raises itself."""

POST = "SELECT key, id, at FROM ledger_post(%s::jsonb)"
LOCK = "SELECT owner_id, available, reserved, suspense FROM ledger_lock(%s)"
HOLD = """
    SELECT t.id, t.key, t.reference, t.owner_id, p.amount, t.expires_at
    FROM ledger_transfers t JOIN ledger_postings p ON p.transfer_id = t.id
    WHERE p.account = 'reserved' AND p.amount > 0 AND t.expires_at IS NOT NULL
"""
HOLD_BY_KEY = HOLD + "AND t.key = %s"
EXPIRED_HOLDS = (
    HOLD
    + """
    AND t.id IN (SELECT transfer_id FROM ledger_holds WHERE expires_at <= %s
                 ORDER BY expires_at LIMIT %s)
    ORDER BY t.expires_at
"""
)
BALANCE = select(
    ledger_accounts.c.available, ledger_accounts.c.reserved, ledger_accounts.c.suspense
).where(ledger_accounts.c.owner_id == bindparam("owner_id"))
ENTRIES = SortedList.of(
    select(
        ledger_postings.c.number,
        ledger_postings.c.account,
        ledger_postings.c.amount,
        ledger_postings.c.balance,
        ledger_postings.c.transfer_id,
        ledger_transfers.c.kind,
        ledger_transfers.c.reference,
        ledger_transfers.c.created_at.label("at"),
    )
    .join(ledger_transfers, ledger_transfers.c.id == ledger_postings.c.transfer_id)
    .where(ledger_postings.c.owner_id == bindparam("owner_id")),
    ledger_postings.c.number,
    {},
    key_of=number_of_cursor,
)


class PostgresLedger:
    """Implements ``LedgerRepository``."""

    def post(self, requests: Sequence[TransferRequest], now: datetime) -> list[Transfer]:
        """Post all requests or none, by one statement; idempotent per key.

        Raises InsufficientFunds, AccountFull, KeyReused, HoldEnded, LedgerBusy.
        """
        wanted = to_json([_parameters(request, now) for request in requests]).decode()
        try:
            rows = connection().execute(POST, (wanted,)).fetchall()
        except psycopg.DatabaseError as error:
            raise _domain_error(error) or error from None
        posted = {key: Transfer(id_, key, at) for key, id_, at in rows}
        return [posted[request.cause.key] for request in requests]

    def lock(self, owner_ids: Collection[UUID]) -> Mapping[UUID, Balance]:
        """Lock the users' balances, by one statement. Raises LedgerBusy."""
        try:
            rows = connection().execute(LOCK, (list(owner_ids),)).fetchall()
        except psycopg.DatabaseError as error:
            raise _domain_error(error) or error from None
        return {owner_id: Balance(*balances) for owner_id, *balances in rows}

    def get_hold(self, key: str) -> Hold:
        """The hold with this idempotency key. Raises HoldNotFound."""
        row = connection().execute(HOLD_BY_KEY, (key,)).fetchone()
        if row is None:
            raise HoldNotFound("No hold has this key.")
        return Hold(*row)

    def list_expired_holds(self, now: datetime, limit: int) -> list[Hold]:
        """Open holds with ``expires_at`` up to ``now``, oldest first."""
        return [Hold(*row) for row in connection().execute(EXPIRED_HOLDS, (now, limit))]

    def get_balance(self, owner_id: UUID) -> Balance:
        """The user's balances; all zero if no money was ever moved."""
        row = fetch_one(BALANCE, owner_id=owner_id)
        return Balance(**row) if row else Balance()

    def list_entries(self, owner_id: UUID, page: PageRequest) -> list[Entry]:
        """Newest or oldest first; one more than the page's limit if there are more."""
        rows = ENTRIES.fetch(page, owner_id=owner_id)
        return [Entry(account=UserAccount(row.pop("account")), **row) for row in rows]

    def count_entries(self, owner_id: UUID) -> int:
        """The length of the statement."""
        return ENTRIES.total(owner_id=owner_id)

    def audit(self) -> Audit:
        """Recompute every balance from the postings, and compare."""
        return postgres_audit.audit()

    def keep_figures(self, audit: Audit, at: datetime) -> None:
        """Replace the figures of the audit before."""
        postgres_audit.keep(audit, at)


def _parameters(request: TransferRequest, now: datetime) -> dict[str, Any]:
    """One element of `ledger_post`'s argument; a key identifies all of it but id and times."""
    return {
        "id": new_id(),
        "key": request.cause.key,
        "kind": request.kind,
        "reference": request.cause.reference,
        "owner_id": request.owner_id,
        "ends_id": request.ends_hold_id,
        "accounts": [account for account, _ in request.legs],
        "amounts": [amount for _, amount in request.legs],
        "expires_at": request.expires_at,
        "created_at": now,
    }


def _domain_error(error: psycopg.DatabaseError) -> Exception | None:
    """The domain error for a database error; None for a bug."""
    if error.sqlstate == KEY_REUSED:
        return KeyReused("Use a new key for each transfer.")
    if error.sqlstate == HOLD_ENDED or error.diag.constraint_name == "ledger_ends":
        return HoldEnded("A hold can be ended only once.")
    if isinstance(error, errors.CheckViolation):
        account = (error.diag.constraint_name or "").removeprefix("ledger_").removesuffix("_floor")
        if account in set(UserAccount):
            return InsufficientFunds(f"The balance of {account} is too low.", account=account)
    if isinstance(error, errors.NumericValueOutOfRange):
        return AccountFull("A balance must fit 63 bits of micro-USDT.")
    if isinstance(error, errors.DeadlockDetected | errors.LockNotAvailable):
        return LedgerBusy("Retry later.")
    return None
