"""Builds the service of notices from its production adapters."""

from functools import cache

from mara.notifications.adapters.notices import PostgresNotices
from mara.notifications.service.notices import NoticeService
from mara.platform.clock import now
from mara.platform.count_lock import lock_count
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.users.adapters.postgres import PostgresUsers


@cache
def notice_service() -> NoticeService:
    """Notices of users."""
    return NoticeService(PostgresNotices(), PostgresUsers(), publish, lock_count, transaction, now)
