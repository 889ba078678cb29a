"""Methods about chats and their members."""

from infra.local.simulators.telegram import groups
from infra.local.simulators.telegram.access import check_access, find_chat
from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.errors import bad_request
from infra.local.simulators.telegram.model import Chat, ChatType, Json
from infra.local.simulators.telegram.parameters import Parameters
from infra.local.simulators.telegram.views import of_full_chat, of_member
from infra.local.simulators.telegram.world import World


def get_chat(world: World, bot: Bot, asked: Parameters) -> Json:
    """https://core.telegram.org/bots/api#getchat. Raises ApiError."""
    chat = find_chat(world, bot, asked.chat())
    if chat.type is not ChatType.PRIVATE:
        check_access(chat, bot)
    return of_full_chat(chat)


def get_chat_member(world: World, bot: Bot, asked: Parameters) -> Json:
    """https://core.telegram.org/bots/api#getchatmember. Raises ApiError.

    Members other than the bot are answered for certain only to administrators; others are refused
    here, and always in a channel.
    """
    chat = _joined(world, bot, asked)
    user_id = asked.number("user_id") or 0
    user = world.users.get(user_id)
    if user_id in world.bots:
        user = world.bots[user_id].user
    if user is None:
        raise bad_request("invalid user_id specified")
    if user is not bot.user and not chat.member(bot.user).administers:
        raise bad_request("CHAT_ADMIN_REQUIRED")
    return of_member(chat.member(user))


def get_chat_administrators(world: World, bot: Bot, asked: Parameters) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators, other bots left out.

    Raises ApiError.
    """
    chat = _joined(world, bot, asked)
    if chat.type is ChatType.PRIVATE:
        raise bad_request("there are no administrators in the private chat")
    administrators = [one for one in chat.members.values() if one.administers]
    return [of_member(one) for one in administrators if not one.user.is_bot or one.user is bot.user]


def leave_chat(world: World, bot: Bot, asked: Parameters) -> bool:
    """https://core.telegram.org/bots/api#leavechat. Raises ApiError."""
    chat = _joined(world, bot, asked)
    if chat.type is ChatType.PRIVATE:
        raise bad_request("chat member status can't be changed in private chats")
    groups.remove(world, chat, bot.user, bot.user)
    return True


def _joined(world: World, bot: Bot, asked: Parameters) -> Chat:
    chat = find_chat(world, bot, asked.chat())
    check_access(chat, bot)
    return chat
