"""Which bots see a message of a chat.

https://core.telegram.org/bots/faq#what-messages-will-my-bot-get,
https://core.telegram.org/bots/features#privacy-mode (and @BotFather's words on /setprivacy, that a
mention by username is seen too), https://core.telegram.org/api/bots/bot-to-bot
"""

from infra.local.simulators.telegram.bots import Bot
from infra.local.simulators.telegram.model import Chat, ChatType, Message, User
from infra.local.simulators.telegram.text import part


def sees(bot: Bot, chat: Chat, message: Message, bots: dict[int, Bot]) -> bool:
    """Whether the bot gets an update for this message."""
    if message.bot_id == bot.user.id:
        return False
    if chat.type is ChatType.PRIVATE:
        return chat.owner_id == bot.user.id
    if not chat.member(bot.user).is_inside:
        return False
    if chat.type is ChatType.CHANNEL or message.service:
        return True
    sender = bots.get(message.author.id) if message.author else None
    if sender is not None:
        return _sees_bot(bot, sender, chat, message)
    return reads_all(bot, chat) or bot is _meant(chat, message, bots)


def reads_all(bot: Bot, chat: Chat) -> bool:
    """Whether privacy mode hides nothing from the bot in this chat."""
    member = chat.member(bot.user)
    return member.administers or member.reads_all


def mentions(user: User, message: Message) -> bool:
    """Whether the message names the account with @."""
    names = {f"@{user.username}".lower()}
    return bool(names & {part(message.text, one).lower() for one in _of(message, "mention")})


def _sees_bot(bot: Bot, sender: Bot, chat: Chat, message: Message) -> bool:
    if bot.talks_to_bots and reads_all(bot, chat):
        return True
    addressed = bot is _replied(chat, message, {bot.user.id: bot}) or _commands(bot, message)
    return (bot.talks_to_bots or sender.talks_to_bots) and addressed


def _meant(chat: Chat, message: Message, bots: dict[int, Bot]) -> Bot | None:
    """The one bot in privacy mode that a message is meant for; a reply says so before a command."""
    replied = _replied(chat, message, bots)
    if replied is not None:
        return replied
    inside = [bot for bot in bots.values() if chat.member(bot.user).is_inside]
    for bot in inside:
        if _commands(bot, message) or mentions(bot.user, message):
            return bot
    commands = [part(message.text, one) for one in _of(message, "bot_command")]
    if any("@" not in command for command in commands):
        return bots.get(_last_bot(chat, message) or 0)
    return None


def _commands(bot: Bot, message: Message) -> bool:
    """Whether the message has a command such as ``/status@the_bot``."""
    ending = f"@{bot.user.username}".lower()
    commands = [part(message.text, one).lower() for one in _of(message, "bot_command")]
    return any(command.endswith(ending) for command in commands)


def _replied(chat: Chat, message: Message, bots: dict[int, Bot]) -> Bot | None:
    replied = chat.messages.get(message.reply_to or 0)
    return bots.get(replied.bot_id or 0) if replied else None


def _last_bot(chat: Chat, message: Message) -> int | None:
    """The bot that was the last of all bots to write before this message."""
    earlier = [one for one in chat.messages.values() if one.id < message.id and one.bot_id]
    return max(earlier, key=lambda one: one.id).bot_id if earlier else None


def _of(message: Message, kind: str) -> list[dict[str, int]]:
    return [entity for entity in message.entities if entity["type"] == kind]
