"""What a message asks an agent."""

from typing import Final

from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotProfile
from mara.telegram.model.chat_command import is_same_name
from mara.telegram.model.incoming import IncomingMessage, Mention

QUESTION_MAX: Final = 4000
"""As of questions in the API."""


def question_of_message(message: IncomingMessage, bot: BotProfile) -> str | None:
    """What the message asks the bot: None if it is not for the bot.

    In private chats every message is. Elsewhere a message asks the bot if it names the bot or
    replies to it; the name is left out of the question. A message that has nothing but the name
    asks about the message that it replies to. The text may be empty.
    """
    mentions = [one for one in message.mentions if _names(one, bot)]
    replied = message.replied
    is_reply = replied is not None and replied.sender_id == bot.telegram_id
    if message.chat.kind is not ChatKind.PRIVATE and not mentions and not is_reply:
        return None
    question = _without(message.text, mentions)
    if not question and replied is not None and not is_reply:
        question = replied.text.strip()
    return question[:QUESTION_MAX]


def _names(mention: Mention, bot: BotProfile) -> bool:
    if mention.user_id is not None:
        return mention.user_id == bot.telegram_id
    return mention.username is not None and is_same_name(mention.username, bot.username)


def _without(text: str, mentions: list[Mention]) -> str:
    for mention in sorted(mentions, key=lambda one: one.start, reverse=True):
        text = f"{text[: mention.start].rstrip()} {text[mention.end :].lstrip(' ,:')}"
    return text.strip()
