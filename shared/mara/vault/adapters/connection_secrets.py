"""The repository of connection secrets in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from mara.platform import wrapped_columns
from mara.platform.sql import Row, bound, execute, fetch_all, fetch_one
from mara.vault.adapters.tables import connection_secrets
from mara.vault.model import ConnectionSecret

_ID = connection_secrets.c.id == bindparam("id")

ADD = insert(connection_secrets).values(bound(connection_secrets.c))
GET = select(connection_secrets).where(_ID)
DELETE = delete(connection_secrets).where(_ID)
LIST_TO_REWRAP = wrapped_columns.list_to_rewrap(connection_secrets, "content")
UPDATE_WRAPPED_KEY = wrapped_columns.update_wrapped_key(connection_secrets, "content")


class PostgresConnectionSecrets:
    """Implements ConnectionSecrets."""

    def add(self, secret: ConnectionSecret) -> None:
        """Insert the secret."""
        execute(ADD, **_values(secret))

    def get(self, secret_id: UUID) -> ConnectionSecret | None:
        """Return the secret, or None where the scope has none."""
        row = fetch_one(GET, id=secret_id)
        return _secret(row) if row else None

    def delete(self, secret_id: UUID) -> bool:
        """Delete the secret; False where the scope has none."""
        return execute(DELETE, id=secret_id) == 1

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[ConnectionSecret]:
        """A page of secrets wrapped by another key or before a time, ordered by id."""
        rows = fetch_all(LIST_TO_REWRAP, key_id=key_id, before=before, after=after, limit=limit)
        return [_secret(row) for row in rows]

    def update_wrapped_key(self, rewrapped: ConnectionSecret, before: ConnectionSecret) -> bool:
        """Store the new wrapped key; False where it changed since ``before`` was read."""
        wrapped_before = before.encrypted.key.content
        return execute(UPDATE_WRAPPED_KEY, **_values(rewrapped), wrapped_before=wrapped_before) == 1


def _secret(row: Row) -> ConnectionSecret:
    encrypted = wrapped_columns.load("content", row)
    times = (row["created_at"], row["wrapped_at"])
    return ConnectionSecret(row["id"], row["owner_id"], encrypted, *times)


def _values(secret: ConnectionSecret) -> Row:
    return {
        "id": secret.id,
        "owner_id": secret.owner_id,
        **wrapped_columns.dump("content", secret.encrypted),
        "created_at": secret.created_at,
        "wrapped_at": secret.wrapped_at,
    }
