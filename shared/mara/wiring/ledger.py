"""Builds the ledger's services from their production adapters."""

from functools import cache
from typing import TYPE_CHECKING

from mara.ledger.adapters.metrics import CloudWatchLedgerMetrics
from mara.ledger.adapters.postgres import PostgresLedger
from mara.ledger.service import AuditService, BalanceService, HoldExpiryService, LedgerService
from mara.platform.clock import now
from mara.platform.database import snapshot, transaction
from mara.wallets.adapters.deposits import PostgresDeposits

if TYPE_CHECKING:
    from mara.ledger.service.lots import LotService


@cache
def ledger_service() -> LedgerService:
    """Transfers, inside the caller's transaction."""
    return LedgerService(PostgresLedger(), now)


@cache
def balance_service() -> BalanceService:
    """Balances and statements; a snapshot, so that pending and available agree."""
    return BalanceService(PostgresLedger(), PostgresDeposits(), snapshot)


@cache
def hold_expiry_service() -> HoldExpiryService:
    """Expiry of holds."""
    return HoldExpiryService(ledger_service(), transaction)


@cache
def lot_service() -> "LotService":
    """Which deposits and credits paid for what a user spent."""
    from mara.ledger.adapters.postgres_lots import PostgresLots
    from mara.ledger.service.lots import LotService

    return LotService(PostgresLedger(), PostgresLots(), transaction)


@cache
def audit_service() -> AuditService:
    """The audit of the whole ledger."""
    return AuditService(PostgresLedger(), CloudWatchLedgerMetrics(), transaction, now)
