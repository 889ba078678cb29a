"""Connected bots in memory, and the Bot API of a simulated Telegram without HTTP."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.billing.errors import UsageLimitReached
from mara.kernel.page import PageRequest
from mara.telegram.errors import BotConfigNotFound, InvalidBotToken
from mara.telegram.model.bot_config import BotConfig, BotProfile, BotState
from tests.support.fakes.database import FakeDatabase


class FakeBotConfigs:
    """Implements ``BotConfigs``; a bot is connected at most once across all accounts."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, BotConfig]:
        return self._database.tables.bot_configs

    def add(self, config: BotConfig) -> bool:
        known = {other.profile.telegram_id for other in self._rows.values()}
        if config.profile.telegram_id in known:
            return False
        self._rows[config.id] = config
        return True

    def get(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        found = self._rows.get(config_id)
        if found is None or found.owner_id != owner_id:
            raise BotConfigNotFound("Check the id.")
        return found

    def lock(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        return self.get(owner_id, config_id)

    def lock_whole(self, owner_id: UUID, config_id: UUID) -> BotConfig:
        return self.get(owner_id, config_id)

    def find(self, config_id: UUID) -> BotConfig | None:
        return self._rows.get(config_id)

    def take_unchecked(self, before: datetime, now: datetime) -> BotConfig | None:
        waiting = [
            one
            for one in self._rows.values()
            if one.checked_at <= before and one.state is not BotState.REVOKED
        ]
        if not waiting:
            return None
        taken = min(waiting, key=lambda one: one.checked_at)
        self._rows[taken.id] = replace(taken, checked_at=now)
        return self._rows[taken.id]

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[BotConfig]:
        found = [
            one for one in self._found(owner_id, page) if page.after is None or one.id < page.after
        ]
        return sorted(found, key=lambda one: one.id, reverse=True)[: page.limit + 1]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        return len(self._found(owner_id, page))

    def save(self, config: BotConfig) -> None:
        self._rows[config.id] = config

    def disconnect(self, config: BotConfig, at: datetime) -> None:
        del self._rows[config.id]
        self._database.tables.disconnected_bots[config.id] = at

    def was_disconnected(self, config_id: UUID, since: datetime) -> bool:
        at = self._database.tables.disconnected_bots.get(config_id)
        return at is not None and at > since

    def forget_disconnected(self, before: datetime) -> int:
        remembered = self._database.tables.disconnected_bots
        old = [id_ for id_, at in remembered.items() if at < before]
        for id_ in old:
            del remembered[id_]
        return len(old)

    def _found(self, owner_id: UUID, page: PageRequest) -> Sequence[BotConfig]:
        text = page.filters.get("text", "").casefold()
        mine = (one for one in self._rows.values() if one.owner_id == owner_id)
        return [one for one in mine if text in one.settings.name.casefold()]


@dataclass
class FakeBotLevel:
    """Implements ``BotLevel``, without transactions: ``bots`` by owner, at most ``most`` each."""

    most: int = 10
    bots: Counter[UUID] = field(default_factory=Counter)

    def take(self, owner_id: UUID) -> None:
        if self.bots[owner_id] >= self.most:
            raise UsageLimitReached("The plan includes no more bots.")
        self.bots[owner_id] += 1

    def give(self, owner_id: UUID) -> None:
        self.bots[owner_id] -= 1


@dataclass
class FakeBot:
    """A bot of the fake Bot API, and the webhook that is set."""

    profile: BotProfile
    webhook_url: str = ""
    secret: str = ""
    dropped: int = 0
    """How often waiting updates were dropped."""


@dataclass
class FakeBotApi:
    """Implements ``BotApi``: bots by their tokens. ``before`` may raise for a method's name."""

    bots: dict[str, FakeBot] = field(default_factory=dict)
    before: Callable[[str], None] = lambda _: None

    def get_me(self, token: bytearray) -> BotProfile:
        return self._bot("get_me", token).profile

    def get_webhook_url(self, token: bytearray) -> str:
        return self._bot("get_webhook_url", token).webhook_url

    def set_webhook(
        self, token: bytearray, url: str, secret: str, *, drop_pending_updates: bool
    ) -> None:
        bot = self._bot("set_webhook", token)
        bot.webhook_url, bot.secret = url, secret
        bot.dropped += drop_pending_updates

    def delete_webhook(self, token: bytearray) -> None:
        self._bot("delete_webhook", token).webhook_url = ""

    def _bot(self, method: str, token: bytearray) -> FakeBot:
        self.before(method)
        bot = self.bots.get(token.decode())
        if bot is None:
            raise InvalidBotToken("Telegram does not know this token.")
        return bot
