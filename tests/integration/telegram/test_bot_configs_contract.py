"""The contract of the repository of bots: PostgreSQL and the fake of the fast tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.secret import Secret
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.errors import BotConfigNotFound
from mara.telegram.model.bot_config import BotAccess, BotConfig, BotLanguage, BotState
from mara.telegram.ports import BotConfigs
from mara.vault.ports import SecretStore
from mara.wiring.connection_secrets import secret_store
from tests.support.bots import NOON, make_config
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.telegram import FakeBotConfigs
from tests.support.fakes.vaults import fake_secret_store
from tests.support.money import make_owner

ALL = PageRequest.of(9, None, total=True)


@dataclass(frozen=True)
class Store:
    configs: BotConfigs
    tokens: SecretStore
    make_owner: Callable[[], UUID]
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def make(self, owner_id: UUID, telegram_id: int = 1, name: str = "bot") -> BotConfig:
        """A config that is not stored, whose token is."""
        token = self.tokens.seal(owner_id, Secret(bytearray(b"token")))
        with self.unit_of_work(owner_id):
            self.tokens.add(token)
        return make_config(owner_id, token.id, telegram_id, name)

    def add(self, config: BotConfig) -> bool:
        with self.unit_of_work(config.owner_id):
            return self.configs.add(config)

    def get(self, config: BotConfig) -> BotConfig:
        with self.unit_of_work(config.owner_id):
            return self.configs.get(config.owner_id, config.id)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        database = FakeDatabase()
        tokens = fake_secret_store(database, now)
        return Store(FakeBotConfigs(database), tokens, new_id, database.unit_of_work)
    request.getfixturevalue("database")
    return Store(PostgresBotConfigs(), secret_store(), make_owner, transaction)


class TestAdd:
    def test_stores_a_bot_whole(self, store: Store) -> None:
        config = store.make(store.make_owner(), 2**52 - 1)
        rotated = config.webhook_secret.rotated("second", NOON).rotated("third", NOON)
        config = replace(config, webhook_secret=rotated)
        assert store.add(config)
        assert store.get(config) == config

    def test_stores_a_bot_of_telegram_once_whoever_owns_it(self, store: Store) -> None:
        first, owner_id = store.make(store.make_owner()), store.make_owner()
        assert store.add(first)
        assert not store.add(store.make(owner_id))
        assert not store.add(store.make(first.owner_id))
        assert store.add(store.make(owner_id, 2))
        assert store.get(first) == first


class TestGet:
    def test_and_lock_find_nothing_of_another_owner(self, store: Store) -> None:
        config, stranger = store.make(store.make_owner()), store.make_owner()
        store.add(config)
        for read in (store.configs.get, store.configs.lock):
            with store.unit_of_work(stranger), pytest.raises(BotConfigNotFound):
                read(stranger, config.id)


class TestSave:
    def test_changes_what_may_change(self, store: Store) -> None:
        config = store.make(store.make_owner())
        store.add(config)
        token = store.tokens.seal(config.owner_id, Secret(bytearray(b"another token")))
        settings = replace(
            config.settings,
            name="Ночная смена",
            agent_id=new_id(),
            target_chat_id=-(10**12) - 7,
            target_thread_id=9,
            language=BotLanguage.EN,
            access=BotAccess.ANYONE,
            questions_per_minute=3,
            chat_questions_per_hour=4,
            price_per_day=5_000_000,
        )
        changed = replace(
            config,
            settings=settings,
            profile=replace(config.profile, username="renamed", reads_all_group_messages=True),
            state=BotState.REVOKED,
            token_id=token.id,
            webhook_secret=config.webhook_secret.rotated("next", NOON),
            updated_at=NOON + timedelta(hours=1),
            checked_at=NOON + timedelta(hours=2),
            reads_all_since=NOON,
        )
        with store.unit_of_work(config.owner_id):
            store.tokens.add(token)
            store.configs.save(changed)
        assert store.get(config) == changed


class TestList:
    def test_has_the_owners_bots_the_newest_first_in_pages(self, store: Store) -> None:
        owner_id = store.make_owner()
        configs = [store.make(owner_id, number, f"Bot {number}") for number in (1, 2, 3)]
        configs.append(store.make(store.make_owner(), 4, "Bot 4"))
        assert all(map(store.add, configs))
        with store.unit_of_work(owner_id):
            first = store.configs.list(owner_id, PageRequest.of(2, None))
            rest = store.configs.list(owner_id, replace(ALL, after=first[1].id))
            named = PageRequest.of(9, None, filters={"text": "BOT 2"})
            assert list(store.configs.list(owner_id, named)) == [configs[1]]
            assert store.configs.count(owner_id, ALL) == 3
        assert [*first[:2], *rest] == configs[2::-1]
        assert len(first) == 3


class TestDisconnect:
    def test_forgets_the_bot_and_remembers_its_id_for_a_time(self, store: Store) -> None:
        config = store.make(store.make_owner())
        store.add(config)
        with store.unit_of_work(config.owner_id):
            store.configs.disconnect(config, NOON)
            store.tokens.delete(config.token_id)
        with pytest.raises(BotConfigNotFound):
            store.get(config)
        second = timedelta(seconds=1)
        with store.unit_of_work(SYSTEM):
            assert store.configs.was_disconnected(config.id, NOON - second)
            assert not store.configs.was_disconnected(config.id, NOON)
            assert not store.configs.was_disconnected(new_id(), NOON - second)
            assert store.configs.forget_disconnected(NOON) == 0
            assert store.configs.forget_disconnected(NOON + second) == 1
            assert not store.configs.was_disconnected(config.id, NOON - second)
        assert store.add(store.make(store.make_owner()))


class TestTakeUnchecked:
    def test_takes_each_bot_once_the_longest_waiting_first(self, store: Store) -> None:
        hour = timedelta(hours=1)
        configs = [
            replace(store.make(store.make_owner(), number), checked_at=NOON + number * hour)
            for number in (3, 1, 2)
        ]
        revoked = replace(store.make(store.make_owner(), 4), state=BotState.REVOKED)
        assert all(map(store.add, [*configs, revoked]))
        now = NOON + 9 * hour
        with store.unit_of_work(SYSTEM):
            taken = [store.configs.take_unchecked(NOON + 2 * hour, now) for _ in range(3)]
        assert [one and one.profile.telegram_id for one in taken] == [1, 2, None]
        assert store.get(configs[1]).checked_at == now
