"""Decides who may ask a bot: its chats, the people linked to it, and invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.errors import BotPersonNotFound
from mara.telegram.model.bot_chat import BotChat, ChatState
from mara.telegram.model.person import (
    CODE_LIFE,
    BotPerson,
    Invitation,
    NewInvitation,
    PersonKind,
    draw_code,
    hash_of_code,
)
from mara.telegram.ports import BotConfigs
from mara.telegram.ports.chats import BotChats, BotPeople, Invitations
from mara.telegram.service.chat_memberships import ForgetChat


@dataclass(frozen=True, slots=True)
class BotAccessService:
    """Manages who may ask the caller's bots.

    ``others`` forget what they keep of a chat that is not approved any more.
    """

    configs: BotConfigs
    chats: BotChats
    people: BotPeople
    invitations: Invitations
    unit_of_work: UnitOfWork
    now: Clock
    others: Sequence[ForgetChat] = ()

    def list_chats(self, caller: Principal, config_id: UUID, page: PageRequest) -> Page[BotChat]:
        """Return a page of the bot's chats, the newest first.

        Raises BotConfigNotFound, InvalidCursor.
        """
        key = (caller.user_id, config_id)
        with self.unit_of_work(caller.user_id):
            self.configs.get(*key)
            found = self.chats.list(*key, page)
            total = self.chats.count(*key, page) if page.total else None
        return Page.of(found, page, lambda chat: chat.id, total=total)

    def set_chat(
        self, caller: Principal, config_id: UUID, chat_id: int, state: ChatState
    ) -> BotChat:
        """Approve or refuse a chat. Raises BotConfigNotFound, BotChatNotFound."""
        with self.unit_of_work(caller.user_id):
            self.configs.get(caller.user_id, config_id)
            known = self.chats.lock(caller.user_id, config_id, chat_id)
            if known.state is state:
                return known
            changed = known.now_in(state, self.now())
            self.chats.save(changed)
            if state is not ChatState.APPROVED:
                for forget in self.others:
                    forget(caller.user_id, config_id, chat_id)
        return changed

    def invite(self, caller: Principal, config_id: UUID, makes: PersonKind) -> NewInvitation:
        """Draw a code that links one Telegram account. Raises BotConfigNotFound."""
        code = draw_code()
        with self.unit_of_work(caller.user_id):
            config = self.configs.get(caller.user_id, config_id)
            expires_at = self.now() + CODE_LIFE
            ids = (config.id, config.owner_id)
            self.invitations.add(Invitation(hash_of_code(code), *ids, makes, expires_at))
        link = f"https://t.me/{config.profile.username}?start={code}"
        return NewInvitation(link, makes, expires_at)

    def list_people(self, caller: Principal, config_id: UUID, page: PageRequest) -> Page[BotPerson]:
        """Return a page of the people who may ask the bot, the newest first.

        Raises BotConfigNotFound, InvalidCursor.
        """
        key = (caller.user_id, config_id)
        with self.unit_of_work(caller.user_id):
            self.configs.get(*key)
            found = self.people.list(*key, page)
            total = self.people.count(*key) if page.total else None
        return Page.of(found, page, lambda person: person.id, total=total)

    def remove_person(self, caller: Principal, config_id: UUID, telegram_id: int) -> None:
        """Remove a person, who may not ask from now on.

        Raises BotConfigNotFound, BotPersonNotFound.
        """
        with self.unit_of_work(caller.user_id):
            self.configs.get(caller.user_id, config_id)
            if not self.people.remove(caller.user_id, config_id, telegram_id):
                raise BotPersonNotFound("Check the id.")
