"""The book kept in PostgreSQL, which enforces its rules itself (decision 0013)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.ledger.adapters import postgres_audit
from mara.ledger.errors import (
    AccountFull,
    HoldEnded,
    HoldNotFound,
    InsufficientFunds,
    KeyReused,
    LedgerBusy,
)
from mara.ledger.model import Audit, Balance, Entry, Hold, Order, Transfer, UserAccount
from mara.platform.database import connection

NUMBER_MAX = 2**63 - 1
KEY_REUSED, HOLD_ENDED = "LG409", "LG410"
"""What `ledger_post` raises besides the states of PostgreSQL."""

POST = "SELECT key, id, at FROM ledger_post(%s)"
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
BALANCE = "SELECT available, reserved, suspense FROM ledger_accounts WHERE owner_id = %s"
ENTRIES = """
    SELECT p.number, p.account, p.amount, p.balance, t.id, t.kind, t.reference, t.created_at
    FROM ledger_postings p JOIN ledger_transfers t ON t.id = p.transfer_id
    WHERE p.owner_id = %s AND p.number < %s ORDER BY p.number DESC LIMIT %s
"""


class PostgresBook:
    def post(self, orders: Sequence[Order], now: datetime) -> list[Transfer]:
        wanted = Jsonb([_parameters(order, now) for order in orders])
        try:
            rows = connection().execute(POST, (wanted,)).fetchall()
        except psycopg.DatabaseError as error:
            raise _reason(error) or error from None
        posted = {key: Transfer(id_, key, at) for key, id_, at in rows}
        return [posted[order.cause.key] for order in orders]

    def hold(self, key: str) -> Hold:
        row = connection().execute(HOLD_BY_KEY, (key,)).fetchone()
        if row is None:
            raise HoldNotFound("Check the key.")
        return Hold(*row)

    def expired_holds(self, now: datetime, limit: int) -> list[Hold]:
        return [Hold(*row) for row in connection().execute(EXPIRED_HOLDS, (now, limit))]

    def balance(self, owner_id: UUID) -> Balance:
        row = connection().execute(BALANCE, (owner_id,)).fetchone()
        return Balance(*row) if row else Balance()

    def entries(self, owner_id: UUID, page: PageRequest) -> list[Entry]:
        before = min(page.after.int, NUMBER_MAX) if page.after else NUMBER_MAX
        rows = connection().execute(ENTRIES, (owner_id, before, page.limit + 1))
        return [Entry(row[0], UserAccount(row[1]), *row[2:]) for row in rows]

    def audit(self) -> Audit:
        return postgres_audit.audit()


def _parameters(order: Order, now: datetime) -> dict[str, Any]:
    """As `ledger_post` reads it; all but the id and the times is what a key stands for."""
    return {
        "id": str(new_id()),
        "key": order.cause.key,
        "kind": order.kind,
        "reference": order.cause.reference,
        "owner_id": str(order.owner_id) if order.owner_id else None,
        "ends_id": str(order.ends_id) if order.ends_id else None,
        "accounts": [account for account, _ in order.legs],
        "amounts": [amount for _, amount in order.legs],
        "expires_at": order.expires_at.isoformat() if order.expires_at else None,
        "created_at": now.isoformat(),
    }


def _reason(error: psycopg.DatabaseError) -> Exception | None:
    """What a refusal of the database means; ``None`` for what is a bug."""
    if error.sqlstate == KEY_REUSED:
        return KeyReused("Use a key of its own for every movement of money.")
    if error.sqlstate == HOLD_ENDED or error.diag.constraint_name == "ledger_ends":
        return HoldEnded("It ends once.")
    if isinstance(error, errors.CheckViolation):
        account = (error.diag.constraint_name or "").removeprefix("ledger_").removesuffix("_floor")
        if account in set(UserAccount):
            return InsufficientFunds(f"There is not as much in {account}.", account=account)
    if isinstance(error, errors.NumericValueOutOfRange):
        return AccountFull("A balance fits 63 bits of micro-USDT.")
    if isinstance(error, errors.DeadlockDetected | errors.LockNotAvailable):
        return LedgerBusy("Try again.")
    return None
