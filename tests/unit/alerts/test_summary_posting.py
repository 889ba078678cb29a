"""Digests and summaries of a storm on the fakes: no database."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.alerts.model.alert_message import AlertMessage, AlertTarget, ShownContent
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import SUMMARY_LASTS, WHOLE_MAX, ChatPlace
from mara.alerts.service.holding import PostHolding
from mara.alerts.service.summaries import SummaryPosting
from mara.kernel.ids import new_id
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from tests.support.alert_stores import AT, CHAT, AlertStore, fake_alert_store
from tests.support.fakes.bot_chats import FakeBotChats
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.outgoing import FakeOutgoingMessages
from tests.support.fakes.summaries import FakeSummaries
from tests.support.outgoing import make_message

ENGLISH = BotLanguage.EN


@dataclass
class World:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    owner_id: UUID = field(default_factory=new_id)
    config_id: UUID = field(default_factory=new_id)

    @property
    def store(self) -> AlertStore:
        return fake_alert_store(self.database)

    @property
    def place(self) -> ChatPlace:
        return ChatPlace(self.owner_id, self.config_id, CHAT, None, is_default=True)

    @property
    def queued(self) -> list[OutgoingMessage]:
        return list(self.database.committed.outgoing_messages.values())

    @property
    def posting(self) -> SummaryPosting:
        outgoing = FakeOutgoingMessages(self.database)

        def queue(messages: Any) -> None:
            for message in messages:
                outgoing.add(message)

        holding = PostHolding(FakeBotChats(self.database))
        return SummaryPosting(FakeSummaries(self.database), holding, queue)

    def add(self, name: str, shown: ShownContent, **changes: Any) -> AlertMessage:
        post = self.store.add_post(self.owner_id, name=name, **changes)
        target = AlertTarget(self.config_id, CHAT)
        return self.store.add_message(post, target=target, shown=shown)

    def list_storm(self, message: AlertMessage, after: timedelta = timedelta(0)) -> None:
        severity = Severity.WARNING
        with self.database.unit_of_work(self.owner_id):
            self.posting.list_storm((message, severity), self.place, ENGLISH, AT + after)


@pytest.fixture
def world() -> World:
    return World()


def test_one_digest_has_all_that_waited(world: World) -> None:
    first, *_ = [world.add(name, ShownContent.HELD) for name in ("DiskFull", "CertSoon")]
    with world.database.unit_of_work(world.owner_id):
        world.posting.post_digest(first, world.place, ENGLISH, AT)
    (digest,) = world.queued
    assert (digest.priority, digest.edits) == (Priority.DIGEST, None)
    assert digest.parts[0].text.startswith("The quiet time is over. Alerts meanwhile: 2")
    shown = world.database.committed.alert_messages.values()
    assert {(one.shown, one.message_id, one.due_at) for one in shown} == {
        (ShownContent.DIGEST, digest.id, None)
    }


def test_a_storm_has_one_summary_which_is_edited_for_half_an_hour(world: World) -> None:
    for wait in (timedelta(0), SUMMARY_LASTS - timedelta(seconds=1), SUMMARY_LASTS):
        message = world.add("DiskFull", ShownContent.NOTHING, created_at=AT + wait)
        world.list_storm(message, wait)
    first, edit, second = world.queued
    assert [one.edits for one in (first, edit, second)] == [None, first.id, None]
    assert "DiskFull ×2" in edit.parts[0].text


def test_more_severe_posts_are_left_to_be_shown_whole(world: World) -> None:
    severe = world.add("DiskFull", ShownContent.NOTHING, severity=Severity.CRITICAL)
    world.list_storm(world.add("CertSoon", ShownContent.NOTHING))
    assert world.database.committed.alert_messages[severe.post_id] == severe


@pytest.mark.parametrize(("waiting", "is_storm"), [(WHOLE_MAX - 1, False), (WHOLE_MAX, True)])
def test_so_many_posts_that_wait_are_a_storm(world: World, waiting: int, is_storm: bool) -> None:
    for _ in range(waiting):
        queued = make_message(world.config_id, world.owner_id, CHAT)
        added = world.add("DiskFull", ShownContent.NOTHING)
        with world.database.unit_of_work(world.owner_id):
            FakeOutgoingMessages(world.database).add(queued)
            world.store.messages.save(added.showing(ShownContent.WHOLE, queued.id))
    post = world.store.add_post(world.owner_id)
    with world.database.unit_of_work(world.owner_id):
        assert world.posting.is_storm(world.place, post) is is_storm
