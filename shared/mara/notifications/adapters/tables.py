"""The tables of changes, which triggers of other tables fill, of notices and of webhooks."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.types import UserDefinedType

from mara.notifications.model import ChangeKind
from mara.notifications.model.notices import Channel, NoticeKind
from mara.notifications.model.webhook_events import EventType
from mara.notifications.model.webhooks import DeliveryFailure, DeliveryState, OffReason
from mara.platform.schema import (
    JSON,
    TIMESTAMP,
    Converted,
    TransactionId,
    enumerated,
    metadata,
    one_of,
)


def _events(names: Iterable[str]) -> frozenset[EventType]:
    return frozenset(EventType(name) for name in names)


class Snapshot(UserDefinedType[Any]):
    """Which transactions are visible at a moment: ``pg_snapshot`` of PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the type in DDL."""
        return "pg_snapshot"


changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", enumerated(ChangeKind), nullable=False),
    Column("object_id", Uuid, nullable=False),
    Column("parent", Text),
    Column("state", Text, nullable=False),
    Column("xid", TransactionId, nullable=False, server_default=text("pg_current_xact_id()")),
    Column("at", TIMESTAMP, nullable=False, server_default=text("clock_timestamp()")),
    one_of("kind", ChangeKind),
    Index("changes_owner", "owner_id", "xid"),
    Index("changes_at", "at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("events", Converted(ARRAY(Text), load=_events, dump=sorted)),
    Column("secret_id", Uuid, ForeignKey("connection_secrets.id"), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("previous_secret_id", Uuid, ForeignKey("connection_secrets.id", ondelete="SET NULL")),
    Column("previous_until", TIMESTAMP),
    Column("off_because", enumerated(OffReason)),
    Column("failing_since", TIMESTAMP),
    Column("failures", Integer, nullable=False),
    one_of("off_because", OffReason),
    Index("webhooks_owner", "owner_id", "id"),
)

# A trigger sets `letter_id` of a delivery that failed.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("webhook_id", Uuid, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("next_at", TIMESTAMP),
    Column("state", enumerated(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_attempt_at", TIMESTAMP),
    Column("last_status", Integer),
    Column("last_failure", enumerated(DeliveryFailure)),
    Column("correlation_id", Text),
    Column("letter_id", Uuid),
    UniqueConstraint("webhook_id", "event_id"),
    one_of("state", DeliveryState),
    one_of("last_failure", DeliveryFailure),
    Index("webhook_deliveries_list", "webhook_id", "id"),
    Index(
        "webhook_deliveries_due",
        "webhook_id",
        "next_at",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("webhook_deliveries_oldest", "next_at", postgresql_where=text("state = 'waiting'")),
    Index("webhook_deliveries_age", "created_at"),
    Index(
        "webhook_deliveries_letters", "letter_id", postgresql_where=text("letter_id IS NOT NULL")
    ),
    Index("webhook_deliveries_of_owner", "owner_id", "id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", enumerated(NoticeKind), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("data", JSON, nullable=False),
    Column("in_api", Boolean, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("read_at", TIMESTAMP),
    UniqueConstraint("owner_id", "event_id"),
    one_of("kind", NoticeKind),
    Index("notices_list", "owner_id", "unread", "id"),
    Index("notices_age", "created_at"),
)

# Only what is refused has a row: a kind that is added later is wanted.
notice_refusals = Table(
    "notice_refusals",
    metadata,
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", enumerated(NoticeKind), primary_key=True),
    Column("channel", enumerated(Channel), primary_key=True),
    one_of("kind", NoticeKind),
    one_of("channel", Channel),
)
