"""The tables of the audit. Triggers refuse every change but the entry into the chain.

No foreign key leads to users: rows outlive the account, and a key would lock the user's row.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from mara.audit.model.deed import AuditAction
from mara.platform.schema import JSON, TIMESTAMP, check, enumerated, metadata

# `position`, `previous` and `hash` are NULL until the schedule has added the row to the chain.
audit_rows = Table(
    "audit_rows",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at", TIMESTAMP, nullable=False),
    Column("actor_id", Uuid),
    Column("action", enumerated(AuditAction), nullable=False),
    Column("owner_id", Uuid),
    Column("object_kind", Text),
    Column("object_id", Uuid),
    Column("detail_mac", LargeBinary),
    Column("position", BigInteger),
    Column("previous", LargeBinary),
    Column("hash", LargeBinary),
    UniqueConstraint("position", name="audit_rows_position"),
    CheckConstraint("position >= 1", name="position"),
    check("num_nulls(position, previous, hash) IN (0, 3)", name="audit_rows_chained"),
    Index("audit_rows_unchained", "id", postgresql_where=text("position IS NULL")),
    Index("audit_rows_owner", "owner_id", "id"),
    Index("audit_rows_actor", "actor_id", "id"),
    Index("audit_rows_action", "action", "id"),
    Index("audit_rows_at", "at"),
)

# Deleted where a user is erased; a trigger refuses it for any other.
audit_details = Table(
    "audit_details",
    metadata,
    Column("entry_id", Uuid, ForeignKey("audit_rows.id"), primary_key=True),
    Column("owner_id", Uuid),
    Column("salt", LargeBinary, nullable=False),
    Column("content", JSON, nullable=False),
    Index("audit_details_owner", "owner_id"),
)
