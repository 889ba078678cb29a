"""The private chats of owners with their bots, in PostgreSQL."""

from uuid import UUID

from sqlalchemy import bindparam, select

from mara.alerts.model.alert_message import AlertTarget
from mara.platform.sql import constant, fetch_one
from mara.telegram.adapters.tables import bot_configs, bot_people

_people, _bots = bot_people.c, bot_configs.c

# Who is linked has written to the bot, so that it may write to them.
FIND = (
    select(_people.config_id, _people.telegram_id)
    .join(bot_configs, _bots.id == _people.config_id)
    .where(
        _people.owner_id == bindparam("owner_id"),
        _people.kind == constant("owner"),
        _bots.state == constant("active"),
        _bots.id.is_distinct_from(bindparam("but", type_=_bots.id.type)),
    )
    .order_by((_people.config_id == bindparam("wanted")).desc(), _people.id)
    .limit(1)
)


class PostgresOwnerChats:
    """Implements ``OwnerChats``."""

    def find(
        self, owner_id: UUID, config_id: UUID, *, but: UUID | None = None
    ) -> AlertTarget | None:
        """Return the owner's chat with this bot, else with another one; None without any."""
        row = fetch_one(FIND, owner_id=owner_id, wanted=config_id, but=but)
        return AlertTarget(row["config_id"], row["telegram_id"]) if row else None
