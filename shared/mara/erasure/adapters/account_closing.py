"""Takes the personal data out of an account in PostgreSQL."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, null, update

from mara.auth.adapters.tables import api_keys, login_failures
from mara.auth.model.devices import account_key
from mara.erasure.adapters.tables import COUNT_WITH_MONEY, erased_accounts
from mara.kernel.principal import Role
from mara.platform.database import connection
from mara.platform.sql import bound, constant, execute
from mara.users.adapters.tables import users
from mara.users.model import ERASED_DOMAIN, User

MARK = insert(erased_accounts).values(bound(erased_accounts.c))
EMPTY = (
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values(
        email=bindparam("email"),
        role=constant(Role.USER),
        active=False,
        full_name=null(),
        company=null(),
        locale=constant("en"),
        time_zone=constant("UTC"),
        telegram_chat_id=null(),
        email_verified_at=null(),
        updated_at=bindparam("at"),
    )
)
DELETE_KEYS = delete(api_keys).where(api_keys.c.owner_id == bindparam("user_id"))
DELETE_FAILURES = delete(login_failures).where(login_failures.c.account == bindparam("account"))


class PostgresAccountClosing:
    """Implements ``AccountClosing``."""

    def close(self, user: User, at: datetime) -> int:
        """Empty the row, delete keys and counts of failed logins, and mark the account."""
        execute(MARK, user_id=user.id, erased_at=at)
        keys = execute(DELETE_KEYS, user_id=user.id)
        execute(DELETE_FAILURES, account=account_key(user.email))
        # The address is unique, and frees the former one.
        execute(EMPTY, user_id=user.id, email=f"{user.id}{ERASED_DOMAIN}", at=at)
        return keys

    def with_money(self) -> int:
        """Return how many erased accounts have money."""
        ((count,),) = connection().execute(COUNT_WITH_MONEY).fetchall()
        return int(count)
