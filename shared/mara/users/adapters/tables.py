"""The table of users."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Table, Text, Uuid, text

from mara.kernel.principal import Role
from mara.platform.schema import TIMESTAMP, enumerated, metadata, one_of
from mara.users.model import Locale

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("role", enumerated(Role), nullable=False, server_default=text("'user'")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("full_name", Text),
    Column("company", Text),
    Column("locale", enumerated(Locale), nullable=False, server_default=text("'en'")),
    Column("time_zone", Text, nullable=False, server_default=text("'UTC'")),
    Column("telegram_chat_id", BigInteger),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("email_verified_at", TIMESTAMP),
    CheckConstraint("email = lower(email)", name="email"),
    one_of("role", Role),
    one_of("locale", Locale),
    Index("users_email", "email", unique=True),
)
