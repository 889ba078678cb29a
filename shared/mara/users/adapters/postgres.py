"""Users kept in PostgreSQL."""

from typing import Any
from uuid import UUID

from psycopg import errors

from mara.kernel.page import PageRequest
from mara.kernel.principal import Role
from mara.platform.database import connection
from mara.users.errors import EmailTaken, UserNotFound
from mara.users.model import Locale, Profile, User, UserFilter

COLUMNS = """id, email, role, active, full_name, company, locale, time_zone, telegram_chat_id,
    created_at, updated_at"""

INSERT = f"""
    INSERT INTO users ({COLUMNS}) VALUES (%(id)s, %(email)s, %(role)s, %(active)s, %(full_name)s,
        %(company)s, %(locale)s, %(time_zone)s, %(telegram_chat_id)s, %(created_at)s,
        %(updated_at)s)
"""
UPDATE = """
    UPDATE users SET role = %(role)s, active = %(active)s, full_name = %(full_name)s,
        company = %(company)s, locale = %(locale)s, time_zone = %(time_zone)s,
        telegram_chat_id = %(telegram_chat_id)s, updated_at = %(updated_at)s
    WHERE id = %(id)s
"""
GET = f"SELECT {COLUMNS} FROM users WHERE id = %s"
FIND = f"SELECT {COLUMNS} FROM users WHERE email = %s"
LIST = f"""
    SELECT {COLUMNS} FROM users
    WHERE (%(after)s::uuid IS NULL OR id < %(after)s)
      AND (%(role)s::text IS NULL OR role = %(role)s)
      AND (%(active)s::boolean IS NULL OR active = %(active)s)
      AND (%(like)s::text IS NULL OR concat_ws(' ', email, full_name, company) ILIKE %(like)s)
    ORDER BY id DESC LIMIT %(limit)s
"""
SUPERUSERS = "SELECT id FROM users WHERE role = 'superuser' AND active ORDER BY id FOR UPDATE"


class PostgresUsers:
    def add(self, user: User) -> None:
        try:
            connection().execute(INSERT, _parameters(user))
        except errors.UniqueViolation:
            raise EmailTaken("Log in, or register with another e-mail.") from None

    def get(self, user_id: UUID) -> User:
        return self._one(GET, user_id)

    def lock(self, user_id: UUID) -> User:
        return self._one(GET + " FOR UPDATE", user_id)

    def find_by_email(self, email: str) -> User | None:
        row = connection().execute(FIND, (email,)).fetchone()
        return _user(row) if row else None

    def save(self, user: User) -> None:
        connection().execute(UPDATE, _parameters(user))

    def list(self, wanted: UserFilter, page: PageRequest) -> list[User]:
        parameters = {
            "after": page.after,
            "role": wanted.role,
            "active": wanted.active,
            "like": _contains(wanted.search) if wanted.search else None,
            "limit": page.limit + 1,
        }
        return [_user(row) for row in connection().execute(LIST, parameters)]

    def lock_active_superusers(self) -> set[UUID]:
        return {row[0] for row in connection().execute(SUPERUSERS)}

    def _one(self, statement: str, user_id: UUID) -> User:
        row = connection().execute(statement, (user_id,)).fetchone()
        if row is None:
            raise UserNotFound("Check the id.")
        return _user(row)


def _contains(text: str) -> str:
    """A LIKE pattern in which the text stands for itself."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _user(row: tuple[Any, ...]) -> User:
    id_, email, role, active, full_name, company, locale, time_zone, chat, created, updated = row
    profile = Profile(full_name, company, Locale(locale), time_zone, chat)
    return User(id_, email, Role(role), active, profile, created, updated)


def _parameters(user: User) -> dict[str, object]:
    profile = user.profile
    return {
        "id": user.id,
        "email": user.email,
        "role": user.role,
        "active": user.active,
        "full_name": profile.full_name,
        "company": profile.company,
        "locale": profile.locale,
        "time_zone": profile.time_zone,
        "telegram_chat_id": profile.telegram_chat_id,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }
