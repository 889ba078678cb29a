"""Chats of bots, people and invitations in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import BotChat, ChatKind
from mara.telegram.model.person import BotPerson, Invitation, PersonKind
from tests.support.fakes.database import FakeDatabase


class FakeBotChats:
    """Implements ``BotChats``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[tuple[UUID, int], BotChat]:
        return self._database.tables.bot_chats

    def get(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
        found = self._rows.get((config_id, chat_id))
        if found is None or found.owner_id != owner_id:
            raise BotChatNotFound("Check the id.")
        return found

    def lock(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
        return self.get(owner_id, config_id, chat_id)

    def list(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotChat]:
        found = self._found(owner_id, config_id, page)
        below = [one for one in found if page.after is None or one.id < page.after]
        return sorted(below, key=lambda one: one.id, reverse=True)[: page.limit + 1]

    def count(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> int:
        return len(self._found(owner_id, config_id, page))

    def save(self, chat: BotChat) -> None:
        key = (chat.config_id, chat.chat_id)
        known = self._rows.get(key, chat)
        seen_at, muted_until = known.saw_bots_at, known.muted_until
        self._rows[key] = replace(chat, id=known.id, saw_bots_at=seen_at, muted_until=muted_until)

    def mute(self, owner_id: UUID, config_id: UUID, chat_id: int, until: datetime | None) -> bool:
        known = self._rows.get((config_id, chat_id))
        if known is None or known.owner_id != owner_id:
            return False
        self._rows[config_id, chat_id] = replace(known, muted_until=until)
        return True

    def saw_bots(self, config_id: UUID, chat_id: int, at: datetime) -> None:
        known = self._rows.get((config_id, chat_id))
        if known is None or (known.saw_bots_at and known.saw_bots_at >= at - timedelta(days=1)):
            return
        self._rows[config_id, chat_id] = replace(known, saw_bots_at=at)

    def delete(self, owner_id: UUID, config_id: UUID, chat_id: int) -> None:
        self._rows.pop((config_id, chat_id), None)

    def move(self, owner_id: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        old = self._rows.pop((config_id, old_chat_id), None)
        if old is not None:
            moved = replace(old, chat_id=new_chat_id, kind=ChatKind.SUPERGROUP)
            self._rows[config_id, new_chat_id] = moved

    def _found(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotChat]:
        text, state = page.filters.get("text", "").casefold(), page.filters.get("state")
        return [
            one
            for one in self._rows.values()
            if (one.owner_id, one.config_id) == (owner_id, config_id)
            and text in one.title.casefold()
            and state in (None, one.state)
        ]


class FakeBotPeople:
    """Implements ``BotPeople``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[tuple[UUID, int], BotPerson]:
        return self._database.tables.bot_people

    def get(self, owner_id: UUID, config_id: UUID, telegram_id: int) -> BotPerson | None:
        found = self._rows.get((config_id, telegram_id))
        return found if found is not None and found.owner_id == owner_id else None

    def find(self, config_id: UUID, telegram_id: int) -> BotPerson | None:
        return self._rows.get((config_id, telegram_id))

    def find_account(self, owner_id: UUID) -> BotPerson | None:
        mine = (one for one in self._rows.values() if one.owner_id == owner_id)
        return next((one for one in mine if one.kind is PersonKind.ACCOUNT), None)

    def list(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotPerson]:
        found = self._found(owner_id, config_id)
        below = [one for one in found if page.after is None or one.id < page.after]
        return sorted(below, key=lambda one: one.id, reverse=True)[: page.limit + 1]

    def count(self, owner_id: UUID, config_id: UUID) -> int:
        return len(self._found(owner_id, config_id))

    def add(self, person: BotPerson) -> None:
        key = (person.config_id, person.telegram_id)
        known = self._rows.get(key, person)
        kind = PersonKind.OWNER if known.kind is PersonKind.OWNER else person.kind
        self._rows[key] = replace(person, id=known.id, kind=kind)

    def remove(self, owner_id: UUID, config_id: UUID, telegram_id: int) -> bool:
        if self.get(owner_id, config_id, telegram_id) is None:
            return False
        del self._rows[config_id, telegram_id]
        return True

    def _found(self, owner_id: UUID, config_id: UUID) -> Sequence[BotPerson]:
        bot = (owner_id, config_id)
        return [one for one in self._rows.values() if (one.owner_id, one.config_id) == bot]


class FakeInvitations:
    """Implements ``Invitations``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[bytes, Invitation]:
        return self._database.tables.bot_invitations

    def add(self, invitation: Invitation) -> None:
        self._rows[invitation.code_hash] = invitation

    def take(self, config_id: UUID, code_hash: bytes, now: datetime) -> Invitation | None:
        found = self._rows.get(code_hash)
        if found is None or found.config_id != config_id or not found.is_open(now):
            return None
        self._rows[code_hash] = found.used(now)
        return self._rows[code_hash]

    def forget(self, before: datetime) -> int:
        over = [key for key, one in self._rows.items() if one.expires_at < before]
        for key in over:
            del self._rows[key]
        return len(over)
