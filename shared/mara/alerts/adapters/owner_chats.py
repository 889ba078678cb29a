"""The private chats of owners with their bots, in PostgreSQL."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from mara.alerts.model.alert_message import AlertTarget
from mara.platform.sql import constant, fetch_all, fetch_one, fetch_value
from mara.telegram.adapters.tables import bot_chats, bot_configs, bot_people
from mara.telegram.model.bot_config import BotLanguage
from mara.users.adapters.tables import users

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
FIND_PLATFORM = (
    select(_people.config_id, _people.telegram_id, users.c.locale)
    .join(users, users.c.id == _people.owner_id)
    .join(
        bot_chats,
        and_(
            bot_chats.c.config_id == _people.config_id, bot_chats.c.chat_id == _people.telegram_id
        ),
    )
    .where(
        _people.owner_id == bindparam("owner_id"),
        _people.kind == constant("account"),
        bot_chats.c.state == constant("approved"),
    )
)

LINKED = select(_people.telegram_id).where(
    _people.owner_id == bindparam("owner_id"),
    _people.kind.in_((constant("owner"), constant("account"))),
)
IS_SERVED = select(users.c.active).where(users.c.id == bindparam("owner_id"))


class PostgresOwnerChats:
    """Implements ``OwnerChats``."""

    def find(
        self, owner_id: UUID, config_id: UUID, *, but: UUID | None = None
    ) -> AlertTarget | None:
        """Return the owner's chat with this bot, else with another one; None without any."""
        row = fetch_one(FIND, owner_id=owner_id, wanted=config_id, but=but)
        return AlertTarget(row["config_id"], row["telegram_id"]) if row else None

    def find_platform(self, owner_id: UUID) -> tuple[AlertTarget, BotLanguage] | None:
        """Return the owner's chat with the platform's bot, and the language of the account."""
        row = fetch_one(FIND_PLATFORM, owner_id=owner_id)
        if row is None:
            return None
        target = AlertTarget(row["config_id"], row["telegram_id"])
        return target, BotLanguage(row["locale"].value)

    def telegram_ids(self, owner_id: UUID) -> Collection[int]:
        """Return the Telegram accounts that are linked as the owner's."""
        return {row["telegram_id"] for row in fetch_all(LINKED, owner_id=owner_id)}

    def is_served(self, owner_id: UUID) -> bool:
        """Whether the owner's account is active."""
        return bool(fetch_value(IS_SERVED, owner_id=owner_id))
