"""Links the Telegram account of a user, by the platform's bot, for notices."""

from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.page import PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.telegram.errors import AccountNotLinked, BotChatNotFound, NoPlatformBot
from mara.telegram.model.bot_config import BotConfig, BotState
from mara.telegram.model.person import (
    CODE_LIFE,
    Invitation,
    NewInvitation,
    PersonKind,
    draw_code,
    hash_of_code,
)
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT, AccountLink
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats, BotPeople, ForgetTalk, Invitations


@dataclass(frozen=True, slots=True)
class AccountLinks:
    """Reads links, in the caller's transaction."""

    people: BotPeople
    chats: BotChats

    def find(self, owner_id: UUID) -> AccountLink:
        """Return the link of a user, which may be none."""
        person = self.people.find_account(owner_id)
        if person is None:
            return AccountLink()
        try:
            chat = self.chats.get(owner_id, person.config_id, person.telegram_id)
        except BotChatNotFound:
            return AccountLink(person)
        return AccountLink(person, chat)


@dataclass(frozen=True, slots=True)
class AccountLinkService:
    """Shows and removes the caller's link, and draws codes for a new one."""

    links: AccountLinks
    configs: BotConfigs
    invitations: Invitations
    forget_talk: ForgetTalk
    unit_of_work: UnitOfWork
    now: Clock

    def get(self, caller: Principal) -> AccountLink:
        """Return the link, which may be none."""
        with self.unit_of_work(caller.user_id):
            return self.links.find(caller.user_id)

    def invite(self, caller: Principal) -> NewInvitation:
        """Draw a code that links one Telegram account. Raises NoPlatformBot."""
        code, makes = draw_code(), PersonKind.ACCOUNT
        config = self._platform_bot()
        with self.unit_of_work(caller.user_id):
            expires_at = self.now() + CODE_LIFE
            ids = (config.id, caller.user_id)
            self.invitations.add(Invitation(hash_of_code(code), *ids, makes, expires_at))
        link = f"https://t.me/{config.profile.username}?start={code}"
        return NewInvitation(link, makes, expires_at)

    def remove(self, caller: Principal) -> None:
        """Remove the link, and what was said over it: later, nothing would tell whose it was.

        No notice goes there from now on. Raises AccountNotLinked.
        """
        with self.unit_of_work(SYSTEM):
            person = self.links.people.find_account(caller.user_id)
            if person is None:
                raise AccountNotLinked("There is nothing to remove.")
            self.forget_talk(person.config_id, person.telegram_id)
            key = (caller.user_id, person.config_id, person.telegram_id)
            self.links.people.remove(*key)
            self.links.chats.delete(*key)

    def _platform_bot(self) -> BotConfig:
        with self.unit_of_work(PLATFORM_ACCOUNT):
            found = self.configs.list(PLATFORM_ACCOUNT, PageRequest(limit=1))
        if not found or found[0].state is BotState.REVOKED:
            raise NoPlatformBot("The operator sets the token of the platform's bot.")
        return found[0]
