"""The tables of credentials, sessions, refresh tokens, API keys, failed logins and mails."""

from collections.abc import Iterable

from sqlalchemy import (
    ARRAY,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from mara.auth.model import Scope
from mara.auth.model.mail import MailKind
from mara.platform.schema import TIMESTAMP, Converted, enumerated, metadata, one_of


def _scopes(names: Iterable[str]) -> frozenset[Scope]:
    return frozenset(Scope(name) for name in names)


credentials = Table(
    "credentials",
    metadata,
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("revoked_at", TIMESTAMP),
    Column("revoked_because", Text),
    Column("address", Text, nullable=False, server_default=text("''")),
    Column("user_agent", Text, nullable=False, server_default=text("''")),
    Column("last_used_at", TIMESTAMP),
    Index("sessions_owner", "owner_id", postgresql_where=text("revoked_at IS NULL")),
    Index("sessions_of_owner", "owner_id", "id"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("issued_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP, nullable=False),
    Column("spent_at", TIMESTAMP),
    Index("refresh_tokens_session", "session_id"),
    Index("refresh_tokens_expiry", "expires_at"),
    Index("refresh_tokens_of_owner", "owner_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scopes", Converted(ARRAY(Text), load=_scopes, dump=sorted), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP),
    Column("last_used_at", TIMESTAMP),
    UniqueConstraint("hash"),
    Index("api_keys_owner", "owner_id", "id"),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", TIMESTAMP),
    Column("last_failed_at", TIMESTAMP, nullable=False),
    Column("account", Text),
    Column("network", Text),
    Index("login_failures_account", "account", postgresql_where=text("account IS NOT NULL")),
)

account_mails = Table(
    "account_mails",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", enumerated(MailKind), nullable=False),
    Column("token_hash", LargeBinary),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP),
    Column("sent_at", TIMESTAMP),
    Column("spent_at", TIMESTAMP),
    UniqueConstraint("token_hash"),
    one_of("kind", MailKind),
    Index("account_mails_owner", "owner_id", "kind", "created_at"),
    Index("account_mails_unsent", "created_at", postgresql_where=text("sent_at IS NULL")),
)
