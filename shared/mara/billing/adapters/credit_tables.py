"""The table of credits by hand; a trigger refuses changes of its rows."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid

from mara.platform.schema import TIMESTAMP, metadata

# `reverses` is the credit that is taken back. Balances follow from the ledger alone.
credits_by_hand = Table(
    "credits",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor_id", Uuid, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("reverses", Uuid, ForeignKey("credits.id")),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("reason <> ''", name="reason"),
    Index("credits_owner", "owner_id", "id"),
    Index("credits_reverses", "reverses"),
    Index("credits_created", "created_at"),
)
