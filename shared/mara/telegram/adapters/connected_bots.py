"""All bots of the platform, in PostgreSQL."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform.sql import fetch_value
from mara.telegram.adapters.tables import bot_configs

KNOWS = select(bot_configs.c.id).where(bot_configs.c.telegram_id == bindparam("telegram_id"))


@dataclass(frozen=True, slots=True)
class PostgresConnectedBots:
    """Implements ``ConnectedBots``."""

    unit_of_work: UnitOfWork

    def knows(self, telegram_id: int) -> bool:
        """Whether any account has connected the bot."""
        with self.unit_of_work(SYSTEM):
            return fetch_value(KNOWS, telegram_id=telegram_id) is not None
