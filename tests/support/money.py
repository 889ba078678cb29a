"""Users with money, for tests of the ledger and of what stands on it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Balance, Cause
from mara.platform.database import connection, transaction
from mara.wiring.ledger import balance_service, ledger_service

USDT = 1_000_000
"""Micro-USDT."""

INSERT_USER = """
    INSERT INTO users (id, email, created_at, updated_at)
    VALUES (%(id)s, %(id)s::text || '@example.com', now(), now())
"""


def make_owner(available: int = 0) -> UUID:
    """A user who never logs in, with so much on the account."""
    owner_id = new_id()
    with transaction(SYSTEM):
        connection().execute(INSERT_USER, {"id": owner_id})
        if available:
            cause = Cause(f"first deposit of {owner_id}", "deposit")
            ledger_service().credit_deposit(owner_id, "tron", available, cause)
    return owner_id


def balance_of(owner_id: UUID) -> Balance:
    with transaction(owner_id):
        return balance_service().repository.get_balance(owner_id)


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)
