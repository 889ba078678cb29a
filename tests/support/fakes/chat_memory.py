"""What bots did about messages, and the conversations of chats, in memory."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.telegram.model.agent_question import ChatConversation
from mara.telegram.model.bot_reply import KEPT_FOR, BotReply
from mara.telegram.model.reply_limits import ReplyLimit
from mara.telegram.model.spending import ANSWERED_WITHIN, ASKING, Spending
from tests.support.fakes.database import FakeDatabase


class FakeBotReplies:
    """Implements ``BotReplies``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[tuple[UUID, int], BotReply]:
        return self._database.tables.bot_replies

    def find(self, config_id: UUID, update_id: int) -> BotReply | None:
        return self._rows.get((config_id, update_id))

    def count(self, reply: BotReply, limit: ReplyLimit) -> int:
        return sum(
            other.config_id == reply.config_id
            and other.update_id != reply.update_id
            and other.kind is limit.kind
            and other.at > reply.at - limit.within
            and _place(other, limit) == _place(reply, limit)
            for other in self._rows.values()
        )

    def spending(self, config_id: UUID, now: datetime) -> Spending:
        mine = [
            one
            for one in self._rows.values()
            if one.config_id == config_id and one.at > now - KEPT_FOR
        ]
        prices = [one.price or 0 for one in mine]
        unpriced = sum(
            one.price is None and one.kind in ASKING and one.at > now - ANSWERED_WITHIN
            for one in mine
        )
        return Spending(sum(prices), max(prices, default=0), unpriced)

    def charged(self, config_id: UUID, update_id: int, price: int) -> None:
        if (config_id, update_id) in self._rows:
            known = self._rows[config_id, update_id]
            self._rows[config_id, update_id] = replace(known, price=price)

    def add(self, reply: BotReply) -> None:
        for key, other in list(self._rows.items()):
            if other.config_id == reply.config_id and other.at <= reply.at - KEPT_FOR:
                del self._rows[key]
        self._rows.setdefault((reply.config_id, reply.update_id), reply)


def _place(reply: BotReply, limit: ReplyLimit) -> int:
    return reply.sender_id if limit.per_sender else reply.chat_id


class FakeChatConversations:
    """Implements ``ChatConversations``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[tuple[UUID, int, int], ChatConversation]:
        return self._database.tables.bot_conversations

    def find(self, config_id: UUID, chat_id: int, thread_id: int) -> ChatConversation | None:
        return self._rows.get((config_id, chat_id, thread_id))

    def save(self, conversation: ChatConversation) -> None:
        one = conversation
        self._rows[one.config_id, one.chat_id, one.thread_id] = one

    def move(self, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        for key, one in list(self._rows.items()):
            moved = (config_id, new_chat_id, one.thread_id)
            if key[:2] == (config_id, old_chat_id) and moved not in self._rows:
                del self._rows[key]
                self._rows[moved] = replace(one, chat_id=new_chat_id)

    def forget(self, config_id: UUID, chat_id: int) -> None:
        for key in [key for key in self._rows if key[:2] == (config_id, chat_id)]:
            del self._rows[key]
