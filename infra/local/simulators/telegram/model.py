"""What Telegram consists of: users, chats, topics, members, messages and presses of buttons.

The words are those of https://core.telegram.org/bots/api#available-types.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
GENERAL_TOPIC = 1
"""The topic of a forum that has no ``message_thread_id`` in the Bot API."""
RIGHTS = frozenset(
    {
        *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_pin_messages"),
        *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
        *("can_post_stories", "can_edit_stories", "can_delete_stories", "can_manage_topics"),
        *("can_post_messages", "can_edit_messages", "can_send_welcome_messages"),
    }
)


class ChatType(StrEnum):
    """https://core.telegram.org/bots/api#chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Status(StrEnum):
    """https://core.telegram.org/bots/api#chatmember."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    RESTRICTED = "restricted"
    LEFT = "left"
    KICKED = "kicked"


INSIDE = {Status.CREATOR, Status.ADMINISTRATOR, Status.MEMBER, Status.RESTRICTED}


@dataclass
class User:
    """A person, or the account of a bot."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    is_deactivated: bool = False


@dataclass
class Member:
    """How a user stands to a chat.

    ``reads_all`` is the bot's setting of privacy mode at the time when it was added: a later change
    holds after the bot is added again (https://core.telegram.org/bots/features#privacy-mode).
    """

    user: User
    status: Status
    rights: frozenset[str] = frozenset()
    is_anonymous: bool = False
    reads_all: bool = False

    @property
    def is_inside(self) -> bool:
        """Whether the user is in the chat."""
        return self.status in INSIDE

    @property
    def administers(self) -> bool:
        """Whether the user is an administrator of the chat or its owner."""
        return self.status in {Status.CREATOR, Status.ADMINISTRATOR}

    def may(self, right: str) -> bool:
        """Whether an administrator has this right; the owner has all."""
        return self.status is Status.CREATOR or (self.administers and right in self.rights)


@dataclass
class Topic:
    """A forum topic; its id is that of the service message that created it."""

    id: int
    name: str
    is_closed: bool = False


@dataclass
class Message:
    """A message of a chat, as people see it."""

    id: int
    date: int
    author: User | None
    sender_chat: "Chat | None" = None
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    document: Json | None = None
    content: bytes = b""
    """The bytes of the document."""
    buttons: list[list[Json]] = field(default_factory=list)
    reply_to: int | None = None
    thread_id: int | None = None
    is_topic_message: bool = False
    edit_date: int | None = None
    origin: Json | None = None
    is_automatic_forward: bool = False
    signature: str | None = None
    service: Json = field(default_factory=dict)
    """The fields of a service message, such as ``new_chat_members``."""
    bot_id: int | None = None
    """The bot that sent it, even in the name of a channel."""


@dataclass
class Chat:
    """A chat. ``owner_id`` is, of a private chat, the bot that the person talks to."""

    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    user: User | None = None
    owner_id: int | None = None
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    deleted: dict[int, Message] = field(default_factory=dict)
    """Messages that a person may still have on the screen."""
    last_message_id: int = 0
    migrated_to: int | None = None
    linked_chat_id: int | None = None
    members_may_send: bool = True

    def member(self, user: User) -> Member:
        """How the user stands to the chat, outside of it too."""
        return self.members.get(user.id) or Member(user, Status.LEFT)

    @property
    def next_message_id(self) -> int:
        """The id of the next message."""
        return self.last_message_id + 1


@dataclass
class CallbackQuery:
    """A press of a button."""

    id: str
    bot_id: int
    presser: User
    chat: Chat
    message: Message
    data: str
    at: float
    answer: Json | None = None
