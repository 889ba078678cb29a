"""The tables of the platform: outbox, idempotency keys, rate limits, leases, metrics, failures."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from mara.platform.schema import TIMESTAMP, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("queue", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False, server_default=text("clock_timestamp()")),
    Column("left_to_relay", Boolean, nullable=False, server_default=text("false")),
    # The id that the message had in SQS when it became a dead letter, where it is sent again.
    Column("redrive_of", Text),
    Column("correlation_id", Text),
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

# No index holds what a flush changes, and pages have room: the new version stays on its page.
metric_values = Table(
    "metric_values",
    metadata,
    Column("environment", Uuid, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    Column("flushed_at", TIMESTAMP, nullable=False),
    Column("folded_at", TIMESTAMP),
    Index("metric_values_counted", "series", postgresql_where=text("folded_at IS NULL")),
    Index("metric_values_folded", "folded_at", postgresql_where=text("folded_at IS NOT NULL")),
    postgresql_with={"fillfactor": 50},
)

metric_totals = Table(
    "metric_totals",
    metadata,
    Column("series", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Rows of triggers, each with what one statement changed; `sum_up` replaces them by their sums.
object_counts = Table(
    "object_counts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
)

# What the frame of consumers noted of messages that will come again.
message_failures = Table(
    "message_failures",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", TIMESTAMP, nullable=False),
    Column("last_at", TIMESTAMP, nullable=False),
    Index("message_failures_age", "last_at"),
)

# A migration inserts the row of each schedule.
done_schedules = Table(
    "done_schedules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("done_at", TIMESTAMP, nullable=False),
)

# The last run of each schedule; ``ended_at`` is missing while it runs, and where it was killed.
schedule_runs = Table(
    "schedule_runs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started_at", TIMESTAMP, nullable=False),
    Column("ended_at", TIMESTAMP),
    Column("outcome", Text),
    Column("error", Text),
)
