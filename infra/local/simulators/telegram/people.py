"""What people do in chats: write, edit, press buttons, block bots."""

from dataclasses import dataclass, field

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.model import (
    GENERAL_TOPIC,
    CallbackQuery,
    Chat,
    ChatType,
    Json,
    Member,
    Message,
    Status,
    User,
)
from infra.local.simulators.telegram.text import formatted
from infra.local.simulators.telegram.updates import lane_of_presses
from infra.local.simulators.telegram.views import of_callback_query
from infra.local.simulators.telegram.world import ANONYMOUS, World, locked


class NotPossible(ValueError):
    """What a person tried is not possible in Telegram."""


@dataclass(frozen=True)
class Words:
    """What somebody writes. ``topic_id`` is of a forum's topic."""

    text: str
    reply_to: int | None = None
    topic_id: int | None = None
    entities: list[Json] = field(default_factory=list)


@locked
def private_chat(world: World, bot: Bot, user: User) -> Chat:
    """The chat of a person with a bot; the first call opens it, as START does."""
    key = (bot.id, user.id)
    if key not in world.private_chats:
        chat = Chat(user.id, ChatType.PRIVATE, user=user, owner_id=bot.id)
        chat.is_forum = bot.has_topics
        chat.members[bot.id] = Member(bot.user, Status.MEMBER)
        world.private_chats[key] = chat
    return world.private_chats[key]


@locked
def say(world: World, chat: Chat, user: User, words: str | Words) -> Message:
    """Write into a chat. Raises NotPossible."""
    said = Words(words) if isinstance(words, str) else words
    _check_may_write(chat, user)
    text, entities = formatted(said.text, said.entities)
    author, sender_chat = _shown_as(chat, user)
    message = Message(chat.next_message_id, world.date(), author, sender_chat, text, entities)
    message.reply_to = said.reply_to
    message.thread_id, message.is_topic_message = thread_of(chat, said.reply_to, said.topic_id)
    return world.post(chat, message)


@locked
def edit(world: World, chat: Chat, message_id: int, text: str) -> Message:
    """Change the text of a person's message."""
    message = chat.messages[message_id]
    message.text, message.entities = formatted(text, [])
    message.edit_date = world.date()
    world.tell(chat, message, edited=True)
    return message


@locked
def delete(_: World, chat: Chat, message_id: int) -> None:
    """Delete a message; bots are not told."""
    chat.deleted[message_id] = chat.messages.pop(message_id)


@locked
def press(world: World, chat: Chat, user: User, message_id: int, data: str) -> CallbackQuery:
    """Press a button of a bot's message; a client may send data that no button has.

    The press of an anonymous administrator has the real account
    (https://github.com/tdlib/telegram-bot-api/issues/667). Raises NotPossible.
    """
    message = chat.messages.get(message_id) or chat.deleted.get(message_id)
    bot = world.bots.get(message.bot_id or 0) if message else None
    if message is None or bot is None or not message.buttons:
        raise NotPossible("This message has no buttons.")
    number = str(world.dice.randrange(10**17, 10**18))
    query = CallbackQuery(number, bot.id, user, chat, message, data, world.now())
    world.queries[number] = query
    body = of_callback_query(query)
    bot.queue.push("callback_query", body, lane=lane_of_presses(user.id), now=world.now())
    return query


@locked
def block(world: World, chat: Chat) -> None:
    """Let the person block the bot of a private chat."""
    _set_bot(world, chat, Status.KICKED)


@locked
def unblock(world: World, chat: Chat) -> None:
    """Let the person take a block back."""
    _set_bot(world, chat, Status.MEMBER)


def thread_of(chat: Chat, reply_to: int | None, topic_id: int | None) -> tuple[int | None, bool]:
    """``message_thread_id`` and ``is_topic_message`` of a new message.

    A reply in a supergroup has the thread of its first message, which is no topic and to which a
    bot cannot send (https://github.com/tdlib/telegram-bot-api/issues/447).
    """
    if topic_id is not None and topic_id != GENERAL_TOPIC:
        return topic_id, True
    replied = chat.messages.get(reply_to or 0)
    if replied is None:
        return None, False
    if replied.is_topic_message:
        return replied.thread_id, True
    if chat.type is ChatType.SUPERGROUP:
        return replied.thread_id or replied.id, False
    return None, False


def _check_may_write(chat: Chat, user: User) -> None:
    if chat.migrated_to is not None:
        raise NotPossible("The group is a supergroup now.")
    member = chat.member(user)
    if chat.type is ChatType.PRIVATE:
        if chat.user is not user or chat.members[chat.owner_id or 0].status is Status.KICKED:
            raise NotPossible("The bot is blocked, or this is somebody else's chat.")
    elif not member.is_inside or member.status is Status.RESTRICTED:
        raise NotPossible("Only members write, and this one may not.")
    elif not member.may("can_post_messages") and chat.type is ChatType.CHANNEL:
        raise NotPossible("Only administrators post in a channel.")


def _shown_as(chat: Chat, user: User) -> tuple[User | None, Chat | None]:
    """Who a message is from: https://core.telegram.org/bots/api#message, from and sender_chat."""
    if chat.type is ChatType.CHANNEL:
        return None, chat
    if chat.member(user).is_anonymous:
        return ANONYMOUS, chat
    return user, None


def _set_bot(world: World, chat: Chat, status: Status) -> None:
    if chat.user is None or chat.owner_id is None:
        raise NotPossible("Only in a private chat.")
    bot = world.bots[chat.owner_id]
    world.set_member(chat, Member(bot.user, status), chat.user)
