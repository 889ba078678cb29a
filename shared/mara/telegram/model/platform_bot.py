"""The platform's bot: it serves all accounts, and belongs to an account of its own."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.kernel.unit_of_work import SYSTEM, Scope
from mara.notifications.model.notices import TelegramState
from mara.telegram.model.bot_chat import BotChat, ChatState
from mara.telegram.model.person import BotPerson

PLATFORM_ACCOUNT: Final = UUID("00000000-0000-7000-8000-000000006d72")
"""The account that owns the platform's bot: inactive and without a password."""
PLATFORM_EMAIL: Final = "platform-bot@mara.invalid"
"""No such address can exist (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class AccountLink:
    """The Telegram account of a user, with its private chat with the platform's bot."""

    person: BotPerson | None = None
    chat: BotChat | None = None

    @property
    def state(self) -> TelegramState:
        """Whether notices reach it."""
        if self.person is None:
            return TelegramState.NOT_LINKED
        if self.chat is None or self.chat.state is not ChatState.APPROVED:
            return TelegramState.OFF
        return TelegramState.ON


def scope_of(owner_id: UUID) -> Scope:
    """Whose rows the work of a bot may see: what the platform's bot serves has many owners."""
    return SYSTEM if owner_id == PLATFORM_ACCOUNT else owner_id
