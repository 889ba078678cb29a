"""Posts that chats hold back, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update

from mara.alerts.adapters.tables import alert_messages
from mara.alerts.model.alert_message import ShownContent
from mara.platform.count_lock import lock_count
from mara.platform.sql import constant, execute, fetch_all

_messages = alert_messages.c
_held = (
    _messages.owner_id == bindparam("owner"),
    _messages.config_id == bindparam("config"),
    _messages.shown == constant(ShownContent.HELD.value),
)
# Who changes several rows locks them in one order first.
LOCK = select(_messages.post_id).where(*_held).order_by(_messages.post_id).with_for_update()
WAKE = update(alert_messages).where(*_held).values(due_at=bindparam("at"))


def hold_posting(owner_id: UUID) -> None:
    """Wait for who posts the owner's alerts, and let them wait until the transaction ends.

    Call it before the lock of a chat: who posts them reads chats under this lock.
    """
    lock_count(owner_id, "alert_messages")


def wake_held(owner_id: UUID, config_id: UUID, at: datetime) -> None:
    """Let what the chats of a bot hold back be looked at; what still waits is held back again."""
    fetch_all(LOCK, owner=owner_id, config=config_id)
    execute(WAKE, owner=owner_id, config=config_id, at=at)
