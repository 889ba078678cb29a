"""The tables of the platform: outbox, idempotency keys, rate limits, leases."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, Table, Text, Uuid, text

from mara.platform.schema import TIMESTAMP, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False, server_default=text("clock_timestamp()")),
    Column("left_to_relay", Boolean, nullable=False, server_default=text("false")),
    Index("outbox_created", "created_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner_id", Uuid, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("claimed_until", TIMESTAMP, nullable=False),
    Column("effect_committed", Boolean, nullable=False, server_default=text("false")),
    Column("response", LargeBinary),
    Column("created_at", TIMESTAMP, nullable=False),
    Index("idempotency_keys_age", "created_at"),
)

# Unlogged: after a crash every limit starts afresh, which harms no client.
rate_limits = Table(
    "rate_limits",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("empty_at", TIMESTAMP, nullable=False),
    prefixes=["UNLOGGED"],
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Uuid, nullable=False),
    Column("held_until", TIMESTAMP, nullable=False),
)
