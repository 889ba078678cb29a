"""All of the simulated Telegram: who and what exists, and who is told when something happens."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from threading import RLock
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.budgets import Budgets
from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.errors import ApiError
from infra.local.simulators.telegram.model import (
    CallbackQuery,
    Chat,
    ChatType,
    Json,
    Member,
    Message,
    User,
)
from infra.local.simulators.telegram.updates import lane_of_chat, lane_of_membership
from infra.local.simulators.telegram.views import of_chat, of_member, of_message, of_user
from infra.local.simulators.telegram.visibility import sees

ANONYMOUS: Final = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
TELEGRAM: Final = User(777000, "Telegram")
"""Who anonymous administrators, and copies of channel posts, come from."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class World:
    """The state of the simulator. Its lock is held by whatever changes it."""

    clock: Clock = field(default_factory=Clock)
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secrets
    budgets: Budgets = field(default_factory=Budgets)
    bots: dict[int, Bot] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    private_chats: dict[tuple[int, int], Chat] = field(default_factory=dict)
    """By the bot and the person."""
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock)
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def __getstate__(self) -> dict[str, Any]:
        """What is kept over a restart: all but what belongs to the process."""
        return {key: kept for key, kept in vars(self).items() if key not in {"lock", "listeners"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what was kept."""
        vars(self).update(state, lock=RLock(), listeners=[])

    def now(self) -> float:
        """The time of the simulator's clock."""
        return self.clock.now()

    def date(self) -> int:
        """The time as messages have it."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        with self.lock:
            self.clock.advance(seconds)
        self.changed()

    def changed(self) -> None:
        """Wake those who wait for updates or for the clock."""
        for listener in list(self.listeners):
            listener()

    def bot_of(self, token: str) -> Bot:
        """The bot with this token. Raises ApiError."""
        if token.startswith("0") or ":" not in token:
            raise ApiError(401, "invalid token specified")
        for bot in self.bots.values():
            if bot.token == token:
                return bot
        raise ApiError(401, "")

    def post(self, chat: Chat, message: Message) -> Message:
        """Add a message to its chat, tell the bots that see it, and copy a post of a channel."""
        chat.messages[message.id], chat.last_message_id = message, message.id
        self.tell(chat, message)
        group = self.chats.get(chat.linked_chat_id or 0)
        if chat.type is ChatType.CHANNEL and group is not None:
            self.post(group, _automatic_forward(chat, message, group.next_message_id))
        return message

    def tell(self, chat: Chat, message: Message, *, edited: bool = False) -> None:
        """Queue the update for the bots that see the message."""
        kind = "channel_post" if chat.type is ChatType.CHANNEL else "message"
        for bot in self.bots.values():
            if sees(bot, chat, message, self.bots):
                body = of_message(chat, message)
                name = f"edited_{kind}" if edited else kind
                bot.queue.push(name, body, lane=lane_of_chat(chat.id), now=self.now())

    def set_member(self, chat: Chat, member: Member, by: User) -> None:
        """Change how a user stands to a chat; a bot learns of its own membership.

        https://core.telegram.org/bots/api#chatmemberupdated
        """
        before = chat.member(member.user)
        chat.members[member.user.id] = member
        bot = self.bots.get(member.user.id)
        if bot is not None:
            body: Json = {
                "chat": of_chat(chat),
                "from": of_user(by),
                "date": self.date(),
                "old_chat_member": of_member(before),
                "new_chat_member": of_member(member),
            }
            lane = lane_of_membership(chat.id)
            bot.queue.push("my_chat_member", body, lane=lane, now=self.now())


def locked(
    action: Callable[Concatenate[World, P], R],
) -> Callable[Concatenate[World, P], R]:
    """Let the action hold the lock of the world, and wake those who wait afterwards."""

    @wraps(action)
    def run(world: World, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with world.lock:
            result = action(world, *args, **kwargs)
        world.changed()
        return result

    return run


def _automatic_forward(channel: Chat, post: Message, number: int) -> Message:
    """The copy of a post in the discussion group (``is_automatic_forward`` of a message)."""
    origin: Json = {
        "type": "channel",
        "chat": of_chat(channel),
        "message_id": post.id,
        "date": post.date,
    }
    return Message(
        id=number,
        date=post.date,
        author=TELEGRAM,
        sender_chat=channel,
        text=post.text,
        entities=post.entities,
        document=post.document,
        content=post.content,
        origin=origin,
        is_automatic_forward=True,
    )
