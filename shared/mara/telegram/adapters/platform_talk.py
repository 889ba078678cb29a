"""What the platform's bot holds of the Telegram accounts that talk to it.

Nothing in rows that are the bot's own names the user to whom an account is linked. Notices and
alerts of that user are the user's rows: an erasure finds them, and posts that they show are edited.
"""

from typing import Final
from uuid import UUID

from mara.platform.database import connection
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT

LINKED: Final = """
    SELECT p.config_id, p.telegram_id FROM bot_people p JOIN bot_configs c ON c.id = p.config_id
    WHERE p.owner_id = %(owner_id)s AND c.owner_id = %(platform)s
"""
# First, as all who change more than a row of a bot do (``bot_locks``).
LOCK_LANES: Final = """
    SELECT name FROM bot_lanes WHERE config_id = %(config_id)s AND name = ANY(%(lanes)s)
    ORDER BY name FOR UPDATE
"""
# The id of a private chat is that of the person. Lanes come after the updates in them.
CONDITIONS: Final = {
    "bot_updates": """
        t.lane = ANY(%(lanes)s)
        AND (%(within)s::bigint IS NULL OR t.update_id = %(within)s OR t.state <> 'waiting')
    """,
    "bot_lanes": """
        t.name = ANY(%(lanes)s) AND NOT EXISTS (
            SELECT FROM bot_updates u WHERE u.config_id = t.config_id AND u.lane = t.name
        )
    """,
    "bot_replies": "%(telegram_id)s IN (t.sender_id, t.chat_id)",
    "outgoing_messages": """
        t.chat_id = %(telegram_id)s AND (%(of_all)s OR t.owner_id = %(platform)s)
    """,
    "bot_chat_paces": """
        t.chat_id = %(telegram_id)s AND NOT EXISTS (
            SELECT FROM outgoing_messages m WHERE m.config_id = t.config_id
                AND m.chat_id = t.chat_id AND m.state IN ('queued', 'sending')
        )
    """,
}
# Without it, what waits for the chat would be sent faster than Telegram allows.
GIVE_PACE: Final = """
    UPDATE bot_chat_paces t SET owner_id = m.owner_id FROM outgoing_messages m
    WHERE t.config_id = %(config_id)s AND t.chat_id = %(telegram_id)s
        AND m.config_id = t.config_id AND m.chat_id = t.chat_id
        AND m.state IN ('queued', 'sending')
"""
DELETE: Final = "DELETE FROM {} t WHERE t.config_id = %(config_id)s AND {}"


def forget_talk(config_id: UUID, telegram_id: int, *, within: int | None = None) -> int:
    """Implements ``ForgetTalk``."""
    return _forget(config_id, telegram_id, within=within, of_all=False)


def forget_linked_person(owner_id: UUID) -> int:
    """Implements ``mara.erasure.ports.ForgetPerson``."""
    ids = {"owner_id": owner_id, "platform": PLATFORM_ACCOUNT}
    people = connection().execute(LINKED, ids).fetchall()
    return sum(_forget(*person, within=None, of_all=True) for person in people)


def _forget(config_id: UUID, telegram_id: int, *, within: int | None, of_all: bool) -> int:
    parameters = {
        "config_id": config_id,
        "telegram_id": telegram_id,
        "lanes": [f"chat:{telegram_id}", f"person:{telegram_id}"],
        "within": within,
        "of_all": of_all,
        "platform": PLATFORM_ACCOUNT,
    }
    connection().execute(LOCK_LANES, parameters)
    deleted = sum(
        connection().execute(DELETE.format(table, condition), parameters).rowcount
        for table, condition in CONDITIONS.items()
    )
    connection().execute(GIVE_PACE, parameters)
    return deleted
