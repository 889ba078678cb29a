"""Builds the audit from its production adapters."""

from functools import cache
from typing import TYPE_CHECKING

from mara.audit.adapters.postgres import PostgresAuditLog
from mara.kernel.ids import new_id
from mara.platform.clock import now
from mara.platform.database import transaction

if TYPE_CHECKING:
    from mara.audit.adapters.s3 import S3Anchors
    from mara.audit.service.chain import ChainService, ChainVerificationService
    from mara.audit.service.entries import AuditListService
    from mara.audit.service.restores import RestoreService


@cache
def audit_log() -> PostgresAuditLog:
    """Records deeds in the caller's transaction."""
    return PostgresAuditLog(now, new_id)


@cache
def audit_list_service() -> "AuditListService":
    """Lists deeds."""
    from mara.audit.adapters.postgres_entries import PostgresAuditEntries
    from mara.audit.service.entries import AuditListService

    return AuditListService(PostgresAuditEntries(), transaction)


@cache
def chain_service() -> "ChainService":
    """Continues the chain."""
    from mara.audit.adapters.postgres_chain import PostgresAuditChain
    from mara.audit.service.chain import ChainService

    return ChainService(PostgresAuditChain(), _anchors(), transaction)


@cache
def chain_verification_service() -> "ChainVerificationService":
    """Verifies the chain."""
    from mara.audit.adapters.postgres_chain import PostgresAuditChain
    from mara.audit.service.chain import ChainVerificationService

    return ChainVerificationService(PostgresAuditChain(), _anchors(), transaction)


@cache
def restore_service() -> "RestoreService":
    """Notes restores from backups."""
    from mara.audit.adapters.postgres_chain import PostgresAuditChain
    from mara.audit.service.restores import RestoreService

    chain = PostgresAuditChain()
    return RestoreService(chain, _anchors(), audit_log(), transaction, now, new_id)


def _anchors() -> "S3Anchors":
    from mara.audit.adapters.s3 import S3Anchors
    from mara.platform.settings.audit import AuditSettings

    return S3Anchors(AuditSettings().audit_bucket)  # type: ignore[call-arg]  # from the environment
