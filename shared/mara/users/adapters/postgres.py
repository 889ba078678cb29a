"""Users in PostgreSQL."""

from uuid import UUID

from psycopg import errors
from sqlalchemy import BindParameter, Text, bindparam, func, insert, or_, select, update

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
    page_parameters,
    paged,
    take,
    values_of,
)
from mara.users.adapters.tables import users
from mara.users.errors import EmailTaken, UserNotFound
from mara.users.model import Profile, User, UserFilter

_searched: BindParameter[str] = bindparam("like", type_=Text)

INSERT = insert(users).values(bound(users.c))
GET = select(users).where(users.c.id == bindparam("id"))
LOCK = GET.with_for_update()
FIND = select(users).where(users.c.email == bindparam("email"))
UPDATE = (
    update(users)
    .where(users.c.id == bindparam("id"))
    .values(bound(c for c in users.c if c not in {users.c.id, users.c.email, users.c.created_at}))
)
LIST = paged(select(users), users.c.id).where(
    equals_if_given(users.c.role, "role"),
    equals_if_given(users.c.active, "active"),
    or_(
        _searched.is_(None),
        func.concat_ws(" ", users.c.email, users.c.full_name, users.c.company).ilike(_searched),
    ),
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

    def find_by_email(self, email: str) -> User | None:
        """Return the user with this e-mail address, None if there is none."""
        row = fetch_one(FIND, email=email)
        return _user(row) if row else None

    def save(self, user: User) -> None:
        """Update all columns that may change."""
        execute(UPDATE, **_values(user))

    def list(self, wanted: UserFilter, page: PageRequest) -> list[User]:
        """Return a page of matching users, newest first, and one more if there is a next page."""
        like = _contains(wanted.search) if wanted.search else None
        filters = {"role": wanted.role, "active": wanted.active, "like": like}
        return [_user(row) for row in fetch_all(LIST, **filters, **page_parameters(page))]

    def lock_active_superusers(self) -> set[UUID]:
        """Return the ids of all active superusers, locked until the transaction ends."""
        return {row["id"] for row in fetch_all(LOCK_SUPERUSERS)}


def _contains(text: str) -> str:
    """Return a LIKE pattern in which ``text`` has no special characters."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _user(row: Row | None) -> User:
    if row is None:
        raise UserNotFound("Check the id.")
    return User(profile=take(Profile, row), **row)


def _values(user: User) -> Row:
    return {**values_of(user), **values_of(user.profile)}
