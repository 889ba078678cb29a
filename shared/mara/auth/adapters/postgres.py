"""Credentials, sessions and API keys in PostgreSQL."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from mara.auth.adapters.tables import api_keys, credentials, refresh_tokens, sessions
from mara.auth.errors import InvalidCredentials
from mara.auth.model import AccessStatus, ApiKey, Credential, RefreshToken
from mara.platform.sql import bound, execute, fetch_all, fetch_one, take, values_of
from mara.users.adapters.tables import users

USE_RECORDED_EVERY = timedelta(minutes=1)

_credential = select(credentials.c.owner_id, credentials.c.password_hash)
FIND_CREDENTIAL = _credential.join(users).where(users.c.email == bindparam("email"))
GET_CREDENTIAL = _credential.where(credentials.c.owner_id == bindparam("owner_id"))
_credential_insert = postgresql.insert(credentials).values(bound(credentials.c))
SAVE_CREDENTIAL = _credential_insert.on_conflict_do_update(
    index_elements=[credentials.c.owner_id],
    set_={
        column.name: _credential_insert.excluded[column.name]
        for column in (credentials.c.password_hash, credentials.c.changed_at)
    },
)

OPEN = insert(sessions).values(bound((sessions.c.id, sessions.c.owner_id, sessions.c.created_at)))
_revoke = (
    update(sessions)
    .where(sessions.c.revoked_at.is_(None))
    .values(bound((sessions.c.revoked_at, sessions.c.revoked_because)))
)
REVOKE = _revoke.where(sessions.c.id == bindparam("id"))
REVOKE_ALL = _revoke.where(
    sessions.c.owner_id == bindparam("owner_id"),
    sessions.c.id.is_distinct_from(bindparam("spare")),
)
GET_STATUS = (
    select(
        users.c.id.label("user_id"),
        users.c.role,
        and_(users.c.active, sessions.c.revoked_at.is_(None)).label("valid"),
    )
    .select_from(sessions.join(users))
    .where(sessions.c.id == bindparam("id"))
)

ADD_TOKEN = insert(refresh_tokens).values(bound(refresh_tokens.c))
FIND_TOKEN = select(refresh_tokens).where(refresh_tokens.c.hash == bindparam("hash"))
CONSUME = (
    update(refresh_tokens)
    .where(refresh_tokens.c.hash == bindparam("hash"), refresh_tokens.c.spent_at.is_(None))
    .values(bound([refresh_tokens.c.spent_at]))
    .returning(refresh_tokens)
)

ADD_KEY = insert(api_keys).values(bound(api_keys.c))
LIST_KEYS = (
    select(api_keys)
    .where(api_keys.c.owner_id == bindparam("owner_id"))
    .order_by(api_keys.c.id.desc())
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


class PostgresSessions:
    """Implements ``Sessions``."""

    def open(self, session_id: UUID, owner_id: UUID, at: datetime) -> None:
        """Insert a session."""
        execute(OPEN, id=session_id, owner_id=owner_id, created_at=at)

    def revoke(self, session_id: UUID, at: datetime, because: str) -> None:
        """Revoke the session unless it is revoked already."""
        execute(REVOKE, id=session_id, revoked_at=at, revoked_because=because)

    def revoke_all(
        self, owner_id: UUID, at: datetime, because: str, *, spare: UUID | None = None
    ) -> None:
        """Revoke every session of the user except ``spare``."""
        revoked = {"revoked_at": at, "revoked_because": because}
        execute(REVOKE_ALL, owner_id=owner_id, spare=spare, **revoked)

    def get_status(self, session_id: UUID) -> AccessStatus | None:
        """Return the session's current state and its owner's role, None if it is unknown."""
        row = fetch_one(GET_STATUS, id=session_id)
        return AccessStatus(**row) if row else None

    def add_token(self, token: RefreshToken) -> None:
        """Insert a refresh token."""
        execute(ADD_TOKEN, **values_of(token))

    def consume(self, token_hash: bytes, at: datetime) -> RefreshToken | None:
        """Set ``spent_at`` and return the token, None if it is unknown or consumed already."""
        row = fetch_one(CONSUME, hash=token_hash, spent_at=at)
        return RefreshToken(**row) if row else None

    def find_token(self, token_hash: bytes) -> RefreshToken | None:
        """Return the refresh token, None if it is unknown."""
        row = fetch_one(FIND_TOKEN, hash=token_hash)
        return RefreshToken(**row) if row else None


class PostgresApiKeys:
    """Implements ``ApiKeys``."""

    def add(self, key: ApiKey) -> None:
        """Insert a key."""
        execute(ADD_KEY, **values_of(key))

    def list(self, owner_id: UUID) -> list[ApiKey]:
        """Return the user's keys, from new to old."""
        return [ApiKey(**row) for row in fetch_all(LIST_KEYS, owner_id=owner_id)]

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
