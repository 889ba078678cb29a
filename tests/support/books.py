"""What the ledger says after a scan, once it has proved that its books are right."""

from uuid import UUID

from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Balance
from mara.platform.database import connection, transaction
from mara.wiring.ledger import audit_service
from tests.support.money import balance_of


def credited() -> dict[UUID, int]:
    """Of each user who may spend anything: how much, in micro-USDT."""
    return {owner: held.available for owner, held in _balances().items() if held.available}


def suspended() -> dict[UUID, int]:
    """Of each user with anything in suspense: how much, in micro-USDT."""
    return {owner: held.suspense for owner, held in _balances().items() if held.suspense}


def _balances() -> dict[UUID, Balance]:
    assert audit_service().verify().differences == ()
    with transaction(SYSTEM):
        owners = [row[0] for row in connection().execute("SELECT id FROM users").fetchall()]
    return {owner_id: balance_of(owner_id) for owner_id in owners}
