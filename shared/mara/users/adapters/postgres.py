"""Users in PostgreSQL."""

from uuid import UUID

from psycopg import errors
from sqlalchemy import bindparam, func, insert, select, update

from mara.kernel.page import PageRequest
from mara.kernel.principal import Role
from mara.platform.sql import (
    Row,
    bound,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    take,
    values_of,
)
from mara.platform.sql_lists import SortedList, containing, contains_if_given
from mara.users.adapters.tables import users
from mara.users.errors import EmailTaken, UserNotFound
from mara.users.model import Profile, User, UserFilter

INSERT = insert(users).values(bound(users.c))
GET = select(users).where(users.c.id == bindparam("id"))
LOCK = GET.with_for_update()
HOLD = (
    select(users.c.id)
    .where(users.c.id == bindparam("id"))
    .with_for_update(read=True, key_share=True)
)
FIND = select(users).where(users.c.email == bindparam("email"))
UPDATE = (
    update(users)
    .where(users.c.id == bindparam("id"))
    .values(bound(c for c in users.c if c not in {users.c.id, users.c.email, users.c.created_at}))
)
LIST = SortedList.of(
    select(users).where(
        equals_if_given(users.c.role, "role"),
        equals_if_given(users.c.active, "active"),
        contains_if_given(
            func.concat_ws(" ", users.c.email, users.c.full_name, users.c.company), "like"
        ),
    ),
    users.c.id,
    {"email": users.c.email, "updated_at": users.c.updated_at},
)
LOCK_SUPERUSERS = (
    select(users.c.id)
    .where(users.c.role == constant(Role.SUPERUSER), users.c.active)
    .order_by(users.c.id)
    .with_for_update()
)


class PostgresUsers:
    """Implements ``Users``."""

    def add(self, user: User) -> None:
        """Insert ``user``. Raises EmailTaken."""
        try:
            execute(INSERT, **_values(user))
        except errors.UniqueViolation:
            raise EmailTaken("Log in, or register with another e-mail.") from None

    def get(self, user_id: UUID) -> User:
        """Return the user. Raises UserNotFound."""
        return _user(fetch_one(GET, id=user_id))

    def lock(self, user_id: UUID) -> User:
        """Return the user, locked until the transaction ends. Raises UserNotFound."""
        return _user(fetch_one(LOCK, id=user_id))

    def hold(self, user_id: UUID) -> None:
        """Keep the user from being locked until the transaction ends. Raises UserNotFound."""
        if fetch_one(HOLD, id=user_id) is None:
            raise UserNotFound("Check the id.")

    def find_by_email(self, email: str) -> User | None:
        """Return the user with this e-mail address, None if there is none."""
        row = fetch_one(FIND, email=email)
        return _user(row) if row else None

    def save(self, user: User) -> None:
        """Update all columns that may change."""
        execute(UPDATE, **_values(user))

    def list(self, wanted: UserFilter, page: PageRequest) -> list[User]:
        """Return a page of matching users, and one more if there is a next page."""
        return [_user(row) for row in LIST.fetch(page, **_filters(wanted))]

    def count(self, wanted: UserFilter) -> int:
        """Return the number of matching users."""
        return LIST.total(**_filters(wanted))

    def lock_active_superusers(self) -> set[UUID]:
        """Return the ids of all active superusers, locked until the transaction ends."""
        return {row["id"] for row in fetch_all(LOCK_SUPERUSERS)}


def _filters(wanted: UserFilter) -> Row:
    like = containing(wanted.search or None)
    return {"role": wanted.role, "active": wanted.active, "like": like}


def _user(row: Row | None) -> User:
    if row is None:
        raise UserNotFound("Check the id.")
    return User(profile=take(Profile, row), **row)


def _values(user: User) -> Row:
    return {**values_of(user), **values_of(user.profile)}
