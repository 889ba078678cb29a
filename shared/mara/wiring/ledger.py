"""Assembles the ledger's services from their production adapters."""

from functools import cache

from mara.ledger.adapters.alarm import MetricAlarm
from mara.ledger.adapters.postgres import PostgresBook
from mara.ledger.service import AuditService, BalanceService, HoldExpiryService, LedgerService
from mara.platform.clock import now
from mara.platform.database import snapshot, transaction
from mara.wallets.adapters.deposits import PostgresDeposits


@cache
def ledger_service() -> LedgerService:
    return LedgerService(PostgresBook(), now)


@cache
def balance_service() -> BalanceService:
    return BalanceService(PostgresBook(), PostgresDeposits(), snapshot)


@cache
def hold_expiry_service() -> HoldExpiryService:
    return HoldExpiryService(ledger_service(), transaction)


@cache
def audit_service() -> AuditService:
    return AuditService(PostgresBook(), MetricAlarm(), transaction)
