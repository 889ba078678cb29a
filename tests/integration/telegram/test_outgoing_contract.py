"""The contract of outgoing messages and of the bots' senders: PostgreSQL and the fake."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.bot_senders import PostgresBotSenders
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.adapters.outgoing_statements import NEXT_MESSAGES
from mara.telegram.model.bot_config import BotConfig, BotState
from mara.telegram.model.formatted_text import FormattedText, Span, TextFormat
from mara.telegram.model.outgoing import (
    Button,
    OutgoingFile,
    OutgoingMessage,
    OutgoingState,
    Priority,
)
from mara.telegram.model.pace import EDIT_EVERY, BotPace, ChatPace
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.outgoing import BotSenders, OutgoingMessages
from tests.support.bots import NOON, make_config
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.outgoing import FakeBotSenders, FakeOutgoingMessages
from tests.support.fakes.telegram import FakeBotConfigs
from tests.support.money import make_owner
from tests.support.outgoing import make_message
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=30)
A, B = -101, -102


@dataclass(frozen=True)
class Store:
    messages: OutgoingMessages
    senders: BotSenders
    configs: BotConfigs
    config: BotConfig
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def add(self, chat_id: int = A, *texts: str, **more: Any) -> OutgoingMessage:
        message = make_message(self.config.id, self.config.owner_id, chat_id, *texts, **more)
        with self.unit_of_work(self.config.owner_id):
            self.messages.add(message)
        return message

    def get(self, message: OutgoingMessage) -> OutgoingMessage | None:
        with self.unit_of_work(message.owner_id):
            return self.messages.get(message.owner_id, message.id)

    def state(self, message: OutgoingMessage) -> OutgoingState | None:
        found = self.get(message)
        return found.state if found else None

    def save(self, after: OutgoingMessage, before: OutgoingMessage) -> bool:
        with self.unit_of_work(SYSTEM):
            return self.messages.save(after, before)

    def send(self, message: OutgoingMessage, telegram_id: int = 7) -> OutgoingMessage:
        after = message.begun().sent_part(telegram_id)
        assert self.save(after, message)
        return after

    def next(self, now: datetime = NOON) -> list[tuple[UUID, int | None]]:
        with self.unit_of_work(SYSTEM):
            found = self.messages.list_next(self.config.id, now)
        return [(one.message.id, one.edited_id) for one in found]

    def next_due(self, now: datetime = NOON) -> datetime | None:
        with self.unit_of_work(SYSTEM):
            return self.messages.next_due(self.config.id, now)

    def edit(self, message: OutgoingMessage, text: str = "later", **more: Any) -> OutgoingMessage:
        return self.add(message.chat_id, text, edits=message.id, **more)

    def lease(self, holder: UUID, now: datetime = NOON) -> bool:
        with self.unit_of_work(SYSTEM):
            return self.senders.lease(self.config.id, holder, now=now, until=now + LEASE)

    def idle(self, now: datetime = NOON) -> list[tuple[UUID, UUID]]:
        with self.unit_of_work(SYSTEM):
            return list(self.senders.list_idle(now, limit=9))

    def revoke(self) -> None:
        with self.unit_of_work(SYSTEM):
            self.configs.save(replace(self.config, state=BotState.REVOKED))


def stored_bot() -> Store:
    stores = (PostgresOutgoingMessages(), PostgresBotSenders(), PostgresBotConfigs())
    return Store(*stores, add_bot(make_owner()), transaction)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "postgres":
        request.getfixturevalue("database")
        return stored_bot()
    database, config = FakeDatabase(), make_config(new_id(), new_id())
    configs = FakeBotConfigs(database)
    with database.unit_of_work():
        configs.add(config)
    messages, senders = FakeOutgoingMessages(database), FakeBotSenders(database)
    return Store(messages, senders, configs, config, database.unit_of_work)


class TestAdd:
    def test_stores_a_message_whole(self, store: Store) -> None:
        link = Span("runbook", TextFormat.TEXT_LINK, "https://example.com/a?b=1")
        parts = (
            FormattedText.of("Диск 🔥 ", Span("df -h", TextFormat.CODE)),
            FormattedText.of(link),
        )
        buttons = ((Button("👍", data="h:1"), Button("Open", url="https://example.com")),)
        message = replace(
            make_message(store.config.id, store.config.owner_id, -(10**12) - 7),
            parts=parts,
            buttons=buttons,
            thread_id=9,
            reply_to=2**40,
            file=OutgoingFile("section.txt", b"\x00\xff"),
            priority=Priority.ALERT,
        )
        with store.unit_of_work(store.config.owner_id):
            store.messages.add(message)
        assert store.get(message) == message

    def test_is_not_seen_by_another_owner(self, store: Store) -> None:
        message, stranger = store.add(), new_id()
        with store.unit_of_work(stranger):
            assert store.messages.get(stranger, message.id) is None

    def test_of_an_edit_replaces_those_that_wait(self, store: Store) -> None:
        message, other = store.add(), store.add()
        edits = [store.edit(message), store.edit(other), store.edit(message)]
        replaced = [store.state(edit) is OutgoingState.REPLACED for edit in edits]
        assert replaced == [True, False, False]

    def test_of_an_edit_leaves_the_one_on_its_way(self, store: Store) -> None:
        message = store.send(store.add())
        first = store.edit(message)
        assert store.save(first.begun(), first)
        second = store.edit(message)
        assert store.state(first) is OutgoingState.SENDING
        begun = first.begun()
        assert store.save(begun.failed_once("time-out", NOON), begun)
        assert store.state(first) is OutgoingState.REPLACED
        assert store.state(second) is OutgoingState.QUEUED


class TestNext:
    def test_is_the_most_urgent_then_the_oldest_of_each_chat(self, store: Store) -> None:
        digest = store.add(A, priority=Priority.DIGEST)
        answers = [store.add(B), store.add(B)]
        press = store.add(B, priority=Priority.PRESS)
        assert store.next() == [(press.id, None), (digest.id, None)]
        store.send(press)
        assert store.next() == [(answers[0].id, None), (digest.id, None)]
        alert = store.add(A, priority=Priority.ALERT)
        assert store.next() == [(alert.id, None), (answers[0].id, None)]

    def test_leaves_out_what_is_due_later_and_other_bots(self, store: Store) -> None:
        store.add(due_at=NOON + SECOND)
        later = store.add(due_at=NOON + SECOND)
        assert store.next() == []
        assert store.next_due() == NOON + SECOND
        assert store.next(NOON + SECOND) != [(later.id, None)]
        with store.unit_of_work(SYSTEM):
            assert store.messages.list_next(new_id(), NOON + SECOND) == []

    def test_is_a_message_of_which_a_part_is_sent_before_all_others(self, store: Store) -> None:
        message = store.send(store.add(A, "one", "two"))
        store.add(A, priority=Priority.ALERT)
        assert store.next() == [(message.id, None)]
        begun = message.begun()
        assert store.save(begun, message)
        assert store.save(begun.failed_once("time-out", NOON), begun)
        assert store.next() == [(message.id, None)]
        assert store.next_due() == NOON + SECOND

    def test_is_a_message_that_was_tried_unless_another_is_more_urgent(self, store: Store) -> None:
        message = store.add()
        assert store.save(message.begun(), message)
        assert store.save(message.begun().failed_once("time-out", NOON), message.begun())
        store.add()
        assert store.next() == [(message.id, None)]
        alert = store.add(priority=Priority.ALERT)
        assert store.next() == [(alert.id, None)]

    def test_edit_waits_for_its_message_and_fifteen_seconds_after_another(
        self, store: Store
    ) -> None:
        message = store.add()
        edit = store.edit(message)
        assert store.next() == [(message.id, None)]
        store.send(message, 70)
        assert store.next() == [(edit.id, 70)]
        with store.unit_of_work(SYSTEM):
            store.messages.edited(message.id, NOON)
        assert store.next(NOON + EDIT_EVERY - SECOND) == []
        assert store.next_due() == NOON + EDIT_EVERY
        assert store.next(NOON + EDIT_EVERY) == [(edit.id, 70)]

    def test_edit_has_no_message_where_none_is_there(self, store: Store) -> None:
        message = store.add()
        assert store.save(message.failed("no chat"), message)
        edit, lost = store.edit(message), store.add(B, edits=new_id())
        assert store.next() == [(edit.id, None), (lost.id, None)]
        with store.unit_of_work(SYSTEM):
            assert store.messages.sent_instead(message.id, (71,))
            assert not store.messages.sent_instead(new_id(), (71,))
        assert store.next() == [(edit.id, 71), (lost.id, None)]


class TestSave:
    def test_stores_the_progress_once(self, store: Store) -> None:
        message = store.add(A, "one", "two")
        begun = message.begun()
        assert store.save(begun, message)
        assert not store.save(begun, message)
        first = replace(begun.sent_part(7), thread_id=None, is_plain=True)
        assert store.save(first, begun)
        assert not store.save(begun.failed("late"), begun)
        assert store.get(message) == first
        assert store.send(first, 8).telegram_ids == (7, 8)
        assert store.state(message) is OutgoingState.SENT
        assert not store.save(first.failed("late"), first)


class TestMove:
    def test_takes_what_waits_to_the_new_chat(self, store: Store) -> None:
        sent, message = store.send(store.add()), store.add()
        with store.unit_of_work(SYSTEM):
            store.messages.move(store.config.id, A, B)
            store.messages.move(store.config.id, A, B)
        assert store.next() == [(message.id, None)]
        found = [store.get(one) for one in (sent, message)]
        assert [one.chat_id for one in found if one] == [A, B]


class TestGivingUp:
    def test_of_a_chat_fails_what_waits_for_it(self, store: Store) -> None:
        store.send(store.add())
        message, other = store.add(), store.add(B)
        with store.unit_of_work(SYSTEM):
            given_up = store.messages.fail_chat(store.config.id, A, "kicked")
        assert list(given_up) == [store.get(message)]
        assert (given_up[0].state, given_up[0].reason) == (OutgoingState.FAILED, "kicked")
        assert store.next() == [(other.id, None)]

    def test_of_revoked_bots_fails_what_was_due_long_ago(self, store: Store) -> None:
        old = store.add()
        store.add(due_at=NOON + SECOND)
        with store.unit_of_work(SYSTEM):
            assert store.messages.fail_revoked(NOON + SECOND, "revoked") == []
        store.revoke()
        with store.unit_of_work(SYSTEM):
            given_up = store.messages.fail_revoked(NOON + SECOND, "revoked")
        assert [one.id for one in given_up] == [old.id]


class TestPaces:
    """Only PostgreSQL forgets them."""

    @pytest.fixture
    def store(self, database: str) -> Store:
        return stored_bot()

    def test_of_silent_chats_are_forgotten_and_begun_again(self, store: Store) -> None:
        """See it fail: leave the messages that wait out of FORGET_PACES, or update alone."""
        message = store.add()
        store.send(store.add(B))
        with store.unit_of_work(SYSTEM):
            paused = ChatPace(True, (), (), NOON + SECOND)
            store.senders.save_chat_pace(store.config.id, B, paused)
            assert store.messages.forget_paces(NOON) == 0
            assert store.messages.forget_paces(NOON + 2 * SECOND) == 1
            assert store.messages.forget_paces(NOON + 2 * SECOND) == 0
            again = ChatPace(True, (NOON,), (NOON,), NOON)
            store.senders.save_chat_pace(store.config.id, B, again)
            paces = store.senders.chat_paces(store.config.id, [A, B])
        assert paces[B] == again
        assert store.next() == [(message.id, None)]

    def test_are_not_read_to_find_what_waits(self, store: Store) -> None:
        """A bot may know many chats. See it fail: join ``bot_chat_paces`` in NEXT_MESSAGES."""
        waiting = [store.add(chat_id) for chat_id in (A, B, A)]
        with store.unit_of_work(SYSTEM):
            connection().execute(
                "INSERT INTO bot_chat_paces (config_id, chat_id, owner_id)"
                " SELECT %s, n, %s FROM generate_series(1000, 4000) n",
                (store.config.id, store.config.owner_id),
            )
        assert "bot_chat_paces" not in str(NEXT_MESSAGES)
        assert store.next() == [(waiting[0].id, None), (waiting[1].id, None)]


class TestSenders:
    def test_have_one_holder_until_the_lease_ends_or_is_released(self, store: Store) -> None:
        first, second = new_id(), new_id()
        assert not store.lease(first)
        store.add()
        assert store.lease(first)
        assert store.lease(first)
        assert not store.lease(second, NOON + LEASE - SECOND)
        assert store.lease(second, NOON + LEASE)
        for holder, is_free in ((first, False), (second, True)):
            with store.unit_of_work(SYSTEM):
                store.senders.release(store.config.id, holder)
            assert store.lease(first, NOON + LEASE) is is_free

    def test_remember_what_the_bot_and_its_chats_got(self, store: Store) -> None:
        store.add(A)
        store.add(5)
        with store.unit_of_work(SYSTEM):
            assert store.senders.pace(store.config.id, NOON) == BotPace()
            unknown = store.senders.chat_paces(store.config.id, [A, 5, 6])
            assert [unknown[one].is_group for one in (A, 5, 6)] == [True, False, False]
            pace = ChatPace(True, (NOON,), (NOON, NOON + SECOND), NOON + LEASE)
            store.senders.save_chat_pace(store.config.id, A, pace)
            store.senders.save_pace(store.config.id, BotPace((NOON, NOON)))
        with store.unit_of_work(SYSTEM):
            found = store.senders.pace(store.config.id, NOON)
            assert found == BotPace((NOON, NOON), {A: NOON + LEASE})
            assert store.senders.pace(store.config.id, NOON + LEASE).waits == {}
            assert store.senders.chat_paces(store.config.id, [A]) == {A: pace}

    def test_are_idle_with_due_messages_and_no_holder(self, store: Store) -> None:
        assert store.idle() == []
        store.add(due_at=NOON + SECOND)
        assert store.idle() == []
        bot = [(store.config.id, store.config.owner_id)]
        assert store.idle(NOON + SECOND) == bot
        store.lease(new_id())
        assert store.idle(NOON + SECOND) == []
        assert store.idle(NOON + LEASE) == bot
        store.revoke()
        assert store.idle(NOON + LEASE) == []


@pytest.mark.usefixtures("database")
class TestRaces:
    def test_one_sender_leased_at_once_has_one_holder(self) -> None:
        store = stored_bot()
        store.add()
        found = outcomes(lambda _: str(store.lease(new_id())), range(4))
        assert sorted(found) == ["False"] * 3 + ["True"]
