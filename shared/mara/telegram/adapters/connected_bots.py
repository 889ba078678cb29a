"""All bots of the platform, in PostgreSQL."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, func, select

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform.sql import constant, fetch_all, fetch_value
from mara.telegram.adapters.outgoing_tables import outgoing_messages
from mara.telegram.adapters.tables import bot_configs
from mara.telegram.model.outgoing import WAITING

SENT_KEPT_WAITING: Final = timedelta(days=1)
"""A message whose sending broke off waits no longer."""

_messages = outgoing_messages.c
SENT = (
    select(_messages.id)
    .where(
        _messages.chat_id == bindparam("chat_id"),
        bindparam("message_id") == func.any(_messages.telegram_ids),
    )
    .limit(1)
)
BEING_SENT = select(_messages.parts).where(
    _messages.chat_id == bindparam("chat_id"),
    _messages.state.in_([constant(one.value) for one in sorted(WAITING)]),
    _messages.created_at > bindparam("since"),
)
KNOWS = select(bot_configs.c.id).where(bot_configs.c.telegram_id == bindparam("telegram_id"))


@dataclass(frozen=True, slots=True)
class PostgresConnectedBots:
    """Implements ``ConnectedBots``."""

    unit_of_work: UnitOfWork
    now: Clock

    def knows(self, telegram_id: int) -> bool:
        """Whether any account has connected the bot."""
        with self.unit_of_work(SYSTEM):
            return fetch_value(KNOWS, telegram_id=telegram_id) is not None

    def wrote(self, chat_id: int, message_id: int, text: str) -> bool:
        """Whether any of them sent this message, or is about to send its text to the chat."""
        since = self.now() - SENT_KEPT_WAITING
        with self.unit_of_work(SYSTEM):
            if fetch_value(SENT, chat_id=chat_id, message_id=message_id) is not None:
                return True
            rows = fetch_all(BEING_SENT, chat_id=chat_id, since=since)
        # Telegram may pass a message on before its sender has stored that it was sent.
        return any(part.text.strip() == text.strip() for row in rows for part in row["parts"])
