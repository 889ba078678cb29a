"""Credentials, sessions, keys and failed logins kept in PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mara.auth.errors import InvalidCredentials
from mara.auth.model import (
    ApiKey,
    Credential,
    RefreshToken,
    Scope,
    Standing,
    lock_after,
)
from mara.kernel.principal import Role
from mara.platform.database import connection

FAILURES_FORGOTTEN_AFTER = timedelta(hours=24)
USE_NOTED_EVERY = timedelta(minutes=1)

FIND_CREDENTIAL = """
    SELECT c.owner_id, c.password_hash FROM credentials c JOIN users u ON u.id = c.owner_id
    WHERE u.email = %s
"""
GET_CREDENTIAL = "SELECT owner_id, password_hash FROM credentials WHERE owner_id = %s"
SAVE_CREDENTIAL = """
    INSERT INTO credentials (owner_id, password_hash, changed_at) VALUES (%s, %s, %s)
    ON CONFLICT (owner_id) DO UPDATE
        SET password_hash = excluded.password_hash, changed_at = excluded.changed_at
"""

OPEN = "INSERT INTO sessions (id, owner_id, created_at) VALUES (%s, %s, %s)"
REVOKE = """
    UPDATE sessions SET revoked_at = %s, revoked_because = %s WHERE id = %s AND revoked_at IS NULL
"""
REVOKE_ALL = """
    UPDATE sessions SET revoked_at = %s, revoked_because = %s
    WHERE owner_id = %s AND id IS DISTINCT FROM %s AND revoked_at IS NULL
"""
STANDING = """
    SELECT u.id, u.role, u.active AND s.revoked_at IS NULL
    FROM sessions s JOIN users u ON u.id = s.owner_id WHERE s.id = %s
"""

TOKEN_COLUMNS = "hash, session_id, owner_id, issued_at, expires_at, spent_at"  # noqa: S105
ADD_TOKEN = f"INSERT INTO refresh_tokens ({TOKEN_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"
SPEND = f"""
    UPDATE refresh_tokens SET spent_at = %s WHERE hash = %s AND spent_at IS NULL
    RETURNING {TOKEN_COLUMNS}
"""
FIND_TOKEN = f"SELECT {TOKEN_COLUMNS} FROM refresh_tokens WHERE hash = %s"

KEY_COLUMNS = "id, owner_id, name, prefix, hash, scopes, created_at, expires_at, last_used_at"
ADD_KEY = f"INSERT INTO api_keys ({KEY_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
LIST_KEYS = f"SELECT {KEY_COLUMNS} FROM api_keys WHERE owner_id = %s ORDER BY id DESC"
DELETE_KEY = "DELETE FROM api_keys WHERE owner_id = %s AND id = %s"
FIND_KEY = """
    SELECT k.id, k.owner_id, k.name, k.prefix, k.hash, k.scopes, k.created_at, k.expires_at,
        k.last_used_at, u.role, u.active AND (k.expires_at IS NULL OR k.expires_at > %s)
    FROM api_keys k JOIN users u ON u.id = k.owner_id WHERE k.hash = %s
"""
NOTE_USE = """
    UPDATE api_keys SET last_used_at = %s WHERE id = %s AND coalesce(last_used_at < %s, true)
"""

# Nothing is returned while the subject is locked: such an attempt does not count.
COUNT_FAILURE = """
    INSERT INTO login_failures AS f (subject, failures, last_failed_at)
    VALUES (%(subject)s, 1, %(at)s)
    ON CONFLICT (subject) DO UPDATE SET
        failures = CASE WHEN f.last_failed_at < %(forgotten)s THEN 1 ELSE f.failures + 1 END,
        last_failed_at = %(at)s
        WHERE f.locked_until IS NULL OR f.locked_until <= %(at)s
    RETURNING failures
"""
LOCK = "UPDATE login_failures SET locked_until = %s WHERE subject = %s"
LOCKED_UNTIL = "SELECT locked_until FROM login_failures WHERE subject = %s"
UNDO = "UPDATE login_failures SET failures = failures - 1 WHERE subject = %s AND failures > 0"
FORGET = "DELETE FROM login_failures WHERE subject = %s"


class PostgresCredentials:
    def find(self, email: str) -> Credential | None:
        row = connection().execute(FIND_CREDENTIAL, (email,)).fetchone()
        return Credential(*row) if row else None

    def get(self, owner_id: UUID) -> Credential:
        row = connection().execute(GET_CREDENTIAL, (owner_id,)).fetchone()
        if row is None:
            raise InvalidCredentials("The account has no password.")
        return Credential(*row)

    def save(self, credential: Credential, at: datetime) -> None:
        values = (credential.owner_id, credential.password_hash, at)
        connection().execute(SAVE_CREDENTIAL, values)


class PostgresSessions:
    def open(self, session_id: UUID, owner_id: UUID, at: datetime) -> None:
        connection().execute(OPEN, (session_id, owner_id, at))

    def revoke(self, session_id: UUID, at: datetime, because: str) -> None:
        connection().execute(REVOKE, (at, because, session_id))

    def revoke_all(
        self, owner_id: UUID, at: datetime, because: str, *, spare: UUID | None = None
    ) -> None:
        connection().execute(REVOKE_ALL, (at, because, owner_id, spare))

    def standing(self, session_id: UUID) -> Standing | None:
        row = connection().execute(STANDING, (session_id,)).fetchone()
        return Standing(row[0], Role(row[1]), row[2]) if row else None

    def add_token(self, token: RefreshToken) -> None:
        values = (
            token.hash,
            token.session_id,
            token.owner_id,
            token.issued_at,
            token.expires_at,
            token.spent_at,
        )
        connection().execute(ADD_TOKEN, values)

    def spend(self, token_hash: bytes, at: datetime) -> RefreshToken | None:
        row = connection().execute(SPEND, (at, token_hash)).fetchone()
        return RefreshToken(*row) if row else None

    def find_token(self, token_hash: bytes) -> RefreshToken | None:
        row = connection().execute(FIND_TOKEN, (token_hash,)).fetchone()
        return RefreshToken(*row) if row else None


class PostgresApiKeys:
    def add(self, key: ApiKey) -> None:
        values = (
            key.id,
            key.owner_id,
            key.name,
            key.prefix,
            key.hash,
            sorted(key.scopes),
            key.created_at,
            key.expires_at,
            key.last_used_at,
        )
        connection().execute(ADD_KEY, values)

    def list(self, owner_id: UUID) -> list[ApiKey]:
        return [_api_key(row) for row in connection().execute(LIST_KEYS, (owner_id,))]

    def delete(self, owner_id: UUID, key_id: UUID) -> bool:
        return connection().execute(DELETE_KEY, (owner_id, key_id)).rowcount == 1

    def use(self, key_hash: bytes, at: datetime) -> tuple[ApiKey, Standing] | None:
        row = connection().execute(FIND_KEY, (at, key_hash)).fetchone()
        if row is None:
            return None
        *columns, role, valid = row
        key = _api_key(tuple(columns))
        connection().execute(NOTE_USE, (at, key.id, at - USE_NOTED_EVERY))
        return key, Standing(key.owner_id, Role(role), valid)


class PostgresLoginFailures:
    def count(self, subject: str, at: datetime, allowed: int) -> timedelta | None:
        forgotten = at - FAILURES_FORGOTTEN_AFTER
        values = {"subject": subject, "at": at, "forgotten": forgotten}
        row = connection().execute(COUNT_FAILURE, values).fetchone()
        if row is None:
            return self._time_left(subject, at)
        if lock := lock_after(row[0], allowed):
            connection().execute(LOCK, (at + lock, subject))
        return None

    def forget(self, subject: str) -> None:
        connection().execute(FORGET, (subject,))

    def undo(self, subject: str) -> None:
        connection().execute(UNDO, (subject,))

    def _time_left(self, subject: str, at: datetime) -> timedelta | None:
        row = connection().execute(LOCKED_UNTIL, (subject,)).fetchone()
        return row[0] - at if row and row[0] else None


def _api_key(row: tuple[Any, ...]) -> ApiKey:
    id_, owner_id, name, prefix, hash_, scopes, created_at, expires_at, last_used_at = row
    known = frozenset(Scope(scope) for scope in scopes)
    return ApiKey(id_, owner_id, name, prefix, hash_, known, created_at, expires_at, last_used_at)
