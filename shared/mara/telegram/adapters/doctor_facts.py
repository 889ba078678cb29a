"""What is stored of the work of a bot, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select

from mara.platform.sql import constant, fetch_all, fetch_one
from mara.telegram.adapters.outgoing_tables import bot_chat_paces
from mara.telegram.adapters.tables import bot_updates
from mara.telegram.model.doctor_facts import BotFacts

_updates, _paces = bot_updates.c, bot_chat_paces.c

_seen: Final[Sequence[ColumnElement[Any]]] = (
    func.max(_updates.received_at).label("last_update_at"),
    func.min(_updates.received_at)
    .filter(_updates.state == constant("waiting"))
    .label("oldest_waiting_at"),
    func.count().filter(_updates.state == constant("dead")).label("dead_updates"),
)
UPDATES = select(*_seen).where(_updates.config_id == bindparam("config_id"))
PAUSED = select(_paces.chat_id, _paces.paused_until).where(
    _paces.config_id == bindparam("config_id"), _paces.paused_until > bindparam("now")
)


class PostgresDoctorFacts:
    """Implements ``DoctorFacts``."""

    def read(self, config_id: UUID, now: datetime) -> BotFacts:
        """Return what is stored of the bot's updates, and which chats it may not write to now."""
        paused = fetch_all(PAUSED, config_id=config_id, now=now)
        waits = {row["chat_id"]: row["paused_until"] for row in paused}
        return BotFacts(**(fetch_one(UPDATES, config_id=config_id) or {}), paused=waits)
