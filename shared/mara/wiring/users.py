"""Assembles the user services from their production adapters."""

from functools import cache

from mara.auth.adapters.postgres_sessions import PostgresSessions
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.users.adapters.postgres import PostgresUsers
from mara.users.service import ProfileService, UserAdministrationService
from mara.wiring.audit import audit_log


@cache
def profile_service() -> ProfileService:
    """A user's own profile."""
    return ProfileService(PostgresUsers(), transaction, now)


@cache
def user_administration_service() -> UserAdministrationService:
    """Administration of accounts."""
    return UserAdministrationService(
        PostgresUsers(), PostgresSessions(), publish, transaction, now, audit_log()
    )
