"""Connected bots in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from mara.kernel.page import PageRequest
from mara.platform.sql import Row, bound, constant, execute, fetch_one, fetch_value, take
from mara.platform.sql_lists import SortedList, containing, contains_if_given
from mara.telegram.adapters.bot_locks import lock_all
from mara.telegram.adapters.tables import bot_configs, disconnected_bots
from mara.telegram.errors import BotConfigNotFound
from mara.telegram.model.bot_config import BotConfig, BotProfile, BotSettings, WebhookSecret
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.users.adapters.tables import users

_columns = bot_configs.c
_key = (_columns.owner_id == bindparam("owner_id"), _columns.id == bindparam("id"))
_constants = {_columns.id, _columns.owner_id, _columns.telegram_id, _columns.created_at}

ADD = (
    insert_or_skip(bot_configs)
    .values(bound(_columns))
    .on_conflict_do_nothing(index_elements=["telegram_id"])
)
# The account of the platform's bot is no person's, and never active.
_is_served = or_(users.c.active, users.c.id == PLATFORM_ACCOUNT)
_with_owner = select(bot_configs, _is_served.label("is_served")).join(
    users, users.c.id == _columns.owner_id
)
GET = _with_owner.where(*_key)
FIND = _with_owner.where(_columns.id == bindparam("id"))
# Rows that refer to the bot may be added meanwhile: their writers would wait, holding locks.
LOCK = GET.with_for_update(key_share=True, of=bot_configs)
_unchecked = (
    select(_columns.id)
    .where(_columns.checked_at <= bindparam("before"), _columns.state != constant("token_revoked"))
    .order_by(_columns.checked_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
TAKE_UNCHECKED = (
    update(bot_configs)
    .where(_columns.id == _unchecked)
    .values(bound((_columns.checked_at,)))
    .returning(*_columns)
)
SAVE = update(bot_configs).where(*_key).values(bound(c for c in _columns if c not in _constants))
DELETE = delete(bot_configs).where(*_key)
LIST = SortedList.of(
    select(bot_configs).where(
        _columns.owner_id == bindparam("owner_id"), contains_if_given(_columns.name, "like")
    ),
    _columns.id,
    {},
)
REMEMBER = insert(disconnected_bots).values(bound(disconnected_bots.c))
WAS_DISCONNECTED = select(disconnected_bots.c.id).where(
    disconnected_bots.c.id == bindparam("id"), disconnected_bots.c.at > bindparam("since")
)
FORGET = delete(disconnected_bots).where(disconnected_bots.c.at < bindparam("before"))


class PostgresBotConfigs:
    """Implements ``BotConfigs``."""

    def add(self, config: BotConfig) -> bool:
        """Insert the bot; False where any account has connected it already."""
        return execute(ADD, **_values(config)) == 1

    def get(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return the owner's bot. Raises BotConfigNotFound."""
        return _config(fetch_one(GET, owner_id=owner_id, id=config_id))

    def lock(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return it, locked until the transaction ends. Raises BotConfigNotFound."""
        return _config(fetch_one(LOCK, owner_id=owner_id, id=config_id))

    def lock_whole(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        """Return it, locked with its lanes, chats and messages. Raises BotConfigNotFound."""
        self.get(owner_id, config_id)
        lock_all(config_id)
        return self.get(owner_id, config_id)

    def find(self, config_id: UUID) -> BotConfig | None:
        """Return a bot of any account, in the scope of the system; None without one."""
        row = fetch_one(FIND, id=config_id)
        return _config(row) if row else None

    def take_unchecked(self, before: datetime, now: datetime) -> BotConfig | None:
        """Return the bot that waits longest for a check, and mark it as checked."""
        row = fetch_one(TAKE_UNCHECKED, before=before, checked_at=now)
        return _config(row) if row else None

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[BotConfig]:
        """Return a page of the owner's bots, and one more if there are more."""
        like = containing(page.filters.get("text"))
        return [_config(row) for row in LIST.fetch(page, owner_id=owner_id, like=like)]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of the owner's bots that the filters of ``page`` admit."""
        return LIST.total(owner_id=owner_id, like=containing(page.filters.get("text")))

    def save(self, config: BotConfig) -> None:
        """Update all columns that may change."""
        execute(SAVE, **_values(config))

    def disconnect(self, config: BotConfig, at: datetime) -> None:
        """Delete the bot, and remember its id."""
        execute(REMEMBER, id=config.id, owner_id=config.owner_id, at=at)
        execute(DELETE, owner_id=config.owner_id, id=config.id)

    def was_disconnected(self, config_id: UUID, since: datetime) -> bool:
        """Whether a bot with this id was disconnected after ``since``."""
        return fetch_value(WAS_DISCONNECTED, id=config_id, since=since) is not None

    def forget_disconnected(self, before: datetime) -> int:
        """Delete what is remembered of bots that were disconnected before a time; their number."""
        return execute(FORGET, before=before)


def _config(row: Row | None) -> BotConfig:
    if row is None:
        raise BotConfigNotFound("Check the id.")
    secret = WebhookSecret(row.pop("webhook_secret"), row.pop("former_webhook_secrets"))
    settings, profile = take(BotSettings, row), take(BotProfile, row)
    return BotConfig(settings=settings, profile=profile, webhook_secret=secret, **row)


def _values(config: BotConfig) -> Row:
    settings, profile, secret = config.settings, config.profile, config.webhook_secret
    return {
        "id": config.id,
        "owner_id": config.owner_id,
        "name": settings.name,
        "agent_id": settings.agent_id,
        "target_chat_id": settings.target_chat_id,
        "target_thread_id": settings.target_thread_id,
        "language": settings.language,
        "access": settings.access,
        "questions_per_minute": settings.questions_per_minute,
        "chat_questions_per_hour": settings.chat_questions_per_hour,
        "price_per_day": settings.price_per_day,
        "telegram_id": profile.telegram_id,
        "username": profile.username,
        "reads_all_group_messages": profile.reads_all_group_messages,
        "state": config.state,
        "token_id": config.token_id,
        "webhook_secret": secret.current,
        "former_webhook_secrets": secret.former,
        "created_at": config.created_at,
        "updated_at": config.updated_at,
        "checked_at": config.checked_at,
        "reads_all_since": config.reads_all_since,
    }
