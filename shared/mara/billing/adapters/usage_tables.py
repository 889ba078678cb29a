"""The tables of metered use: counters, reservations, and levels.

Amounts of money are micro-USDT. There are no foreign keys to users and subscriptions, whose locks
would make a reservation wait for a charge.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from mara.billing.model.meters import Meter
from mara.billing.model.reservation import ReservationState
from mara.platform.schema import JSON, TIMESTAMP, check, enumerated, metadata, one_of

NOT_NEGATIVE = "least(used, reserved, overage, overage_reserved, charged, held) >= 0"

# `subscription_id` is NULL for the default plan. `included` is NULL without a limit. `unpaid` is
# whether the row was made before its period was charged, `free` whether a subscription cost nothing
# in the period at any time.
usage_counters = Table(
    "usage_counters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("subscription_id", Uuid),
    Column("version_id", Uuid, nullable=False),
    Column("period_start", TIMESTAMP, nullable=False),
    Column("period_end", TIMESTAMP, nullable=False),
    Column("meter", enumerated(Meter), nullable=False),
    Column("included", BigInteger),
    Column("rounded_up", Integer, nullable=False, server_default=text("0")),
    Column("used", BigInteger, nullable=False, server_default=text("0")),
    Column("reserved", BigInteger, nullable=False, server_default=text("0")),
    Column("overage", BigInteger, nullable=False, server_default=text("0")),
    Column("overage_reserved", BigInteger, nullable=False, server_default=text("0")),
    Column("charged", BigInteger, nullable=False, server_default=text("0")),
    Column("held", BigInteger, nullable=False, server_default=text("0")),
    Column("notified", SmallInteger, nullable=False, server_default=text("0")),
    Column("unpaid", Boolean, nullable=False, server_default=text("false")),
    Column("free", Boolean, nullable=False, server_default=text("false")),
    Column("invoice_id", Uuid),
    Column("changed_at", TIMESTAMP, nullable=False),
    UniqueConstraint(
        "owner_id",
        "period_start",
        "meter",
        "subscription_id",
        name="usage_counters_key",
        postgresql_nulls_not_distinct=True,
    ),
    check(NOT_NEGATIVE, name="usage_counters_floor"),
    CheckConstraint("period_start < period_end", name="period"),
    Index(
        "usage_counters_not_invoiced",
        "period_end",
        postgresql_where=text("charged > 0 AND invoice_id IS NULL"),
    ),
    Index("usage_counters_unpaid", "subscription_id", postgresql_where=text("unpaid")),
    postgresql_with={"fillfactor": 70},
)

# `items` are what it takes of counters: units of the allowance, and above it at a price. `used` is
# what a settlement counted, by meter.
# `expires_at` is real time. `hold_id` is the ledger's transfer that holds the overage.
usage_reservations = Table(
    "usage_reservations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("items", JSON, nullable=False),
    Column("state", enumerated(ReservationState), nullable=False),
    Column("hold_id", Uuid),
    Column("charged", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("expires_at", TIMESTAMP, nullable=False),
    Column("ended_at", TIMESTAMP),
    Column("used", JSON),
    UniqueConstraint("owner_id", "key"),
    one_of("state", ReservationState),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_at"),
    CheckConstraint("charged >= 0", name="charged"),
    Index(
        "usage_reservations_ended",
        "ended_at",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16},
    ),
    Index("usage_reservations_open", "expires_at", postgresql_where=text("state = 'open'")),
    postgresql_with={"fillfactor": 80},
)

# Bytes for `stored_mb`, else a number of things.
usage_levels = Table(
    "usage_levels",
    metadata,
    Column("owner_id", Uuid, primary_key=True),
    Column("meter", enumerated(Meter), primary_key=True),
    Column("level", BigInteger, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
    CheckConstraint("level >= 0", name="level"),
)

# How many uses were refused on a day (UTC), by the plan or the balance.
usage_refusals = Table(
    "usage_refusals",
    metadata,
    Column("day", Date, primary_key=True),
    Column("owner_id", Uuid, primary_key=True),
    Column("count", BigInteger, nullable=False),
    CheckConstraint("count > 0", name="count"),
    Index("usage_refusals_of_owner", "owner_id", "day"),
    postgresql_with={"fillfactor": 70},
)
