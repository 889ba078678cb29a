"""Locks what hangs on a bot, in the one order of all who change more than a row of it.

Lanes, the bot, its chats, its sender, its messages; then what other domains keep of it: intakes,
rules, posts. Who deletes a bot has all of it before the deletion waits for the bot's own row: from
then on others wait for that row, and may hold what the deletion would wait for.
"""

from uuid import UUID

from sqlalchemy import Column, Select, Table, bindparam, select

from mara.platform.sql import fetch_all
from mara.telegram.adapters.outgoing_tables import bot_senders, outgoing_messages
from mara.telegram.adapters.tables import bot_chats, bot_configs, bot_lanes


def _locked(table: Table, bot: Column[UUID], key: str) -> Select[tuple[object]]:
    rows = select(table.c[key]).where(bot == bindparam("config"))
    return rows.order_by(table.c[key]).with_for_update()


LOCK_SENDER = _locked(bot_senders, bot_senders.c.config_id, "config_id")
LOCKS = (
    _locked(bot_lanes, bot_lanes.c.config_id, "name"),
    # Rows that refer to the bot may be added meanwhile.
    select(bot_configs.c.id)
    .where(bot_configs.c.id == bindparam("config"))
    .with_for_update(key_share=True),
    _locked(bot_chats, bot_chats.c.config_id, "chat_id"),
    LOCK_SENDER,
    _locked(outgoing_messages, outgoing_messages.c.config_id, "id"),
)


def lock_all(config_id: UUID) -> None:
    """Lock the bot with its lanes, chats, sender and messages until the transaction ends."""
    for statement in LOCKS:
        fetch_all(statement, config=config_id)


def lock_sender(config_id: UUID) -> None:
    """Lock the sender: then no worker takes messages of the bot, in whatever order."""
    fetch_all(LOCK_SENDER, config=config_id)
