"""The contracts of replies and conversations of chats: PostgreSQL and the fakes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from mara.agents.adapters.postgres import PostgresAgents, PostgresConversations
from mara.agents.model import Agent, AgentSettings, Conversation
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_replies import PostgresBotReplies
from mara.telegram.adapters.chat_conversations import PostgresChatConversations
from mara.telegram.adapters.connected_bots import PostgresConnectedBots
from mara.telegram.model.agent_question import ChatConversation
from mara.telegram.model.bot_reply import KEPT_FOR, BotReply, ReplyKind
from mara.telegram.model.reply_limits import ReplyLimit
from mara.telegram.model.spending import ANSWERED_WITHIN, Spending
from mara.telegram.ports.handling import BotReplies, ChatConversations
from tests.support.bots import NOON
from tests.support.fakes.chat_memory import FakeBotReplies, FakeChatConversations
from tests.support.fakes.database import FakeDatabase
from tests.support.money import make_owner
from tests.support.stored_bots import add_bot

MINUTE = timedelta(minutes=1)
OF_SENDER = ReplyLimit(ReplyKind.QUESTION, 10, MINUTE)
OF_CHAT = ReplyLimit(ReplyKind.QUESTION, 10, MINUTE, per_sender=False)


@dataclass(frozen=True)
class Store:
    replies: BotReplies
    conversations: ChatConversations
    config_id: UUID
    owner_id: UUID
    conversation_ids: tuple[UUID, UUID]
    unit_of_work: Callable[..., AbstractContextManager[None]]

    def reply(
        self,
        update_id: int,
        kind: ReplyKind = ReplyKind.QUESTION,
        *,
        ago: timedelta = timedelta(),
        chat: int = 1,
        sender: int = 2,
        price: int | None = None,
    ) -> BotReply:
        ids = (self.config_id, self.owner_id, update_id)
        return BotReply(*ids, kind, chat, sender, NOON - ago, price)

    def add(self, *replies: BotReply) -> None:
        for reply in replies:
            with self.unit_of_work(self.owner_id):
                self.replies.add(reply)

    def count(self, reply: BotReply, limit: ReplyLimit) -> int:
        with self.unit_of_work(self.owner_id):
            return self.replies.count(reply, limit)

    def find_reply(self, update_id: int) -> BotReply | None:
        with self.unit_of_work(self.owner_id):
            return self.replies.find(self.config_id, update_id)

    def remember(self, chat_id: int, thread_id: int = 0, *, number: int = 0) -> ChatConversation:
        ids = (self.config_id, self.owner_id, chat_id, thread_id)
        made = ChatConversation(*ids, self.conversation_ids[number], NOON)
        with self.unit_of_work(self.owner_id):
            self.conversations.save(made)
        return made

    def recall(self, chat_id: int, thread_id: int = 0) -> UUID | None:
        with self.unit_of_work(self.owner_id):
            found = self.conversations.find(self.config_id, chat_id, thread_id)
        return found.conversation_id if found else None


def postgres() -> Store:
    owner_id = make_owner()
    config = add_bot(owner_id)
    with transaction(owner_id):
        agent = Agent(new_id(), owner_id, AgentSettings("On call"), 1, NOON, NOON)
        PostgresAgents().add(agent)
        made = [Conversation(new_id(), owner_id, agent.id, NOON, NOON) for _ in range(2)]
        for one in made:
            PostgresConversations().add(one)
    ids = (made[0].id, made[1].id)
    return Store(
        PostgresBotReplies(), PostgresChatConversations(), config.id, owner_id, ids, transaction
    )


def fake() -> Store:
    database = FakeDatabase()
    replies, conversations = FakeBotReplies(database), FakeChatConversations(database)
    ids = (new_id(), new_id())
    return Store(replies, conversations, new_id(), new_id(), ids, database.unit_of_work)


@pytest.fixture(params=[fake, postgres])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param is postgres:
        request.getfixturevalue("database")
    made: Store = request.param()
    return made


class TestReplies:
    def test_are_counted_by_sender_or_chat_within_the_time(self, store: Store) -> None:
        store.add(
            store.reply(1, ago=MINUTE),
            store.reply(2, ago=MINUTE / 2),
            store.reply(3, chat=9),
            store.reply(4, sender=9),
        )
        assert store.count(store.reply(5), OF_SENDER) == 2
        assert store.count(store.reply(5), OF_CHAT) == 2
        assert store.count(store.reply(2), OF_SENDER) == 1

    def test_are_kept_once(self, store: Store) -> None:
        store.add(store.reply(1), store.reply(1, chat=9))
        assert store.find_reply(1) == store.reply(1)
        assert store.find_reply(2) is None

    def test_are_forgotten_after_a_day(self, store: Store) -> None:
        store.add(store.reply(1, ago=KEPT_FOR), store.reply(2, ago=KEPT_FOR - MINUTE))
        store.add(store.reply(3))
        assert store.find_reply(1) is None
        assert store.find_reply(2) is not None


class TestPrices:
    def test_are_those_of_the_bots_answers_of_a_day(self, store: Store) -> None:
        store.add(store.reply(1, ago=KEPT_FOR - MINUTE), store.reply(2))
        with store.unit_of_work(store.owner_id):
            for update_id, price in ((1, 5), (2, 7), (2, 8), (99, 1)):
                store.replies.charged(store.config_id, update_id, price)
            later = [
                store.replies.spending(store.config_id, NOON + wait)
                for wait in (0 * MINUTE, 2 * MINUTE, KEPT_FOR)
            ]
            assert later == [Spending(13, 8, 0), Spending(8, 8, 0), Spending(0, 0, 0)]
            assert store.replies.spending(new_id(), NOON) == Spending(0, 0, 0)

    def test_of_answers_on_their_way_are_not_known_yet(self, store: Store) -> None:
        store.add(
            store.reply(1),
            store.reply(2, ago=ANSWERED_WITHIN),
            store.reply(3, ReplyKind.BOT_QUESTION),
            store.reply(4, ReplyKind.IGNORED),
            store.reply(5, price=0),
        )
        with store.unit_of_work(store.owner_id):
            store.replies.charged(store.config_id, 1, 5)
            found = store.replies.spending(store.config_id, NOON)
        assert (found, found.expected(lambda: 99)) == (Spending(5, 5, 1), 10)

    def test_is_that_of_the_plan_while_none_is_known(self, store: Store) -> None:
        store.add(store.reply(1), store.reply(2))
        with store.unit_of_work(store.owner_id):
            found = store.replies.spending(store.config_id, NOON)
        assert (found, found.expected(lambda: 7)) == (Spending(0, 0, 2), 14)


class TestConversations:
    def test_are_of_a_chat_and_topic(self, store: Store) -> None:
        first, second = store.conversation_ids
        store.remember(1)
        store.remember(1, 7, number=1)
        assert (store.recall(1), store.recall(1, 7), store.recall(2)) == (first, second, None)

    def test_are_replaced(self, store: Store) -> None:
        store.remember(1)
        store.remember(1, number=1)
        assert store.recall(1) == store.conversation_ids[1]

    def test_move_with_their_chat_unless_the_new_one_has_them(self, store: Store) -> None:
        store.remember(1)
        store.remember(1, 7)
        store.remember(2, 7, number=1)
        with store.unit_of_work(store.owner_id):
            store.conversations.move(store.config_id, 1, 2)
        first, second = store.conversation_ids
        assert (store.recall(1), store.recall(2), store.recall(2, 7)) == (None, first, second)

    def test_are_forgotten_with_their_chat(self, store: Store) -> None:
        store.remember(1)
        store.remember(2)
        with store.unit_of_work(store.owner_id):
            store.conversations.forget(store.config_id, 1)
        assert store.recall(1) is None
        assert store.recall(2) is not None


class TestPostgres:
    def test_forgets_a_conversation_that_its_owner_deletes(self, database: str) -> None:
        store = postgres()
        store.remember(1)
        with transaction(store.owner_id):
            PostgresConversations().delete(store.owner_id, store.conversation_ids[0])
        assert store.recall(1) is None

    def test_knows_the_bots_of_all_accounts(self, database: str) -> None:
        postgres()
        bots = PostgresConnectedBots(transaction, now)
        assert bots.knows(1)
        assert not bots.knows(2)
        with transaction(SYSTEM):
            assert PostgresBotReplies().find(new_id(), 1) is None
