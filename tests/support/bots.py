"""Bots for tests: settings, configs, and the service with a store, a key provider and Telegram."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mara.agents.errors import AgentNotFound
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.telegram.model.bot_config import (
    BotConfig,
    BotProfile,
    BotSettings,
    BotState,
    WebhookSecret,
    hash_of,
)
from mara.telegram.service.bot_configs import BotConfigService
from mara.telegram.service.bot_views import BotViews
from tests.support.fakes.audit import FakeAuditLog
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.telegram import FakeBot, FakeBotApi, FakeBotConfigs, FakeBotLevel
from tests.support.fakes.vaults import fake_secret_store

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
API = "https://api.example.com/api/v1/telegram/webhook"


def principal_of(user_id: UUID) -> Principal:
    return Principal(user_id, Role.USER)


def token_of(telegram_id: int, generation: int = 1) -> str:
    """A text with the form of a token; each generation is another one."""
    return f"{telegram_id}:{'x' * 34}{generation}"


def settings_of(agent_id: UUID | None = None, name: str = "On call") -> BotSettings:
    return BotSettings(name, agent_id or new_id())


def make_config(
    owner_id: UUID, token_id: UUID, telegram_id: int = 1, name: str = "bot"
) -> BotConfig:
    return BotConfig(
        id=new_id(),
        owner_id=owner_id,
        settings=settings_of(name=name),
        profile=BotProfile(telegram_id, "runbook_bot", reads_all_group_messages=False),
        state=BotState.ACTIVE,
        token_id=token_id,
        webhook_secret=WebhookSecret(hash_of("secret")),
        created_at=NOON,
        updated_at=NOON,
        checked_at=NOON,
    )


@dataclass
class BotWorld:
    """The service of bots on fakes; its clock stands until a test moves it."""

    database: FakeDatabase = field(default_factory=FakeDatabase)
    api: FakeBotApi = field(default_factory=FakeBotApi)
    agents: set[tuple[UUID, UUID]] = field(default_factory=set)
    clock: datetime = NOON
    level: FakeBotLevel = field(default_factory=FakeBotLevel)

    def now(self) -> datetime:
        return self.clock

    def pass_time(self, duration: timedelta) -> None:
        self.clock += duration

    @property
    def service(self) -> BotConfigService:
        return BotConfigService(
            configs=FakeBotConfigs(self.database),
            tokens=fake_secret_store(self.database, self.now),
            api=self.api,
            level=self.level,
            check_agent=self._check_agent,
            webhook_url=lambda config_id: f"{API}/{config_id}",
            unit_of_work=self.database.unit_of_work,
            now=self.now,
            audit=FakeAuditLog(self.database),
        )

    @property
    def views(self) -> BotViews:
        return BotViews(FakeBotConfigs(self.database), self.database.unit_of_work)

    def customer(self) -> tuple[Principal, UUID]:
        """An account with an agent."""
        caller, agent_id = principal_of(new_id()), new_id()
        self.agents.add((caller.user_id, agent_id))
        return caller, agent_id

    def bot(self, telegram_id: int = 1001) -> str:
        """A bot of Telegram; its token."""
        profile = BotProfile(telegram_id, f"bot_{telegram_id}", reads_all_group_messages=False)
        self.api.bots[token_of(telegram_id)] = FakeBot(profile)
        return token_of(telegram_id)

    def stored(self) -> tuple[int, int]:
        """How many bots and how many secrets are committed."""
        tables = self.database.committed
        return len(tables.bot_configs), len(tables.connection_secrets)

    def _check_agent(self, owner_id: UUID, agent_id: UUID) -> None:
        if (owner_id, agent_id) not in self.agents:
            raise AgentNotFound("Check the id.")
