"""People who may ask bots, and invitations, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.kernel.page import PageRequest
from mara.platform.sql import bound, constant, execute, fetch_one, values_of
from mara.platform.sql_lists import SortedList
from mara.telegram.adapters.tables import bot_invitations, bot_people
from mara.telegram.model.person import BotPerson, Invitation

_people, _codes = bot_people.c, bot_invitations.c
_of_bot = (
    _people.owner_id == bindparam("owner_id"),
    _people.config_id == bindparam("config_id"),
)
_key = (*_of_bot, _people.telegram_id == bindparam("telegram_id"))

GET = select(bot_people).where(*_key)
FIND = select(bot_people).where(
    _people.config_id == bindparam("config_id"), _people.telegram_id == bindparam("telegram_id")
)
FIND_ACCOUNT = select(bot_people).where(
    _people.owner_id == bindparam("owner_id"), _people.kind == constant("account")
)
LIST = SortedList.of(select(bot_people).where(*_of_bot), _people.id, {})
ADD = (
    insert(bot_people)
    .values(bound(_people))
    .on_conflict_do_update(
        index_elements=["config_id", "telegram_id"],
        set_={
            **bound((_people.name, _people.linked_at)),
            "kind": case(
                (_people.kind == constant("owner"), _people.kind),
                else_=bindparam("kind", type_=_people.kind.type),
            ),
        },
    )
)
REMOVE = delete(bot_people).where(*_key)
INVITE = insert(bot_invitations).values(bound(_codes))
TAKE = (
    update(bot_invitations)
    .where(
        _codes.code_hash == bindparam("code_hash"),
        _codes.config_id == bindparam("config_id"),
        _codes.used_at.is_(None),
        _codes.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
    .returning(*_codes)
)
FORGET = delete(bot_invitations).where(_codes.expires_at < bindparam("before"))


class PostgresBotPeople:
    """Implements ``BotPeople``."""

    def get(self, owner_id: UUID, config_id: UUID, telegram_id: int) -> BotPerson | None:
        """Return the person, or None where the account is not linked."""
        row = fetch_one(GET, owner_id=owner_id, config_id=config_id, telegram_id=telegram_id)
        return BotPerson(**row) if row else None

    def find(self, config_id: UUID, telegram_id: int) -> BotPerson | None:
        """Return the person, whosever it is; None without one."""
        row = fetch_one(FIND, config_id=config_id, telegram_id=telegram_id)
        return BotPerson(**row) if row else None

    def find_account(self, owner_id: UUID) -> BotPerson | None:
        """Return the Telegram account that is linked to the user; None without one."""
        row = fetch_one(FIND_ACCOUNT, owner_id=owner_id)
        return BotPerson(**row) if row else None

    def list(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotPerson]:
        """Return a page of people, and one more if there are more."""
        rows = LIST.fetch(page, owner_id=owner_id, config_id=config_id)
        return [BotPerson(**row) for row in rows]

    def count(self, owner_id: UUID, config_id: UUID) -> int:
        """Return how many people may ask the bot."""
        return LIST.total(owner_id=owner_id, config_id=config_id)

    def add(self, person: BotPerson) -> None:
        """Insert the person, or replace what is known of it; the owner's account stays so."""
        execute(ADD, **values_of(person))

    def remove(self, owner_id: UUID, config_id: UUID, telegram_id: int) -> bool:
        """Remove the person; False where the account was not linked."""
        key = {"owner_id": owner_id, "config_id": config_id, "telegram_id": telegram_id}
        return execute(REMOVE, **key) == 1


class PostgresInvitations:
    """Implements ``Invitations``."""

    def add(self, invitation: Invitation) -> None:
        """Insert an invitation."""
        execute(INVITE, **values_of(invitation))

    def take(self, config_id: UUID, code_hash: bytes, now: datetime) -> Invitation | None:
        """Use the code of a bot; None where it is unknown, over, or was used."""
        row = fetch_one(TAKE, config_id=config_id, code_hash=code_hash, now=now)
        return Invitation(**row) if row else None

    def forget(self, before: datetime) -> int:
        """Delete invitations that ended before a time; their number."""
        return execute(FORGET, before=before)
