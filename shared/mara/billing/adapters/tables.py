"""The tables of plans, subscriptions, their events, invoices and credit notes.

Amounts are micro-USDT. Subscription events are append-only: a trigger refuses other changes.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from mara.billing.model.invoice import InvoiceStatus, Purpose
from mara.billing.model.payment_deadline import Cover
from mara.billing.model.periods import IntervalUnit
from mara.billing.model.plan import Visibility
from mara.billing.model.subscription import EndReason, State
from mara.platform.schema import JSON, TIMESTAMP, enumerated, metadata, one_of

plans = Table(
    "plans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("names", JSON, nullable=False),
    Column("visibility", enumerated(Visibility), nullable=False),
    Column("is_default", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", TIMESTAMP, nullable=False),
    UniqueConstraint("code"),
    CheckConstraint("code ~ '^[a-z][a-z0-9-]{0,39}$'", name="code"),
    one_of("visibility", Visibility),
    Index("plans_default", "is_default", unique=True, postgresql_where=text("is_default")),
)

# The rows never change. The highest number of a plan is the version that is sold.
plan_versions = Table(
    "plan_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("plan_id", Uuid, ForeignKey("plans.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("discount_percent", SmallInteger, nullable=False),
    Column("interval_unit", enumerated(IntervalUnit), nullable=False),
    Column("interval_count", SmallInteger, nullable=False),
    Column("trial_days", SmallInteger, nullable=False),
    Column("grace_days", SmallInteger, nullable=False),
    Column("grace_percent", SmallInteger, nullable=False),
    Column("allowances", JSON, nullable=False),
    Column("overage_prices", JSON, nullable=False),
    Column("features", ARRAY(Text), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    UniqueConstraint("plan_id", "number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount_percent"),
    one_of("interval_unit", IntervalUnit),
)

# `due_at` is the real time at which the schedule looks at the row; billing time of an owner may
# differ from it in the local stage. `set_aside_reason` tells why the last charge failed.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("state", enumerated(State), nullable=False),
    Column("version_id", Uuid, ForeignKey("plan_versions.id"), nullable=False),
    Column("next_version_id", Uuid, ForeignKey("plan_versions.id")),
    Column("next_from", TIMESTAMP),
    Column("anchor", TIMESTAMP),
    Column("period_start", TIMESTAMP),
    Column("period_end", TIMESTAMP),
    Column("cancel_at", TIMESTAMP),
    Column("ever_paid", Boolean, nullable=False),
    Column("trial_reminded", Boolean, nullable=False),
    Column("overage_limit", BigInteger, nullable=False),
    Column("end_reason", enumerated(EndReason)),
    Column("events", Integer, nullable=False),
    Column("changed_at", TIMESTAMP, nullable=False),
    Column("due_at", TIMESTAMP),
    Column("set_aside_reason", Text),
    one_of("state", State),
    CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="end_reason"),
    CheckConstraint("(period_start IS NULL) = (period_end IS NULL)", name="period"),
    CheckConstraint("overage_limit >= 0", name="overage_limit"),
    CheckConstraint("(due_at IS NULL) = (state = 'ended')", name="due_at"),
    Index(
        "subscriptions_open",
        "owner_id",
        unique=True,
        postgresql_where=text("state <> 'ended'"),
    ),
    Index("subscriptions_owner", "owner_id", "id"),
    Index("subscriptions_due", "due_at", "id", postgresql_where=text("state <> 'ended'")),
    Index(
        "subscriptions_unpaid",
        "due_at",
        "id",
        postgresql_where=text("state IN ('incomplete', 'past_due')"),
    ),
    postgresql_with={"fillfactor": 70},
)

# `monthly_before` and `monthly_after` are monthly recurring revenue; analytics derives from them.
subscription_events = Table(
    "subscription_events",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", enumerated(State), nullable=False),
    Column("end_reason", enumerated(EndReason)),
    Column("version_id", Uuid, nullable=False),
    Column("monthly_before", BigInteger, nullable=False),
    Column("monthly_after", BigInteger, nullable=False),
    Column("period_start", TIMESTAMP),
    Column("period_end", TIMESTAMP),
    Column("invoice_id", Uuid),
    Column("actor_id", Uuid),
    Column("at", TIMESTAMP, nullable=False),
    Column("recorded_at", TIMESTAMP, nullable=False),
    # Of one owner in the order of their commits, because a lock serializes them.
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Index("subscription_events_owner", "owner_id", "position"),
    Index(
        "subscription_events_movements",
        "owner_id",
        "at",
        "subscription_id",
        "number",
        postgresql_include=["monthly_before", "monthly_after"],
        postgresql_where=text("monthly_before <> monthly_after"),
    ),
    Index(
        "subscription_events_trials",
        "subscription_id",
        "number",
        postgresql_where=text("state = 'trialing'"),
    ),
)

# A draft or open invoice has a time to pay: `pay_until`, which pauses move on.
invoices = Table(
    "invoices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subscription_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("version_id", Uuid, nullable=False),
    Column("status", enumerated(InvoiceStatus), nullable=False),
    Column("purpose", enumerated(Purpose), nullable=False),
    Column("cause", Text, nullable=False),
    Column("number", Text),
    Column("lines", JSON, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("period_start", TIMESTAMP),
    Column("period_end", TIMESTAMP),
    Column("buyer", JSON),
    Column("seller", JSON),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("issued_at", TIMESTAMP),
    Column("paid_at", TIMESTAMP),
    Column("pay_until", TIMESTAMP),
    Column("pay_length_us", BigInteger),
    Column("paused_since", TIMESTAMP),
    Column("paused_by", enumerated(Cover)),
    Column("unconfirmed_left_us", BigInteger),
    Column("reminders", SmallInteger, nullable=False, server_default=text("0")),
    one_of("status", InvoiceStatus),
    one_of("purpose", Purpose),
    CheckConstraint("total >= 0", name="total"),
    CheckConstraint("status NOT IN ('open', 'paid') OR number IS NOT NULL", name="number"),
    CheckConstraint("status NOT IN ('draft', 'open') OR pay_until IS NOT NULL", name="pay_until"),
    UniqueConstraint("number"),
    Index(
        "invoices_cause",
        "subscription_id",
        "purpose",
        "cause",
        unique=True,
        postgresql_where=text("status <> 'void'"),
    ),
    Index(
        "invoices_unpaid",
        "subscription_id",
        unique=True,
        postgresql_where=text("status IN ('draft', 'open')"),
    ),
    Index("invoices_owner", "owner_id", "id"),
    Index(
        "invoices_period",
        "period_start",
        "period_end",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16},
    ),
)

credit_notes = Table(
    "credit_notes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, ForeignKey("invoices.id"), nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("number", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("created_at", TIMESTAMP, nullable=False),
    UniqueConstraint("number"),
    CheckConstraint("amount > 0", name="amount"),
    Index("credit_notes_invoice", "invoice_id"),
    Index("credit_notes_owner", "owner_id", "id"),
)

# The last number of each series and year. Its row is locked last, so numbers have no gap.
document_numbers = Table(
    "document_numbers",
    metadata,
    Column("series", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

# Each row is a keyed hash of a user's id or e-mail address; it identifies no person.
trials = Table(
    "trials",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("used_at", TIMESTAMP, nullable=False),
)

# How far an owner's billing time is ahead of real time; rows exist in the local stage only.
billing_clocks = Table(
    "billing_clocks",
    metadata,
    Column("owner_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("ahead_us", BigInteger, nullable=False),
    CheckConstraint("ahead_us >= 0", name="ahead_us"),
)
