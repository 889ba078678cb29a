"""The tables of intakes, deliveries, alerts, and what was answered to them."""

from dataclasses import asdict

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    case,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.alerts.adapters.stored_json import (
    load_failure,
    load_reply,
    load_state,
    stored_reply,
    stored_state,
)
from mara.alerts.adapters.stored_settings import (
    escalation_columns,
    quiet_hours_type,
    settings_columns,
)
from mara.alerts.model.alert import AlertSourceKind, AlertStatus, EpisodeEnd
from mara.alerts.model.alert_message import PostWay, ShownContent
from mara.alerts.model.alert_post import PostState
from mara.alerts.model.alert_state import SignalOutcome
from mara.alerts.model.severity import Severity
from mara.alerts.model.signal import DeliveryForm
from mara.platform.schema import (
    JSON,
    TIMESTAMP,
    Converted,
    dump_json,
    enumerated,
    metadata,
    one_of,
)

# `agent_id` has no foreign key: an intake whose agent is deleted says so with each alert.
alert_intakes = Table(
    "alert_intakes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("default_severity", enumerated(Severity), nullable=False),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="SET NULL")),
    Column("removed_config_id", Uuid),
    Column("target_chat_id", BigInteger),
    Column("target_thread_id", Integer),
    *settings_columns(),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("secret_id", Uuid, ForeignKey("connection_secrets.id"), nullable=False),
    Column("previous_hash", LargeBinary),
    Column("previous_id", Uuid, ForeignKey("connection_secrets.id", ondelete="SET NULL")),
    Column("previous_until", TIMESTAMP),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("accepted", BigInteger, nullable=False, server_default=text("0")),
    Column("refused", BigInteger, nullable=False, server_default=text("0")),
    Column("last_accepted_at", TIMESTAMP),
    Column("last_refused_at", TIMESTAMP),
    Column("last_refusal", Text),
    one_of("default_severity", Severity),
    Index("alert_intakes_owner", "owner_id", "id"),
    Index("alert_intakes_config", "config_id"),
    Index("alert_intakes_escalation", "escalation_config_id"),
)

alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("intake_id", Uuid, ForeignKey("alert_intakes.id", ondelete="CASCADE"), nullable=False),
    Column("received_at", TIMESTAMP, nullable=False),
    Column("form", enumerated(DeliveryForm), nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    Column("key_hash", LargeBinary),
    Column("alert_ids", Converted(ARRAY(Uuid), load=tuple, dump=list), nullable=False),
    Column("more", JSON, nullable=False),
    Column("truncated", Integer, nullable=False),
    one_of("form", DeliveryForm),
    Index("alert_deliveries_intake", "intake_id", "id"),
    Index("alert_deliveries_received", "received_at"),
    Index("alert_deliveries_body", "intake_id", "body_hash", "received_at"),
    Index(
        "alert_deliveries_key",
        "intake_id",
        "key_hash",
        unique=True,
        postgresql_where=text("key_hash IS NOT NULL"),
    ),
    Index("alert_deliveries_of_owner", "owner_id", "id"),
)

# `source_id` has no foreign key: alerts outlive the intake that they came in by.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("source_kind", enumerated(AlertSourceKind), nullable=False),
    Column("source_id", Uuid, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("severity", enumerated(Severity), nullable=False),
    Column("status", enumerated(AlertStatus), nullable=False),
    Column(
        "state",
        Converted(JSONB(), load=load_state, dump=lambda state: dump_json(stored_state(state))),
        nullable=False,
    ),
    Column("first_at", TIMESTAMP, nullable=False),
    Column("last_at", TIMESTAMP, nullable=False),
    Column("summary", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("is_test", Boolean, nullable=False),
    one_of("source_kind", AlertSourceKind),
    one_of("severity", Severity),
    one_of("status", AlertStatus),
    UniqueConstraint("owner_id", "source_kind", "source_id", "fingerprint"),
    Index("alerts_owner", "owner_id", "id"),
    Index("alerts_owner_last", "owner_id", "last_at", "id"),
    Index("alerts_firing", "last_at", postgresql_where=text("status = 'firing'")),
    Index("alerts_last", "last_at"),
)

alert_posts = Table(
    "alert_posts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("source_kind", enumerated(AlertSourceKind), nullable=False),
    Column("source_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("severity", enumerated(Severity), nullable=False),
    Column("question", Text, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("state", enumerated(PostState), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("answer_id", Uuid),
    Column("agent_version", Integer),
    Column(
        "reply",
        Converted(JSONB(), load=load_reply, dump=lambda reply: dump_json(stored_reply(reply))),
    ),
    Column(
        "failure",
        Converted(JSONB(), load=load_failure, dump=lambda failure: dump_json(asdict(failure))),
    ),
    Column("asked_at", TIMESTAMP),
    Column("settled_at", TIMESTAMP),
    Column("try_after", TIMESTAMP),
    Column("leased_until", TIMESTAMP),
    Column("correlation_id", Text),
    one_of("source_kind", AlertSourceKind),
    one_of("severity", Severity),
    one_of("state", PostState),
    Index("alert_posts_key", "owner_id", "key", "created_at"),
    Index("alert_posts_asked", "owner_id", "asked_at"),
    Index("alert_posts_waiting", "owner_id", postgresql_where=text("state = 'waiting'")),
    Index("alert_posts_created", "created_at"),
)

urgency = case({one.value: one.rank for one in Severity}, value=alert_posts.c.severity)

# `message_id` has no foreign key. `rung_for` is the last `due_at` that a doorbell was rung for.
alert_messages = Table(
    "alert_messages",
    metadata,
    Column("post_id", Uuid, ForeignKey("alert_posts.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), nullable=False),
    Column("chat_id", BigInteger),
    Column("thread_id", Integer),
    Column("due_at", TIMESTAMP),
    Column("shown", enumerated(ShownContent), nullable=False),
    Column("message_id", Uuid),
    Column("quiet_hours", quiet_hours_type()),
    *escalation_columns(),
    Column("way", enumerated(PostWay), nullable=False, server_default="own"),
    Column("escalated_at", TIMESTAMP),
    Column("escalation_message_id", Uuid),
    Column("escalation_way", enumerated(PostWay)),
    Column("rung_for", TIMESTAMP),
    one_of("shown", ShownContent),
    one_of("way", PostWay),
    Index("alert_messages_escalation", "escalation_config_id"),
    Index("alert_messages_listed", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    Index(
        "alert_messages_copied",
        "escalation_message_id",
        postgresql_where=text("escalation_message_id IS NOT NULL"),
    ),
    Index("alert_messages_oldest", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("alert_messages_due", "owner_id", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("alert_messages_config", "config_id"),
    Index("alert_messages_of_owner", "owner_id", "post_id"),
)

missed_posts = Table(
    "missed_posts",
    metadata,
    Column("post_id", Uuid, ForeignKey("alert_posts.id", ondelete="CASCADE"), primary_key=True),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("thread_id", Integer),
    Column("missed_at", TIMESTAMP, nullable=False),
    Index("missed_posts_chat", "config_id", "chat_id"),
    Index("missed_posts_owner", "owner_id"),
)

alert_votes = Table(
    "alert_votes",
    metadata,
    Column("post_id", Uuid, ForeignKey("alert_posts.id", ondelete="CASCADE"), primary_key=True),
    Column("telegram_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("helped", Boolean, nullable=False),
    Column("at", TIMESTAMP, nullable=False),
    Index("alert_votes_owner", "owner_id"),
)

alert_episodes = Table(
    "alert_episodes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("alert_id", Uuid, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("post_id", Uuid, ForeignKey("alert_posts.id"), nullable=False),
    Column("began_at", TIMESTAMP, nullable=False),
    Column("opened_at", TIMESTAMP, nullable=False),
    Column("severity", enumerated(Severity), nullable=False),
    Column("count", Integer, nullable=False),
    Column("last_at", TIMESTAMP, nullable=False),
    Column("ended_at", TIMESTAMP),
    Column("ended_by", enumerated(EpisodeEnd)),
    one_of("severity", Severity),
    Index("alert_episodes_alert", "alert_id", "id"),
    Index("alert_episodes_post", "post_id"),
    # Two deliveries at once open one episode.
    Index(
        "alert_episodes_open",
        "alert_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("alert_episodes_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    Index("alert_episodes_of_owner", "owner_id", "id"),
)

# `delivery_id` has no foreign key: deliveries go with their intake, alerts stay.
alert_signals = Table(
    "alert_signals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("alert_id", Uuid, ForeignKey("alerts.id", ondelete="CASCADE"), nullable=False),
    Column("delivery_id", Uuid, nullable=False),
    Column("received_at", TIMESTAMP, nullable=False),
    Column("is_firing", Boolean, nullable=False),
    Column("severity", enumerated(Severity), nullable=False),
    Column("outcome", enumerated(SignalOutcome), nullable=False),
    Column("starts_at", TIMESTAMP),
    Column("ends_at", TIMESTAMP),
    Index("alert_signals_alert", "alert_id", "id"),
    Index("alert_signals_received", "received_at"),
    Index("alert_signals_of_owner", "owner_id", "id"),
)
