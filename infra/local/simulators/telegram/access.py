"""Which chats a bot reaches, and what it may do there.

The checks and their words are those of telegram-bot-api/Client.cpp (``check_chat``,
``check_chat_access``) and of the server behind it.
"""

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.errors import (
    NO_RIGHT_TO_SEND,
    bad_request,
    forbidden,
    migrated,
)
from infra.local.simulators.telegram.model import GENERAL_TOPIC, Chat, ChatType, Status
from infra.local.simulators.telegram.world import World


def find_chat(world: World, bot: Bot, reference: int | str) -> Chat:
    """The chat with this id or @username. Raises ApiError."""
    if isinstance(reference, str):
        named = [one for one in world.chats.values() if f"@{one.username}" == reference]
        if not named:
            raise bad_request("chat not found")
        return named[0]
    if reference > 0:
        return _private_chat(world, bot, reference)
    chat = world.chats.get(reference)
    if chat is None or (bot.id not in chat.members and chat.username is None):
        raise bad_request("chat not found")
    return chat


def check_access(chat: Chat, bot: Bot) -> None:
    """Refuse a chat in which the bot is not, or not any more. Raises ApiError."""
    status = chat.member(bot.user).status
    if chat.type is ChatType.PRIVATE:
        if chat.user is not None and chat.user.is_deactivated:
            raise forbidden("user is deactivated")
        if status is Status.KICKED:
            raise forbidden("bot was blocked by the user")
        return
    if chat.migrated_to is not None:
        raise migrated(chat.migrated_to)
    if status is Status.KICKED:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status is Status.LEFT:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def check_may_write(chat: Chat, bot: Bot) -> None:
    """Refuse a chat that the bot is in and may not write to. Raises ApiError."""
    check_access(chat, bot)
    member = chat.member(bot.user)
    if chat.type is ChatType.PRIVATE:
        return
    if chat.type is ChatType.CHANNEL:
        if not member.administers:
            raise bad_request("need administrator rights in the channel chat")
        if not member.may("can_post_messages"):
            raise bad_request(NO_RIGHT_TO_SEND)
    elif member.status is Status.RESTRICTED or not (chat.members_may_send or member.administers):
        raise bad_request(NO_RIGHT_TO_SEND)


def check_topic(chat: Chat, bot: Bot, topic_id: int | None) -> None:
    """Refuse a topic that does not exist or is closed. Raises ApiError."""
    if topic_id is not None and topic_id not in chat.topics:
        raise bad_request("message thread not found")
    topic = chat.topics.get(topic_id or GENERAL_TOPIC)
    if topic is not None and topic.is_closed and not chat.member(bot.user).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")


def _private_chat(world: World, bot: Bot, user_id: int) -> Chat:
    if user_id in world.bots:
        raise forbidden("bots can't send messages to bots")
    chat = world.private_chats.get((bot.id, user_id))
    if chat is not None:
        return chat
    shared = [one for one in world.chats.values() if {user_id, bot.id} <= one.members.keys()]
    if shared:
        raise forbidden("bot can't initiate conversation with a user")
    raise bad_request("chat not found")
