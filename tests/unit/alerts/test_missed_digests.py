"""The digest for a chat that can be reached again, on the fakes: no database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.alerts.model.missed_post import MISSED_FOR, MissedPost
from mara.alerts.service.missed_posts import MissedDigests
from mara.telegram.errors import BotConfigNotFound
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from tests.support.alert_stores import AT, CHAT, AlertStore, fake_alert_store
from tests.support.bots import make_config
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.missed_posts import FakeMissedPosts
from tests.support.fakes.telegram import FakeBotConfigs


@dataclass
class World:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    queued: list[OutgoingMessage] = field(default_factory=list)
    bot: BotConfig = field(init=False)

    def __post_init__(self) -> None:
        owner_id = self.store.make_owner()
        self.bot = make_config(owner_id, owner_id)
        with self.database.unit_of_work():
            FakeBotConfigs(self.database).add(self.bot)

    @property
    def store(self) -> AlertStore:
        return fake_alert_store(self.database)

    def miss(self, name: str = "DiskFull", thread_id: int = 7, at: datetime = AT) -> None:
        owner_id = self.bot.owner_id
        post = self.store.add_post(owner_id, name=name)
        with self.database.unit_of_work():
            missed = MissedPost(post.id, owner_id, self.bot.id, CHAT, thread_id, at)
            FakeMissedPosts(self.database).add(missed)

    def post(self, config_id: UUID | None = None) -> None:
        missed, configs = FakeMissedPosts(self.database), FakeBotConfigs(self.database)
        queue: Any = self.queued.extend
        digests = MissedDigests(missed, configs, queue, lambda: AT)
        with self.database.unit_of_work():
            digests.post(self.bot.owner_id, config_id or self.bot.id, CHAT)


@pytest.fixture
def world() -> World:
    return World()


def test_lists_what_was_missed_once(world: World) -> None:
    for name in ("DiskFull", "CertSoon"):
        world.miss(name)
    for _ in range(2):
        world.post()
    (digest,) = world.queued
    assert (digest.chat_id, digest.thread_id, digest.priority) == (CHAT, 7, Priority.DIGEST)
    assert all(name in digest.parts[0].text for name in ("DiskFull", "CertSoon"))


def test_stands_in_no_topic_where_posts_of_several_were_missed(world: World) -> None:
    for thread_id in (7, 8):
        world.miss(thread_id=thread_id)
    world.post()
    assert world.queued[0].thread_id is None


def test_leaves_out_what_is_too_old_and_forgets_it(world: World) -> None:
    world.miss(at=AT - MISSED_FOR)
    world.post()
    assert (world.queued, world.database.committed.missed_posts) == ([], {})
    world.miss(at=AT - MISSED_FOR + timedelta(seconds=1))
    world.post()
    assert len(world.queued) == 1


def test_keeps_what_was_missed_where_the_bot_is_gone(world: World) -> None:
    world.miss()
    with world.database.unit_of_work():
        FakeBotConfigs(world.database).disconnect(world.bot, AT)
    with pytest.raises(BotConfigNotFound):
        world.post()
    assert len(world.database.committed.missed_posts) == 1
