"""Builds the service of notices from its production adapters."""

from functools import cache
from uuid import UUID

from mara.notifications.adapters.notices import PostgresNotices
from mara.notifications.model.notices import TelegramState
from mara.notifications.service.notices import NoticeService
from mara.platform.clock import now
from mara.platform.count_lock import lock_count
from mara.platform.database import transaction
from mara.platform.outbox import publish
from mara.users.adapters.postgres import PostgresUsers


@cache
def notice_service() -> NoticeService:
    """Notices of users."""
    return NoticeService(
        notices=PostgresNotices(),
        users=PostgresUsers(),
        publish=publish,
        lock_count=lock_count,
        find_telegram=_find_telegram,
        unit_of_work=transaction,
        now=now,
    )


def _find_telegram(user_id: UUID) -> TelegramState:
    from mara.wiring.telegram_platform import account_links

    return account_links().find(user_id).state
