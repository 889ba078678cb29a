"""The contracts of chats, people and invitations: PostgreSQL and the fakes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.bot_replies import PostgresBotReplies
from mara.telegram.adapters.outgoing import PostgresOutgoingMessages
from mara.telegram.adapters.people import PostgresBotPeople, PostgresInvitations
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_reply import KEPT_FOR, BotReply, ReplyKind
from mara.telegram.model.person import (
    CODE_LIFE,
    BotPerson,
    Invitation,
    PersonKind,
    draw_code,
    hash_of_code,
)
from mara.telegram.model.update import ClaimedUpdate
from mara.telegram.ports.chats import BotChats, BotPeople, Invitations
from mara.wiring.telegram import forget_expired
from tests.support.bots import NOON
from tests.support.fakes.bot_chats import FakeBotChats, FakeBotPeople, FakeInvitations
from tests.support.fakes.database import FakeDatabase
from tests.support.money import make_owner
from tests.support.outgoing import make_message
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

ALL = PageRequest.of(9, None, total=True)
GROUP, SUPERGROUP = -77, -(10**12) - 77
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Store:
    chats: BotChats
    people: BotPeople
    invitations: Invitations
    config_id: UUID
    owner_id: UUID
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def chat(self, chat_id: int = GROUP, title: str = "On call") -> BotChat:
        ids = (self.config_id, self.owner_id, chat_id)
        return BotChat(*ids, title, ChatKind.GROUP, ChatState.PENDING, None, NOON)

    def save(self, *chats: BotChat) -> None:
        for chat in chats:
            with self.unit_of_work(self.owner_id):
                self.chats.save(chat)

    def get(self, chat_id: int = GROUP) -> BotChat:
        with self.unit_of_work(self.owner_id):
            return self.chats.get(self.owner_id, self.config_id, chat_id)

    def list(self, page: PageRequest = ALL) -> tuple[list[BotChat], int]:
        with self.unit_of_work(self.owner_id):
            found = self.chats.list(self.owner_id, self.config_id, page)
            return list(found), self.chats.count(self.owner_id, self.config_id, page)

    def move(self) -> None:
        with self.unit_of_work(self.owner_id):
            self.chats.move(self.owner_id, self.config_id, GROUP, SUPERGROUP)

    def person(self, telegram_id: int = 5, kind: PersonKind = PersonKind.INVITED) -> BotPerson:
        return BotPerson(self.config_id, self.owner_id, telegram_id, kind, "Анна", NOON)

    def add(self, person: BotPerson) -> None:
        with self.unit_of_work(self.owner_id):
            self.people.add(person)

    def find(self, telegram_id: int = 5) -> BotPerson | None:
        with self.unit_of_work(self.owner_id):
            return self.people.get(self.owner_id, self.config_id, telegram_id)

    def invite(self) -> Invitation:
        ids = (hash_of_code(draw_code()), self.config_id, self.owner_id)
        invitation = Invitation(*ids, PersonKind.OWNER, NOON + CODE_LIFE)
        with self.unit_of_work(self.owner_id):
            self.invitations.add(invitation)
        return invitation


def fake_store() -> Store:
    database = FakeDatabase()
    chats, people = FakeBotChats(database), FakeBotPeople(database)
    codes, ids = FakeInvitations(database), (new_id(), new_id())
    return Store(chats, people, codes, *ids, database.unit_of_work)


def postgres_store() -> Store:
    config = add_bot(make_owner())
    ports = (PostgresBotChats(), PostgresBotPeople(), PostgresInvitations())
    return Store(*ports, config.id, config.owner_id, transaction)


@pytest.fixture(params=["fake", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return fake_store()
    request.getfixturevalue("database")
    return postgres_store()


class TestSave:
    def test_stores_a_chat_and_then_what_changed_of_it(self, store: Store) -> None:
        chat = store.chat()
        store.save(chat)
        assert store.get() == chat
        later = NOON + SECOND
        moved = replace(chat, title="Дежурные", kind=ChatKind.CHANNEL, added_by=2**52 - 1)
        changed = replace(moved.now_in(ChatState.APPROVED, later), id=new_id())
        store.save(changed)
        assert store.get() == changed
        assert store.get().id == chat.id

    def test_is_of_one_owner(self, store: Store) -> None:
        store.save(store.chat())
        stranger = make_owner() if store.unit_of_work is transaction else new_id()
        for read in (store.chats.get, store.chats.lock):
            with store.unit_of_work(stranger), pytest.raises(BotChatNotFound):
                read(stranger, store.config_id, GROUP)


class TestList:
    def test_has_the_chats_of_a_bot_the_newest_first_in_pages(self, store: Store) -> None:
        chats = [store.chat(-number, f"Chat {number}") for number in (1, 2, 3)]
        chats[1] = chats[1].now_in(ChatState.APPROVED, NOON)
        store.save(*chats)
        first, total = store.list(PageRequest.of(2, None))
        assert (first, total) == (chats[::-1], 3)
        assert store.list(replace(ALL, after=first[1].id))[0] == [chats[0]]
        for filters in ({"state": "approved"}, {"text": "CHAT 2"}):
            assert store.list(PageRequest.of(9, None, filters=filters)) == ([chats[1]], 1)


class TestDelete:
    def test_forgets_a_chat_that_may_be_unknown(self, store: Store) -> None:
        store.save(store.chat())
        for _ in range(2):
            with store.unit_of_work(store.owner_id):
                store.chats.delete(store.owner_id, store.config_id, GROUP)
        with pytest.raises(BotChatNotFound):
            store.get()


class TestMove:
    def test_keeps_the_state_that_the_owner_chose_however_often_it_is_said(
        self, store: Store
    ) -> None:
        chat = store.chat().now_in(ChatState.APPROVED, NOON)
        store.save(chat, store.chat(SUPERGROUP, "unknown yet"))
        store.move()
        moved = replace(chat, chat_id=SUPERGROUP, kind=ChatKind.SUPERGROUP)
        assert store.list() == ([moved], 1)
        store.move()
        assert store.list() == ([moved], 1)


class TestPeople:
    def test_are_added_once_and_the_owners_account_stays_so(self, store: Store) -> None:
        assert store.find() is None
        store.add(store.person())
        store.add(store.person(kind=PersonKind.OWNER))
        renamed = replace(store.person(), name="Anna", linked_at=NOON + SECOND)
        store.add(renamed)
        assert store.find() == replace(renamed, kind=PersonKind.OWNER)

    def test_are_listed_in_pages_and_removed(self, store: Store) -> None:
        people = [store.person(number) for number in (1, 2, 3)]
        for person in people:
            store.add(person)
        bot = (store.owner_id, store.config_id)
        with store.unit_of_work(store.owner_id):
            first = store.people.list(*bot, PageRequest.of(2, None))
            rest = store.people.list(*bot, replace(ALL, after=first[1].id))
            assert [*first[:2], *rest] == people[::-1]
            assert store.people.remove(*bot, 2)
            assert not store.people.remove(*bot, 2)
            assert store.people.count(*bot) == 2
        assert store.find(2) is None


class TestInvitations:
    def test_work_once_within_their_time_and_for_their_own_bot(self, store: Store) -> None:
        invitation = store.invite()
        for config_id, at in (
            (new_id(), NOON),
            (store.config_id, NOON + CODE_LIFE),
        ):
            with store.unit_of_work(store.owner_id):
                assert store.invitations.take(config_id, invitation.code_hash, at) is None
        with store.unit_of_work(store.owner_id):
            taken = store.invitations.take(store.config_id, invitation.code_hash, NOON + SECOND)
        assert taken == invitation.used(NOON + SECOND)
        with store.unit_of_work(store.owner_id):
            assert store.invitations.take(store.config_id, invitation.code_hash, NOON) is None

    def test_are_forgotten_once_they_are_over(self, store: Store) -> None:
        store.invite()
        with store.unit_of_work(SYSTEM):
            assert store.invitations.forget(NOON + CODE_LIFE) == 0
            assert store.invitations.forget(NOON + CODE_LIFE + SECOND) == 1


@pytest.mark.usefixtures("database")
def test_of_ten_people_who_send_one_code_at_once_a_single_one_is_linked() -> None:
    """Take the code by a SELECT and an UPDATE to see it fail."""
    store = postgres_store()
    invitation = store.invite()

    def take(_: int) -> str:
        with transaction(store.owner_id):
            taken = store.invitations.take(store.config_id, invitation.code_hash, NOON)
        return "linked" if taken else "refused"

    assert sorted(outcomes(take, range(10))) == ["linked"] + ["refused"] * 9


@pytest.mark.usefixtures("database")
def test_the_hourly_cleaning_deletes_what_is_over_and_nothing_else() -> None:
    store = postgres_store()
    store.invite()
    claimed = ClaimedUpdate(store.config_id, store.owner_id, 1, "chat:1", b"{}", NOON)
    with transaction(store.owner_id):
        PostgresUpdates().claim(claimed)
    none = dict.fromkeys(forget_expired(NOON), 0)
    assert {"bot_updates", "bot_lanes", "disconnected_bots", "bot_invitations"} <= none.keys()
    assert forget_expired(NOON) == none
    assert forget_expired(NOON + CODE_LIFE + SECOND) == {**none, "bot_invitations": 1}
    month = NOON + timedelta(days=30)
    assert forget_expired(month) == none, "an update that waits stays"
    with transaction(store.owner_id):
        PostgresUpdates().handled(claimed)
        config = PostgresBotConfigs().get(store.owner_id, store.config_id)
    assert forget_expired(NOON + timedelta(days=3)) == none
    forgotten = {"bot_updates": 1, "bot_lanes": 1}
    assert forget_expired(NOON + timedelta(days=3, seconds=1)) == {**none, **forgotten}
    with transaction(store.owner_id):
        PostgresBotConfigs().disconnect(config, NOON)
    assert forget_expired(NOON + timedelta(hours=48)) == none
    assert forget_expired(month) == {**none, "disconnected_bots": 1}


@pytest.mark.usefixtures("database")
def test_the_hourly_cleaning_deletes_replies_of_a_bot_that_says_nothing_more() -> None:
    store = postgres_store()
    ids = (store.config_id, store.owner_id)
    with transaction(store.owner_id):
        PostgresBotReplies().add(BotReply(*ids, 1, ReplyKind.IGNORED, 7, 7, NOON))
        PostgresBotReplies().add(BotReply(*ids, 2, ReplyKind.IGNORED, 7, 7, NOON + SECOND))
    assert forget_expired(NOON + KEPT_FOR)["bot_replies"] == 1
    assert forget_expired(NOON + KEPT_FOR)["bot_replies"] == 0
    assert forget_expired(NOON + KEPT_FOR + SECOND)["bot_replies"] == 1


@pytest.mark.usefixtures("database")
def test_the_hourly_cleaning_deletes_messages_of_a_month_ago_that_wait_no_more() -> None:
    config, messages = add_bot(make_owner()), PostgresOutgoingMessages()
    sent, waits = (make_message(config.id, config.owner_id) for _ in range(2))
    with transaction(config.owner_id):
        for message in (sent, waits):
            messages.add(message)
        assert messages.save(sent.begun().sent_part(1), sent)
    assert forget_expired(now() + timedelta(days=29))["outgoing_messages"] == 0
    assert forget_expired(now() + timedelta(days=31))["outgoing_messages"] == 1
    with transaction(config.owner_id):
        assert messages.get(config.owner_id, waits.id) == waits


class TestSawBots:
    def test_is_remembered_once_a_day_and_survives_a_change(self, store: Store) -> None:
        store.save(store.chat())
        hour = timedelta(hours=1)
        for at, seen_at in (
            (NOON, NOON),
            (NOON + hour, NOON),
            (NOON + 25 * hour, NOON + 25 * hour),
        ):
            with store.unit_of_work(store.owner_id):
                store.chats.saw_bots(store.config_id, GROUP, at)
            store.save(store.chat(title="Renamed"))
            with store.unit_of_work(store.owner_id):
                chat = store.chats.get(store.owner_id, store.config_id, GROUP)
            assert chat.saw_bots_at == seen_at

    def test_of_an_unknown_chat_is_not(self, store: Store) -> None:
        with store.unit_of_work(store.owner_id):
            store.chats.saw_bots(store.config_id, GROUP, NOON)
            assert store.chats.count(store.owner_id, store.config_id, ALL) == 0
