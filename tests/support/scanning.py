"""A scanner over simulated chains and a real database, and what can kill it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform.database import connection, transaction
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.model import BlockRef, DepositRules, Network, ScanCursor
from mara.wallets.service.providers import Providers
from mara.wallets.service.reconciliation import ReconciliationService
from mara.wallets.service.scanner import ScannerService
from mara.wallets.service.settlement import Settlement
from mara.wiring.ledger import ledger_service
from tests.support.killing import Killer, Mortal
from tests.support.world import RULES

ROWS = """
    SELECT transaction, position, recipient, amount_micro_usdt, state FROM deposits ORDER BY id
"""


@dataclass
class Saying:
    """Publishes into a table of the same transaction, as the outbox does, and to nobody."""

    killer: Killer

    def __call__(self, message: Message) -> None:
        self.killer.touch()
        connection().execute(
            "INSERT INTO outbox (id, queue, body) VALUES (%s, %s, %s)",
            (new_id(), message.queue(), message.model_dump_json()),
        )


@dataclass
class Clock:
    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass
class Parts:
    """What both services are made of, each part killed when the killer says so."""

    settlement: Settlement
    providers: Providers
    cursors: Any
    deposits: Any
    unit_of_work: UnitOfWork
    now: Clock


def parts(chains: Sequence[Any], rules: DepositRules, killer: Killer | None) -> Parts:
    killer = killer or Killer()
    mortal: Callable[[object], Any] = lambda part: Mortal(part, killer)  # noqa: E731
    deposits, cursors, clock = mortal(PostgresDeposits()), mortal(PostgresScanCursors()), Clock()
    return Parts(
        Settlement(rules, deposits, mortal(ledger_service()), Saying(killer)),
        Providers(rules.network, [mortal(one) for one in chains], cursors, transaction, clock),
        cursors,
        deposits,
        transaction,
        clock,
    )


def scanner(
    chains: Sequence[Any],
    *,
    rules: DepositRules = RULES,
    killer: Killer | None = None,
) -> ScannerService:
    return ScannerService(**vars(parts(chains, rules, killer)))


def reconciliation(chains: Sequence[Any], *, rules: DepositRules = RULES) -> ReconciliationService:
    return ReconciliationService(**vars(parts(chains, rules, None)))


def give_wallet(
    owner_id: UUID,
    address: bytes,
    network: Network = Network.ARBITRUM,
    receives_at: bytes | None = None,
) -> None:
    with transaction(SYSTEM):
        connection().execute(
            "INSERT INTO wallets (network, address, receives_at, owner_id, created_at)"
            " VALUES (%s, %s, %s, %s, now())",
            (network, address, receives_at or address, owner_id),
        )


def begin_scans(closed: int = 0) -> None:
    """As the first scan of every network does; only then wallets may be made."""
    with transaction(SYSTEM):
        for network in Network:
            scan = ScanCursor(network, BlockRef(closed, "0x" + "00" * 32), (), 1)
            PostgresScanCursors().add(scan)
            PostgresScanCursors().save(scan, latest=closed, now=datetime.now(UTC))


def deposits() -> dict[tuple[str, int], tuple[bytes, int, str]]:
    """By transaction and position: to whom, how much, and the state."""
    with transaction(SYSTEM):
        rows = connection().execute(ROWS).fetchall()
    return {(name, at): (bytes(to), amount, state) for name, at, to, amount, state in rows}


def said(queue: str) -> int:
    """How many messages were published to a queue."""
    with transaction(SYSTEM):
        row = connection().execute("SELECT count(*) FROM outbox WHERE queue = %s", (queue,))
        return int((row.fetchone() or [0])[0])
