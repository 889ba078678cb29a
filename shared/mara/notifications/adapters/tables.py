"""The table of changes, which triggers of other tables fill (migration ``changes``)."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.types import UserDefinedType

from mara.notifications.model import ChangeKind
from mara.platform.schema import TIMESTAMP, TransactionId, enumerated, metadata, one_of


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
