"""Sessions and refresh tokens in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, insert, select, update

from mara.auth.adapters.tables import refresh_tokens, sessions
from mara.auth.model import USE_RECORDED_EVERY, AccessStatus, RefreshToken
from mara.auth.model.devices import Device, OpenSession
from mara.kernel.page import PageRequest
from mara.platform.sql import (
    bound,
    execute,
    fetch_all,
    fetch_one,
    take,
    values_of,
)
from mara.platform.sql_lists import SortedList
from mara.users.adapters.tables import users

_opened = (
    *(sessions.c.id, sessions.c.owner_id, sessions.c.created_at, sessions.c.last_used_at),
    *(sessions.c.address, sessions.c.user_agent),
)
OPEN = insert(sessions).values(bound(_opened))
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
        func.coalesce(sessions.c.last_used_at, sessions.c.created_at).label("last_used_at"),
    )
    .select_from(sessions.join(users))
    .where(sessions.c.id == bindparam("id"))
)
_used_at = func.coalesce(sessions.c.last_used_at, sessions.c.created_at)
LIST_SESSIONS = SortedList.of(
    select(
        sessions.c.id,
        sessions.c.created_at,
        _used_at.label("last_used_at"),
        sessions.c.address,
        sessions.c.user_agent,
    ).where(
        sessions.c.owner_id == bindparam("owner_id"),
        sessions.c.revoked_at.is_(None),
        # A session whose tokens have all expired cannot be used again.
        exists().where(
            refresh_tokens.c.session_id == sessions.c.id,
            refresh_tokens.c.expires_at > func.now(),
        ),
    ),
    sessions.c.id,
    {"last_used_at": _used_at},
)
ADDRESSES = (
    select(sessions.c.address)
    .where(
        sessions.c.owner_id == bindparam("owner_id"),
        sessions.c.revoked_at.is_(None),
        sessions.c.user_agent == bindparam("user_agent"),
    )
    .distinct()
)
END = _revoke.where(sessions.c.owner_id == bindparam("owner_id"), sessions.c.id == bindparam("id"))
RECORD_SESSION_USE = (
    update(sessions)
    .where(sessions.c.id == bindparam("id"), _used_at < bindparam("recorded_before"))
    .values(bound([sessions.c.last_used_at]))
)
RECORD_DEVICE = (
    update(sessions)
    .where(sessions.c.id == bindparam("id"))
    .values(bound((sessions.c.last_used_at, sessions.c.address, sessions.c.user_agent)))
)
HOLD_SESSION = (
    select(sessions.c.id)
    .select_from(users.join(sessions))
    .where(sessions.c.id == bindparam("id"), sessions.c.revoked_at.is_(None), users.c.active)
    .with_for_update(read=True)
)

ADD_TOKEN = insert(refresh_tokens).values(bound(refresh_tokens.c))
FIND_TOKEN = select(refresh_tokens).where(refresh_tokens.c.hash == bindparam("hash"))
CONSUME = (
    update(refresh_tokens)
    .where(refresh_tokens.c.hash == bindparam("hash"), refresh_tokens.c.spent_at.is_(None))
    .values(bound([refresh_tokens.c.spent_at]))
    .returning(refresh_tokens)
)


class PostgresSessions:
    """Implements ``Sessions``."""

    def open(
        self, session_id: UUID, owner_id: UUID, at: datetime, device: Device | None = None
    ) -> None:
        """Insert a session."""
        times = {"created_at": at, "last_used_at": at}
        execute(OPEN, id=session_id, owner_id=owner_id, **times, **values_of(device or Device()))

    def list(self, owner_id: UUID, page: PageRequest) -> list[OpenSession]:
        """Return a page of the valid sessions, and one more if there is another."""
        rows = LIST_SESSIONS.fetch(page, owner_id=owner_id)
        return [OpenSession(device=take(Device, row), **row) for row in rows]

    def count(self, owner_id: UUID) -> int:
        """Return the number of the user's valid sessions."""
        return LIST_SESSIONS.total(owner_id=owner_id)

    def addresses(self, owner_id: UUID, user_agent: str) -> Collection[str]:
        """Return the addresses of the user's sessions that are not revoked, of this User-Agent."""
        rows = fetch_all(ADDRESSES, owner_id=owner_id, user_agent=user_agent)
        return [row["address"] for row in rows]

    def end(self, owner_id: UUID, session_id: UUID, at: datetime, because: str) -> bool:
        """Revoke the session of this user; False if it was revoked before or is not theirs."""
        revoked = {"revoked_at": at, "revoked_because": because}
        return execute(END, owner_id=owner_id, id=session_id, **revoked) == 1

    def record_use(self, session_id: UUID, at: datetime, device: Device | None = None) -> None:
        """Update the time of use, at most once a minute, or with it the device."""
        if device is not None:
            execute(RECORD_DEVICE, id=session_id, last_used_at=at, **values_of(device))
            return
        recorded_before = at - USE_RECORDED_EVERY
        execute(RECORD_SESSION_USE, id=session_id, last_used_at=at, recorded_before=recorded_before)

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

    def hold(self, session_id: UUID) -> bool:
        """Lock the session and its account; False if the session is not valid."""
        return fetch_one(HOLD_SESSION, id=session_id) is not None

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
