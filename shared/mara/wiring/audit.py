"""Builds the audit from its production adapters."""

from functools import cache

from mara.audit.adapters.postgres import PostgresAuditLog
from mara.kernel.ids import new_id
from mara.platform.clock import now


@cache
def audit_log() -> PostgresAuditLog:
    """Records deeds in the caller's transaction."""
    return PostgresAuditLog(now, new_id)
