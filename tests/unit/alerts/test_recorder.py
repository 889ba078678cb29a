"""What signals make of alerts, posts and messages, on the fakes: no database."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.alerts.messages import AlertUndelivered, AnswerAlerts, PostAlerts
from mara.alerts.model.alert import AlertStatus, EpisodeEnd
from mara.alerts.model.alert_message import (
    ANSWER_AWAITED_FOR,
    AlertMessage,
    AlertTarget,
    PostWay,
    ShownContent,
)
from mara.alerts.model.recording import SignalOrigin
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import Signal
from mara.alerts.service.alerts import StalenessService
from mara.alerts.service.lost_posts import EscalatedCopies, LostPosts
from mara.alerts.service.recorder import AlertRecorder
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.outgoing import OutgoingMessage, Priority
from tests.support.alert_stores import AT, CHAT, SOURCE, AlertStore, fake_alert_store
from tests.support.fakes.database import FakeDatabase
from tests.support.outgoing import make_message

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ANNA = new_id()
TARGET = AlertTarget(new_id(), CHAT)
PRIVATE, PLATFORM = AlertTarget(new_id(), 77), AlertTarget(new_id(), 78)
WARNING = Signal("DiskFull", "f1", is_firing=True, severity=Severity.WARNING, starts_at=AT)


def no_lock(owner_id: UUID, kind: str) -> None:
    """One transaction of the fakes runs at a time."""


@dataclass
class OwnersChats:
    """Implements ``OwnerChats``: those that a test names."""

    private: AlertTarget | None = None
    platform: AlertTarget | None = None

    def find(self, owner_id: UUID, config_id: UUID, *, but: UUID | None = None) -> Any:
        return self.private if self.private and self.private.config_id != but else None

    def find_platform(self, owner_id: UUID) -> tuple[AlertTarget, BotLanguage] | None:
        return (self.platform, BotLanguage.EN) if self.platform else None

    def telegram_ids(self, owner_id: UUID) -> tuple[int, ...]:
        return ()

    def is_served(self, owner_id: UUID) -> bool:
        return True


@dataclass
class World:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    chats: OwnersChats = field(default_factory=OwnersChats)
    queued: list[OutgoingMessage] = field(default_factory=list)

    @property
    def store(self) -> AlertStore:
        return fake_alert_store(self.database)

    def record(self, *signals: Signal, at: datetime = AT, **origin: Any) -> None:
        found = SignalOrigin(ANNA, SOURCE, new_id(), TARGET, new_id())
        store = self.store
        recorder = AlertRecorder(
            store.alerts, store.posts, store.messages, self.chats, no_lock, self.database.publish
        )
        with self.database.unit_of_work(ANNA):
            recorder.record(replace(found, **origin), signals, at)

    def show(self, at: datetime = AT + DAY) -> list[AlertMessage]:
        """Let chats show what is due; what was shown."""
        shown = []
        with self.database.unit_of_work(ANNA):
            while message := self.store.messages.claim(ANNA, at):
                message_id = message.message_id or new_id()
                shown.append(message.showing(ShownContent.WHOLE, message_id))
                self.store.messages.save(shown[-1])
        return shown

    def statuses(self) -> list[AlertStatus]:
        with self.database.unit_of_work(ANNA):
            return [one.status for one in self.store.alerts.list(ANNA, PageRequest(9))]

    def take_back(self, *messages: OutgoingMessage) -> None:
        copies = EscalatedCopies(self.store.messages, self.queued.extend, self.database.publish)
        posts = LostPosts(
            self.store.messages, copies, self.chats, no_lock, self.database.publish, lambda: AT
        )
        with self.database.unit_of_work():
            posts.take_back(messages)


@pytest.fixture
def world() -> World:
    return World()


class TestRecording:
    def test_opens_an_episode_with_a_post_that_waits_for_its_answer(self, world: World) -> None:
        world.record(WARNING)
        (message,) = world.database.committed.alert_messages.values()
        assert (message.target, message.due_at) == (TARGET, AT + ANSWER_AWAITED_FOR)
        assert world.statuses() == [AlertStatus.FIRING]
        assert world.database.committed.messages == [
            AnswerAlerts(owner_id=ANNA),
            PostAlerts(owner_id=ANNA),
        ]

    def test_of_a_repeat_edits_what_is_shown(self, world: World) -> None:
        world.record(WARNING)
        (first,) = world.show()
        world.record(WARNING, at=AT + 2 * MINUTE)
        (edited,) = world.show()
        assert edited.message_id == first.message_id
        (episode,) = world.database.committed.alert_episodes.values()
        assert episode.count == 2

    def test_of_a_higher_severity_takes_all_that_fires_into_a_new_post(self, world: World) -> None:
        second = replace(WARNING, fingerprint="f2")
        world.record(WARNING, second)
        (old,) = world.show()
        world.record(replace(WARNING, severity=Severity.CRITICAL), at=AT + MINUTE)
        new, edited = world.show()
        assert (edited.post_id, new.post_id == old.post_id) == (old.post_id, False)
        with world.database.unit_of_work(ANNA):
            fires = world.store.messages.alerts_of(ANNA, new.post_id)
            assert [alert.fingerprint for alert, _ in fires] == ["f1", "f2"]
            assert world.store.messages.alerts_of(ANNA, old.post_id) == []

    def test_without_a_bot_goes_the_next_way_and_tells_the_owner(self, world: World) -> None:
        removed, world.chats.platform = new_id(), PLATFORM
        world.record(WARNING, target=None, removed_config_id=removed)
        (message,) = world.show()
        assert (message.target, message.way) == (PLATFORM, PostWay.PLATFORM)
        assert world.database.published(AlertUndelivered) == 1


TIMES = st.none() | st.integers(-30, 30).map(lambda minutes: AT + minutes * MINUTE)
SIGNALS = st.builds(
    lambda is_firing, starts_at, ends_at, severity: replace(
        WARNING,
        is_firing=is_firing,
        severity=severity,
        starts_at=starts_at,
        ends_at=None if is_firing else ends_at,
    ),
    st.booleans(),
    TIMES,
    TIMES,
    st.sampled_from(Severity),
)
SECONDS = st.integers(0, 90)


class TestAnySignals:
    @given(st.lists(st.tuples(SIGNALS, SECONDS), max_size=12))
    def test_leave_an_open_episode_where_the_alert_fires_and_none_elsewhere(
        self, sent: list[tuple[Signal, int]]
    ) -> None:
        """With times and without, of clocks that are right or wrong, in any order, twice too."""
        world, at = World(), AT
        for signal, pause in sent:
            at += timedelta(seconds=pause)
            world.record(signal, at=at)
            tables = world.database.committed
            (alert,) = tables.alerts.values()
            open_ones = [one for one in tables.alert_episodes.values() if one.ended_at is None]
            state = alert.state
            assert len(open_ones) == state.is_firing
            assert (alert.status is AlertStatus.FIRING) == state.is_firing
            for one in open_ones:
                shown = (state.began_at, state.count, state.severity, state.last_at)
                assert (one.began_at, one.count, one.severity, one.last_at) == shown
                assert alert.severity is state.severity


class TestStaleness:
    def test_ends_what_got_no_signal_for_a_day_and_edits_its_post(self, world: World) -> None:
        world.record(WARNING)
        world.show()
        store = world.store
        ending = StalenessService(store.alerts, store.messages, world.database.unit_of_work, DAY)
        assert ending.end_stale(AT + DAY) == 0
        assert ending.end_stale(AT + DAY + MINUTE) == 1
        (episode,) = world.database.committed.alert_episodes.values()
        assert (episode.ended_by, world.statuses()) == (EpisodeEnd.STALE, [AlertStatus.STALE])
        assert len(world.show(AT + DAY + MINUTE)) == 1


class TestLostPosts:
    def lost(self, message_id: UUID, target: AlertTarget = TARGET) -> OutgoingMessage:
        assert target.chat_id is not None
        made = make_message(target.config_id, ANNA, target.chat_id, "text", due_at=AT)
        return replace(made, id=message_id, priority=Priority.ALERT).failed("Forbidden")

    def test_are_due_again_once(self, world: World) -> None:
        world.record(WARNING)
        (shown,) = world.show()
        assert shown.message_id is not None
        for _ in range(2):
            world.take_back(self.lost(shown.message_id))
        (message,) = world.database.committed.alert_messages.values()
        assert (message.shown, message.due_at) == (ShownContent.LOST, AT)
        assert world.database.published(AlertUndelivered) == 1

    def test_that_people_passed_on_go_down_the_chain_each_chat_once(self, world: World) -> None:
        world.chats = OwnersChats(PRIVATE, PLATFORM)
        world.record(WARNING)
        (shown,) = world.show()
        copy = self.lost(new_id(), AlertTarget(new_id(), -2002))
        with world.database.unit_of_work(ANNA):
            world.store.messages.save(shown.escalated(AT, copy.id))
        for _ in range(2):
            world.take_back(copy)
        for _ in range(2):
            world.take_back(world.queued[-1].failed("Bad Request: chat not found"))
        places = [AlertTarget(one.config_id, one.chat_id) for one in world.queued]
        assert places == [PRIVATE, PLATFORM]
        assert world.database.published(AlertUndelivered) == 3
