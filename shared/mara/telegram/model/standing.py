"""How a person stands to a chat, and whether that is enough to press a button there."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotLanguage


class Standing(StrEnum):
    """``unknown``: Telegram tells members of a chat for certain only to its administrators."""

    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChatStanding:
    """An anonymous administrator writes in the name of the group, but presses as a person."""

    standing: Standing
    is_anonymous: bool = False

    def may_press(self, kind: ChatKind) -> bool:
        """Whether the person may press a button in a chat of this kind.

        In a channel, which anyone may read, only administrators; in a group its members. Where a
        bot that is no administrator cannot ask, anyone who sees the message may press.
        """
        if kind is ChatKind.CHANNEL:
            return self.standing is Standing.ADMINISTRATOR
        return self.standing is not Standing.OUTSIDE


AN_ADMINISTRATOR: Final = {
    BotLanguage.EN: "an administrator",
    BotLanguage.RU: "администратор",
}
NOT_YOURS_TO_PRESS: Final = {
    BotLanguage.EN: "Only members of the group, and administrators of a channel, can press this.",
    BotLanguage.RU: "Эту кнопку нажимают участники группы, а в канале — администраторы.",
}
