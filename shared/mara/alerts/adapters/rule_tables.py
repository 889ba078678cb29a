"""The tables of monitoring rules, of what they fired on, and of texts for dry runs."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from mara.alerts.adapters.stored_rules import conditions_type, set_of
from mara.alerts.adapters.stored_settings import settings_columns
from mara.alerts.model.rule_kinds import ContentKind, RuleSender
from mara.alerts.model.severity import Severity
from mara.platform.schema import TIMESTAMP, Converted, enumerated, metadata, one_of

CHAT_IDS = Converted(ARRAY(BigInteger), load=tuple, dump=list)

# `agent_id` has no foreign key: a rule whose agent is deleted says so with each alert.
alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("chat_ids", CHAT_IDS, nullable=False),
    Column("conditions", conditions_type(), nullable=False),
    Column("kinds", set_of(ContentKind), nullable=False),
    Column("senders", set_of(RuleSender), nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("severity", enumerated(Severity), nullable=False),
    Column("target_chat_id", BigInteger),
    Column("target_thread_id", Integer),
    *settings_columns(),
    Column("keep_days", Integer, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("fired", BigInteger, nullable=False, server_default=text("0")),
    Column("last_fired_at", TIMESTAMP),
    one_of("severity", Severity),
    Index("alert_rules_owner", "owner_id", "id"),
    Index("alert_rules_config", "config_id"),
    Index("alert_rules_escalation", "escalation_config_id"),
)

# One message fires a rule once, edited or copied into a discussion group.
rule_firings = Table(
    "rule_firings",
    metadata,
    Column("rule_id", Uuid, ForeignKey("alert_rules.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("at", TIMESTAMP, nullable=False),
    Index("rule_firings_owner", "owner_id"),
    Index("rule_firings_at", "at"),
)

rule_texts = Table(
    "rule_texts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("rule_id", Uuid, ForeignKey("alert_rules.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("thread_id", Integer),
    Column("kinds", set_of(ContentKind), nullable=False),
    Column("sender", enumerated(RuleSender), nullable=False),
    Column("received_at", TIMESTAMP, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    one_of("sender", RuleSender),
    Index("rule_texts_rule", "rule_id", "received_at"),
    Index("rule_texts_owner", "owner_id"),
    Index("rule_texts_received", "received_at"),
)

# The key that the texts of a bot's chats are encrypted with.
rule_text_keys = Table(
    "rule_text_keys",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("secret_id", Uuid, ForeignKey("connection_secrets.id"), nullable=False),
    Index("rule_text_keys_owner", "owner_id"),
    Index("rule_text_keys_secret", "secret_id"),
)
