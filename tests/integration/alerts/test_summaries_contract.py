"""The contract of messages that several posts share: PostgreSQL and the fake.

That rows which another transaction has locked are left out is PostgreSQL's alone: one transaction
of a fake runs at a time. See ``test_lock_order.py``.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.alerts.adapters.postgres_summaries import PostgresSummaries
from mara.alerts.model.alert_message import AlertMessage, AlertTarget, ShownContent
from mara.alerts.model.severity import Severity
from mara.alerts.model.summary import ChatPlace, ListedPosts
from mara.alerts.ports.messages import Summaries
from mara.kernel.ids import new_id
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.model.outgoing import OutgoingState
from mara.telegram.ports.outgoing import OutgoingMessages
from tests.support.alert_stores import (
    AT,
    CHAT,
    AlertStore,
    fake_alert_store,
    postgres_alert_store,
)
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.outgoing import FakeOutgoingMessages
from tests.support.fakes.summaries import FakeSummaries
from tests.support.outgoing import make_message

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
HELD, STORM = ShownContent.HELD, ShownContent.STORM


@dataclass(frozen=True)
class Store:
    base: AlertStore
    summaries: Summaries
    outgoing: OutgoingMessages
    owner_id: UUID
    place: ChatPlace

    def add(
        self, name: str = "DiskFull", severity: Severity = WARNING, **changes: Any
    ) -> AlertMessage:
        created_at = changes.pop("created_at", AT)
        post = self.base.add_post(
            self.owner_id, name=name, severity=severity, created_at=created_at
        )
        here = AlertTarget(self.place.config_id, CHAT, 7)
        return self.base.add_message(post, **{"target": here, **changes})

    def send(self, severity: Severity = WARNING, chat_id: int = CHAT, **changes: Any) -> None:
        made = make_message(self.place.config_id, self.owner_id, chat_id)
        with self.base.unit_of_work(self.owner_id):
            self.outgoing.add(replace(made, **changes))
        self.add(severity=severity, shown=ShownContent.WHOLE, message_id=made.id)

    def due(self, place: ChatPlace | None = None, at: datetime = AT) -> list[UUID]:
        with self.base.unit_of_work(self.owner_id):
            found = self.summaries.due_in(place or self.place, HELD, at)
        return [message.post_id for message, _ in found]

    def find(self, message: AlertMessage) -> AlertMessage | None:
        return self.base.find_message(message.post_id, self.owner_id)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    summaries: Summaries
    outgoing: OutgoingMessages
    if request.param == "fake":
        database = FakeDatabase()
        base = fake_alert_store(database)
        summaries, outgoing = FakeSummaries(database), FakeOutgoingMessages(database)
    else:
        request.getfixturevalue("database")
        base, summaries = postgres_alert_store(), PostgresSummaries()
        outgoing = PostgresOutgoingMessages()
    owner_id = base.make_owner()
    base.bots[owner_id] = base.make_bot(owner_id)
    place = ChatPlace(owner_id, base.bots[owner_id], CHAT, 7, is_default=False)
    return Store(base, summaries, outgoing, owner_id, place)


class TestOnTheWay:
    def test_counts_posts_that_wait_for_the_chat_and_are_as_severe(self, store: Store) -> None:
        store.send()
        store.send(CRITICAL)
        store.send(chat_id=CHAT - 1)
        store.send(state=OutgoingState.SENT)
        store.add()
        with store.base.unit_of_work(store.owner_id):
            counts = [store.summaries.on_the_way(store.place, one) for one in (CRITICAL, WARNING)]
        assert counts == [1, 2]


class TestDue:
    def test_is_what_waits_in_this_state_for_the_same_topic(self, store: Store) -> None:
        first, second = store.add(shown=HELD), store.add(shown=HELD, due_at=AT - HOUR)
        store.add(shown=HELD, due_at=AT + SECOND)
        store.add(shown=HELD, due_at=None)
        store.add()
        store.add(shown=HELD, target=replace(first.target, thread_id=8))
        store.add(shown=HELD, target=replace(first.target, thread_id=None))
        assert store.due() == [first.post_id, second.post_id]
        assert store.due(at=AT - SECOND) == [second.post_id]

    def test_has_what_names_no_chat_in_the_chat_of_the_bot(self, store: Store) -> None:
        config_id = store.place.config_id
        message = store.add(shown=HELD, target=AlertTarget(config_id))
        assert store.due() == []
        assert store.due(replace(store.place, is_default=True)) == [message.post_id]

    def test_has_the_severity_of_each(self, store: Store) -> None:
        message = store.add(severity=CRITICAL, shown=HELD)
        with store.base.unit_of_work(store.owner_id):
            assert store.summaries.due_in(store.place, HELD, AT) == [(message, CRITICAL)]


class TestTheLatest:
    def test_is_that_whose_first_post_came_last_since_a_time(self, store: Store) -> None:
        old, new = new_id(), new_id()
        for message_id, age in ((old, 2), (old, 0), (new, 1), (new, 0)):
            created_at = AT - age * HOUR
            store.add(shown=STORM, message_id=message_id, created_at=created_at)
        with store.base.unit_of_work(store.owner_id):
            for since, found in ((AT - 9 * HOUR, new), (AT - HOUR, None)):
                assert store.summaries.latest(store.place, STORM, since) == found
            assert store.summaries.latest(store.place, HELD, AT - 9 * HOUR) is None


class TestPutting:
    def test_lets_a_message_show_these_posts_in_this_chat(self, store: Store) -> None:
        digest = new_id()
        message = store.add(shown=HELD, target=AlertTarget(store.place.config_id))
        kept = store.add(shown=HELD)
        with store.base.unit_of_work(store.owner_id):
            listing = (ShownContent.DIGEST, digest)
            store.summaries.put(store.place, [message.post_id, new_id()], *listing)
        here = AlertTarget(store.place.config_id, CHAT, 7)
        assert store.find(message) == replace(message.showing(*listing), target=here)
        assert store.find(kept) == kept


class TestTheList:
    def test_has_names_the_most_severe_first_and_is_up_to_date_from_then_on(
        self, store: Store
    ) -> None:
        summary = new_id()
        listed: dict[str, Any] = {"shown": STORM, "message_id": summary}
        messages = [store.add(name, **listed) for name in ("b", "c", "c")]
        messages.append(store.add("z", CRITICAL, **listed))
        elsewhere = store.add("a", shown=STORM, message_id=new_id())
        with store.base.unit_of_work(store.owner_id):
            (post,) = store.base.posts.of_episodes(store.owner_id, [messages[1].post_id])
        store.base.open_episode(store.base.add_alert(store.owner_id), post)
        with store.base.unit_of_work(store.owner_id):
            found = store.summaries.listed(store.owner_id, summary)
        assert found == [
            ListedPosts("z", CRITICAL, 1, 0),
            ListedPosts("c", WARNING, 2, 1),
            ListedPosts("b", WARNING, 1, 0),
        ]
        assert [store.find(one) for one in messages] == [one.ended() for one in messages]
        assert store.find(elsewhere) == elsewhere
