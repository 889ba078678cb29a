"""Builds the ledger's services from their production adapters."""

from functools import cache

from mara.ledger.adapters.metrics import CloudWatchLedgerMetrics
from mara.ledger.adapters.postgres import PostgresLedger
from mara.ledger.service import AuditService, BalanceService, HoldExpiryService, LedgerService
from mara.platform.clock import now
from mara.platform.database import snapshot, transaction
from mara.wallets.adapters.deposits import PostgresDeposits


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
def audit_service() -> AuditService:
    """The audit of the whole ledger."""
    return AuditService(PostgresLedger(), CloudWatchLedgerMetrics(), transaction)
