"""Mutes the alerts of a chat, at the command of those who may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.chat_texts import ChatText, chat_text
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.incoming import IncomingMessage, Sender, SenderKind
from mara.telegram.model.muting import muted_for
from mara.telegram.model.reaction import Mute
from mara.telegram.ports.chats import BotChats
from mara.telegram.service.bot_tokens import BotTokens
from mara.telegram.service.chat_replies import message_language
from mara.telegram.service.press_rights import PressRights

UNTIL = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True, slots=True)
class ChatMuting:
    """Mutes chats. ``changed`` (owner, config) looks again at alerts that a chat held back."""

    chats: BotChats
    rights: PressRights
    tokens: BotTokens
    hold: Callable[[UUID], None]
    """Waits for who posts alerts of the owner: it may have read the mute that is about to end."""
    changed: Callable[[UUID, UUID], None]
    """In the same transaction."""
    unit_of_work: UnitOfWork

    def mute(self, asked: Mute, at: datetime) -> FormattedText | None:
        """Mute the chat, or end that; return what to say, None to people who may not.

        A second try of the same update (``at`` is when it came) does the same. The owner's account
        was recognised in private; in groups and channels Telegram is asked who is an administrator.
        Raises KeysUnavailable, InvalidBotToken, TelegramUnavailable.
        """
        config, message = asked.config, asked.message
        if message.chat.kind is not ChatKind.PRIVATE and not self._is_administrator(asked):
            return None
        time, language = muted_for(asked.argument), message_language(config, message)
        if time is None:
            return FormattedText.of(chat_text(ChatText.MUTE_USAGE, language))
        until = at + time if time else None
        if not self._store(config, message, until):
            return None
        if until is None:
            return FormattedText.of(chat_text(ChatText.UNMUTED, language))
        return FormattedText.of(chat_text(ChatText.MUTED, language, until=f"{until:{UNTIL}}"))

    def _store(self, config: BotConfig, message: IncomingMessage, until: datetime | None) -> bool:
        with self.unit_of_work(config.owner_id):
            self.hold(config.owner_id)
            is_known = self.chats.mute(config.owner_id, config.id, message.chat.id, until)
            if is_known:
                self.changed(config.owner_id, config.id)
        return is_known

    def _is_administrator(self, asked: Mute) -> bool:
        sender, chat_id = asked.message.sender, asked.message.chat.id
        if sender is None:
            return False
        if sender.kind is not SenderKind.PERSON:
            # An anonymous administrator, or an author of the channel, writes in the chat's name.
            return _is_chat_itself(sender, chat_id)
        with self.tokens.opened(asked.config) as token:
            return token is not None and self.rights.administers(
                asked.config, chat_id, sender.id, token
            )


def _is_chat_itself(sender: Sender, chat_id: int) -> bool:
    return sender.kind is SenderKind.CHAT and sender.id == chat_id
