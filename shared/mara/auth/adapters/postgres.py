"""Credentials and API keys in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from mara.auth.adapters.tables import api_keys, credentials
from mara.auth.errors import InvalidCredentials
from mara.auth.model import USE_RECORDED_EVERY, AccessStatus, ApiKey, Credential
from mara.kernel.page import PageRequest
from mara.platform.sql import (
    bound,
    execute,
    fetch_one,
    take,
    values_of,
)
from mara.platform.sql_lists import SortedList
from mara.users.adapters.tables import users

_credential = select(credentials.c.owner_id, credentials.c.password_hash)
FIND_CREDENTIAL = _credential.join(users).where(users.c.email == bindparam("email"))
GET_CREDENTIAL = _credential.where(credentials.c.owner_id == bindparam("owner_id"))
# The account is locked first, as everywhere: locks in another order could deadlock.
HOLD_CREDENTIAL = (
    select(users.c.id)
    .select_from(users.join(credentials))
    .where(
        users.c.id == bindparam("owner_id"),
        users.c.active,
        credentials.c.password_hash == bindparam("password_hash"),
    )
    .with_for_update(read=True)
)
REPLACE_CREDENTIAL = (
    update(credentials)
    .where(
        credentials.c.owner_id == bindparam("of_owner"),
        credentials.c.password_hash == bindparam("old_hash"),
    )
    .values(bound((credentials.c.password_hash, credentials.c.changed_at)))
)
_credential_insert = postgresql.insert(credentials).values(bound(credentials.c))
SAVE_CREDENTIAL = _credential_insert.on_conflict_do_update(
    index_elements=[credentials.c.owner_id],
    set_={
        column.name: _credential_insert.excluded[column.name]
        for column in (credentials.c.password_hash, credentials.c.changed_at)
    },
)

ADD_KEY = insert(api_keys).values(bound(api_keys.c))
# No index by name: a user has at most 50 keys.
LIST_KEYS = SortedList.of(
    select(api_keys).where(api_keys.c.owner_id == bindparam("owner_id")),
    api_keys.c.id,
    {"name": api_keys.c.name},
)
DELETE_KEY = delete(api_keys).where(
    api_keys.c.owner_id == bindparam("owner_id"), api_keys.c.id == bindparam("id")
)
FIND_KEY = (
    select(
        api_keys,
        users.c.role,
        and_(
            users.c.active,
            or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("at")),
        ).label("valid"),
    )
    .select_from(api_keys.join(users))
    .where(api_keys.c.hash == bindparam("hash"))
)
RECORD_USE = (
    update(api_keys)
    .where(
        api_keys.c.id == bindparam("id"),
        or_(
            api_keys.c.last_used_at.is_(None),
            api_keys.c.last_used_at < bindparam("recorded_before"),
        ),
    )
    .values(bound([api_keys.c.last_used_at]))
)


class PostgresCredentials:
    """Implements ``Credentials``."""

    def find(self, email: str) -> Credential | None:
        """Return the credential of the account with this e-mail address, None if there is none."""
        row = fetch_one(FIND_CREDENTIAL, email=email)
        return Credential(**row) if row else None

    def get(self, owner_id: UUID) -> Credential:
        """Return the user's credential. Raises InvalidCredentials if there is none."""
        row = fetch_one(GET_CREDENTIAL, owner_id=owner_id)
        if row is None:
            raise InvalidCredentials("The account has no password.")
        return Credential(**row)

    def save(self, credential: Credential, at: datetime) -> None:
        """Insert or replace the credential."""
        execute(SAVE_CREDENTIAL, **values_of(credential), changed_at=at)

    def hold(self, credential: Credential) -> bool:
        """Lock the credential and its account; False if one of them changed."""
        return fetch_one(HOLD_CREDENTIAL, **values_of(credential)) is not None

    def replace(self, old: Credential, new: Credential, at: datetime) -> bool:
        """Update the credential if it is still ``old``; each hash has a salt of its own."""
        compared = {"of_owner": old.owner_id, "old_hash": old.password_hash}
        changed = {"password_hash": new.password_hash, "changed_at": at}
        return execute(REPLACE_CREDENTIAL, **compared, **changed) == 1


class PostgresApiKeys:
    """Implements ``ApiKeys``."""

    def add(self, key: ApiKey) -> None:
        """Insert a key."""
        execute(ADD_KEY, **values_of(key))

    def list(self, owner_id: UUID, page: PageRequest) -> list[ApiKey]:
        """Return a page of the user's keys, and one more if there is another."""
        return [ApiKey(**row) for row in LIST_KEYS.fetch(page, owner_id=owner_id)]

    def count(self, owner_id: UUID) -> int:
        """Return the number of the user's keys."""
        return LIST_KEYS.total(owner_id=owner_id)

    def delete(self, owner_id: UUID, key_id: UUID) -> bool:
        """Delete the key; return whether it existed."""
        return execute(DELETE_KEY, owner_id=owner_id, id=key_id) == 1

    def use(self, key_hash: bytes, at: datetime) -> tuple[ApiKey, AccessStatus] | None:
        """Return the key and its status, None if it is unknown; record the use once a minute."""
        row = fetch_one(FIND_KEY, hash=key_hash, at=at)
        if row is None:
            return None
        key = take(ApiKey, row)
        execute(RECORD_USE, id=key.id, last_used_at=at, recorded_before=at - USE_RECORDED_EVERY)
        return key, AccessStatus(key.owner_id, **row)
