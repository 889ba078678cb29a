"""What is done for one tenant in the benchmark of many tenants, by the services' role.

A process of its own has one database: `connect` runs in it first, then `measure`.
"""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from infra.bench import metering
from infra.bench.search import Corpus
from infra.bench.subscribers import charging

if TYPE_CHECKING:
    from mara.kernel.principal import Principal

SEED: Final = 7
UNKNOWN: Final = 198
"""Recipients of a scan step that are no wallet of the platform, beside two that are."""
LEASE: Final = timedelta(seconds=30)
SAMPLE: Final = """
    SELECT users.id, agents.id AS agent_id, bot_configs.id AS config_id, receives_at
    FROM users JOIN agents ON agents.owner_id = users.id
    JOIN bot_configs ON bot_configs.owner_id = users.id
    JOIN wallets ON wallets.owner_id = users.id AND network = 'arbitrum'
    ORDER BY md5(users.id::text) LIMIT %s
"""
READ: Final = """
    SELECT sum(tup_returned + tup_fetched), sum(blks_hit + blks_read) FROM pg_stat_database
    WHERE datname = current_database()
"""
FLUSH: Final = "SELECT pg_stat_force_next_flush()"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of those for whom something is done."""

    owner_id: UUID
    agent_id: UUID
    config_id: UUID
    receives_at: bytes

    @property
    def principal(self) -> "Principal":
        """The tenant as a caller."""
        from mara.kernel.principal import Principal, Role

        return Principal(self.owner_id, Role.USER)


@dataclass(frozen=True, slots=True)
class Measured:
    """One call: milliseconds, and what PostgreSQL read for it."""

    took_ms: float
    rows: int
    pages: int


def connect(url: str, tenants: int) -> None:
    """Use this database for so many of its tenants."""
    os.environ.update(
        MARA_STAGE="local",
        MARA_DATABASE_URL=url,
        MARA_SEARCH="postgres",
        MARA_BUCKET="bench",
        AWS_DEFAULT_REGION="eu-west-1",
        MARA_CHAINS="{}",
        OPENBLAS_NUM_THREADS="1",
    )
    _sample(tenants)


def measure(name: str, number: int) -> Measured:
    """Do one of OPERATIONS for a tenant; ``number`` is different in each call."""
    tenants = _sample()
    act = OPERATIONS[name]
    tenant = tenants[number % len(tenants)]
    rows, pages = _read()
    began = time.perf_counter()
    act(tenant, number)
    took = (time.perf_counter() - began) * 1000
    rows_after, pages_after = _read()
    return Measured(took, rows_after - rows, pages_after - pages)


_tenants: list[Tenant] = []


def _sample(tenants: int = 0) -> list[Tenant]:
    if not _tenants:
        from mara.kernel.unit_of_work import SYSTEM
        from mara.platform.database import connection, transaction

        with transaction(SYSTEM):
            found = connection().execute(SAMPLE, (tenants,)).fetchall()
        _tenants.extend(Tenant(*row) for row in found)
    return _tenants


def _read() -> tuple[int, int]:
    """The rows and pages that were read in this database until now."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import connection, transaction

    with transaction(SYSTEM):
        connection().execute(FLUSH)
    with transaction(SYSTEM):
        row: Any = connection().execute(READ).fetchone()
    return int(row[0]), int(row[1])


@cache
def _questions() -> list[str]:
    corpus = Corpus(random.Random(SEED))  # noqa: S311 - the same questions every time
    return [corpus.question() for _ in range(50)]


def _search(tenant: Tenant, number: int) -> None:
    from mara.wiring.search import search_service

    questions = _questions()
    search_service().search(tenant.principal, questions[number % len(questions)], limit=10)


def _documents(tenant: Tenant, _: int) -> None:
    from mara.kernel.page import PageRequest
    from mara.wiring.documents import library_service

    _found(library_service().list(tenant.principal, PageRequest()).items)


def _conversations(tenant: Tenant, _: int) -> None:
    from mara.kernel.page import PageRequest
    from mara.wiring.agents import conversation_service

    found = conversation_service().list(tenant.principal, tenant.agent_id, PageRequest())
    _found(found.items)


def _alerts(tenant: Tenant, _: int) -> None:
    from mara.kernel.page import PageRequest
    from mara.wiring.alerts import alert_service

    _found(alert_service().list(tenant.principal, PageRequest()).items)


def _transactions(tenant: Tenant, _: int) -> None:
    from mara.kernel.page import PageRequest
    from mara.wiring.ledger import balance_service

    _found(balance_service().list_entries(tenant.principal, PageRequest()).items)


def _charge(tenant: Tenant, number: int) -> None:
    metering.use(tenant.owner_id, 1_000_000 + number)


def _scan(tenant: Tenant, number: int) -> None:
    """The statements of a step on the scope of the system: match, read what is open, mark."""
    from mara.kernel.unit_of_work import SYSTEM
    from mara.platform.database import transaction
    from mara.wallets.model import BlockRange, Network
    from mara.wiring.wallets import wallet_service

    deposits = wallet_service().deposits
    recipients = {random.randbytes(20) for _ in range(UNKNOWN)}  # noqa: S311 - not a secret
    with transaction(SYSTEM):
        _found(deposits.find_owners(Network.ARBITRUM, {*recipients, tenant.receives_at}))
        deposits.in_flight(Network.ARBITRUM, BlockRange(number, number + 10))
        deposits.awaiting_confirmation(Network.ARBITRUM)
        deposits.mark_safe(Network.ARBITRUM, number)


def _renewals(_: Tenant, __: int) -> None:
    if _charging().charge_due()["looked_at"]:
        raise RuntimeError("a subscription was due")


@cache
def _charging() -> Any:
    return charging(os.environ["MARA_DATABASE_URL"])


def _update(tenant: Tenant, number: int) -> None:
    """Store an update, lease its lane, take the update, and mark it as handled."""
    from mara.platform.database import transaction
    from mara.telegram.model.update import ClaimedUpdate
    from mara.wiring.telegram import update_reception_service

    updates, now = update_reception_service().updates, datetime.now(UTC)
    update = ClaimedUpdate(
        tenant.config_id, tenant.owner_id, 1_000_000 + number, "chat 1", b"{}", now
    )
    with transaction(tenant.owner_id):
        updates.claim(update)
    with transaction(tenant.owner_id):
        updates.lease(update.in_lane, tenant.owner_id, now=now, until=now + LEASE)
        _found([one for one in [updates.next(update.in_lane)] if one])
    with transaction(tenant.owner_id):
        updates.handled(update)
        updates.release(update.in_lane, tenant.owner_id)


def _found(items: object) -> None:
    if not items:
        raise RuntimeError("the tenant has nothing to read")


OPERATIONS: Final[dict[str, Callable[[Tenant, int], None]]] = {
    "ask: both searches": _search,
    "list documents": _documents,
    "list conversations": _conversations,
    "list alerts": _alerts,
    "list transactions": _transactions,
    "charge: reserve + settle": _charge,
    "scan step, database": _scan,
    "renewal tick, none due": _renewals,
    "update: claim, lane, handled": _update,
}
