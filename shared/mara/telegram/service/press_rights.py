"""Who may press a button: members of a group, administrators of a channel."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.incoming import Press
from mara.telegram.model.standing import AN_ADMINISTRATOR, ChatStanding, Standing
from mara.telegram.ports.chats import BotChats
from mara.telegram.ports.sending import ChatMembers

KNOWN_FOR: Final = timedelta(minutes=10)
KNOWN_MAX: Final = 1000
"""Standings that a worker remembers; it forgets all of them then."""

Key = tuple[UUID, int, int]


@dataclass(frozen=True, slots=True)
class PressRights:
    """Asks Telegram who presses, at most once in ten minutes for a person and a worker."""

    chats: BotChats
    members: ChatMembers
    unit_of_work: UnitOfWork
    now: Clock
    _known: dict[Key, tuple[datetime, ChatStanding]] = field(default_factory=dict)

    def admit(self, config: BotConfig, press: Press, token: bytearray) -> Press | None:
        """The press, with the name that may be shown of its person; None where it is not theirs.

        Raises InvalidBotToken, TelegramUnavailable.
        """
        if press.chat_id is None or press.chat_id > 0:  # a private chat has the id of its person
            return press
        standing = self._standing(config, press.chat_id, press.sender.id, token)
        if not standing.may_press(self._kind(config, press.chat_id)):
            return None
        if not standing.is_anonymous:
            return press
        name = AN_ADMINISTRATOR[config.settings.language]
        return replace(press, sender=replace(press.sender, name=name))

    def administers(
        self, config: BotConfig, chat_id: int, telegram_id: int, token: bytearray
    ) -> bool:
        """Whether a person is an administrator of a group or channel.

        Raises InvalidBotToken, TelegramUnavailable.
        """
        standing = self._standing(config, chat_id, telegram_id, token)
        return standing.standing is Standing.ADMINISTRATOR

    def _standing(
        self, config: BotConfig, chat_id: int, telegram_id: int, token: bytearray
    ) -> ChatStanding:
        key, at = (config.id, chat_id, telegram_id), self.now()
        until, standing = self._known.get(key, (at, None))
        if standing is None or until <= at:
            standing = self.members.standing_of(token, chat_id, telegram_id)
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            self._known[key] = (at + KNOWN_FOR, standing)
        return standing

    def _kind(self, config: BotConfig, chat_id: int) -> ChatKind:
        """The kind of the chat; one that is not known counts as a channel, which asks for more."""
        with self.unit_of_work(config.owner_id):
            try:
                return self.chats.get(config.owner_id, config.id, chat_id).kind
            except BotChatNotFound:
                return ChatKind.CHANNEL
