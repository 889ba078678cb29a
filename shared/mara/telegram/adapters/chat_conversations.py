"""The conversations of chats, in PostgreSQL."""

from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.platform.sql import bound, execute, fetch_one, values_of
from mara.telegram.adapters.chat_tables import bot_conversations
from mara.telegram.model.agent_question import ChatConversation

_columns = bot_conversations.c
_of_chat = (
    _columns.config_id == bindparam("config_id"),
    _columns.chat_id == bindparam("chat_id"),
)
_other = bot_conversations.alias("other")

FIND = select(bot_conversations).where(*_of_chat, _columns.thread_id == bindparam("thread_id"))
SAVE = (
    insert(bot_conversations)
    .values(bound(_columns))
    .on_conflict_do_update(
        index_elements=["config_id", "chat_id", "thread_id"],
        set_=bound((_columns.conversation_id, _columns.asked_at)),
    )
)
MOVE = (
    update(bot_conversations)
    .where(
        *_of_chat,
        ~exists().where(
            _other.c.config_id == _columns.config_id,
            _other.c.chat_id == bindparam("new_chat_id"),
            _other.c.thread_id == _columns.thread_id,
        ),
    )
    .values(chat_id=bindparam("new_chat_id"))
)
FORGET = delete(bot_conversations).where(*_of_chat)


class PostgresChatConversations:
    """Implements ``ChatConversations``."""

    def find(self, config_id: UUID, chat_id: int, thread_id: int) -> ChatConversation | None:
        """Return the conversation of the chat, or of its topic; None without one."""
        row = fetch_one(FIND, config_id=config_id, chat_id=chat_id, thread_id=thread_id)
        return ChatConversation(**row) if row else None

    def save(self, conversation: ChatConversation) -> None:
        """Insert it, or replace the one of the same chat and topic."""
        execute(SAVE, **values_of(conversation))

    def move(self, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Give the conversations of a chat its new id; what the new id has already stays."""
        execute(MOVE, config_id=config_id, chat_id=old_chat_id, new_chat_id=new_chat_id)

    def forget(self, config_id: UUID, chat_id: int) -> None:
        """Forget the conversations of the chat; they stay in the account of the owner."""
        execute(FORGET, config_id=config_id, chat_id=chat_id)
