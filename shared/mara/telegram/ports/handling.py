"""Ports of the worker that handles updates."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.telegram.model.agent_question import ChatConversation
from mara.telegram.model.bot_reply import BotReply
from mara.telegram.model.incoming import Incoming
from mara.telegram.model.reply_limits import ReplyLimit
from mara.telegram.model.spending import Spending


class UpdateReader(Protocol):
    """Reads raw updates."""

    def read(self, body: bytes) -> Incoming:
        """Return what the update says. Raises UnreadableUpdate."""


class BotReplies(Protocol):
    """What bots did about messages in the last day."""

    def find(self, config_id: UUID, update_id: int) -> BotReply | None:
        """Return what was done about the update; None if nothing was, or a day ago."""

    def count(self, reply: BotReply, limit: ReplyLimit) -> int:
        """Return how many other replies of the limit's kind there were in its time.

        They are of the same bot, and of the reply's sender or chat, up to the time of the reply.
        """

    def spending(self, config_id: UUID, now: datetime) -> Spending:
        """Return what the bot's answers to the messages of a day cost."""

    def charged(self, config_id: UUID, update_id: int, price: int) -> None:
        """Remember what the answer to the update cost."""

    def add(self, reply: BotReply) -> None:
        """Insert the reply, and delete those of the same bot that are older than a day."""


class ChatConversations(Protocol):
    """The conversations of chats. A conversation that is deleted is forgotten here, too."""

    def find(self, config_id: UUID, chat_id: int, thread_id: int) -> ChatConversation | None:
        """Return the conversation of the chat, or of its topic; None without one."""

    def save(self, conversation: ChatConversation) -> None:
        """Insert it, or replace the one of the same chat and topic."""

    def move(self, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Give the conversations of a chat its new id; what the new id has already stays."""

    def forget(self, config_id: UUID, chat_id: int) -> None:
        """Forget the conversations of the chat; they stay in the account of the owner."""
