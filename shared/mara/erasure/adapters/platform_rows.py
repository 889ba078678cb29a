"""What the platform's bot holds of a user's linked Telegram account, which has no other owner."""

from typing import Final
from uuid import UUID

from mara.platform.database import connection
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT

PERSON: Final = """
    WITH person AS (
        SELECT p.config_id, p.telegram_id,
            ARRAY['chat:' || p.telegram_id, 'person:' || p.telegram_id] AS lanes
        FROM bot_people p JOIN bot_configs c ON c.id = p.config_id
        WHERE p.owner_id = %(owner_id)s AND c.owner_id = %(platform)s
    )
"""
# The id of a private chat is that of the person.
CONDITIONS: Final = {
    "bot_updates": "t.lane = ANY(p.lanes)",
    "bot_lanes": "t.name = ANY(p.lanes)",
    "bot_replies": "p.telegram_id IN (t.sender_id, t.chat_id)",
    "outgoing_messages": "t.chat_id = p.telegram_id",
    "bot_chat_paces": "t.chat_id = p.telegram_id",
}
DELETE: Final = "DELETE FROM {} t USING person p WHERE t.config_id = p.config_id AND {}"


def forget_linked_person(owner_id: UUID) -> int:
    """Implements ``ForgetPerson``."""
    ids = {"owner_id": owner_id, "platform": PLATFORM_ACCOUNT}
    return sum(
        connection().execute(PERSON + DELETE.format(table, condition), ids).rowcount
        for table, condition in CONDITIONS.items()
    )
