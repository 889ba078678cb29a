"""Removes the link of an account at the command of the linked person, who confirms it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.kernel.messages import Publish
from mara.telegram.messages import TelegramUnlinked
from mara.telegram.model.bot_config import BotLanguage
from mara.telegram.model.chat_command import ChatCommand
from mara.telegram.model.person import BotPerson
from mara.telegram.model.platform_texts import PlatformText
from mara.telegram.ports.chats import BotChats, BotPeople, ForgetTalk

UNLINK: Final = "unlink"
CONFIRMED: Final = "unlink_yes"
"""Telegram sends a command when it is pressed in a text: the question names this one."""


@dataclass(frozen=True, slots=True)
class AccountUnlinking:
    """Lets people leave an account, which may be a stranger's whose link they opened."""

    people: BotPeople
    chats: BotChats
    forget_talk: ForgetTalk
    publish: Publish
    language_of: Callable[[UUID], BotLanguage]
    """The language of an account."""

    def text_for(
        self, command: ChatCommand | None, person: BotPerson, update_id: int
    ) -> PlatformText | None:
        """Return what is said to the command, in the caller's transaction; None to others.

        Once confirmed, the link is removed with what was said over it, this update too, and the
        owner of the account is notified.
        """
        if command is None or command.word not in {UNLINK, CONFIRMED}:
            return None
        if command.word == UNLINK:
            return PlatformText.UNLINK_ASKED
        key = (person.owner_id, person.config_id, person.telegram_id)
        if self.people.remove(*key):
            self.forget_talk(person.config_id, person.telegram_id, within=update_id)
            self.chats.delete(*key)
            self.publish(TelegramUnlinked(owner_id=person.owner_id))
        return PlatformText.UNLINKED
