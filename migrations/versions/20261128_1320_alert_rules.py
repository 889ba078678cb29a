"""Monitoring rules, what they fired on, and texts of chats for their dry runs."""

from alembic import op
from tenancy import secure

revision = "alert_rules"
down_revision = "alert_ways"
branch_labels = None
depends_on = None

TABLES = ("alert_rules", "rule_firings", "rule_texts", "rule_text_keys")
SOURCES = ("alerts", "alert_posts")

UPGRADE = """
    CREATE TABLE alert_rules (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        config_id uuid NOT NULL,
        name text NOT NULL,
        chat_ids bigint[] NOT NULL,
        conditions jsonb NOT NULL,
        kinds text[] NOT NULL,
        senders text[] NOT NULL,
        agent_id uuid NOT NULL,
        severity text NOT NULL,
        target_chat_id bigint,
        target_thread_id integer,
        cooldown interval DEFAULT '00:30:00' NOT NULL,
        quiet_hours jsonb,
        escalation_config_id uuid,
        escalation_chat_id bigint,
        escalation_thread_id integer,
        keep_days integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        fired bigint DEFAULT 0 NOT NULL,
        last_fired_at timestamptz,
        CONSTRAINT alert_rules_pkey PRIMARY KEY (id),
        CONSTRAINT alert_rules_severity_check CHECK (severity IN ('critical', 'warning', 'info')),
        CONSTRAINT alert_rules_owner_id_fkey
            FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT alert_rules_config_id_fkey
            FOREIGN KEY(config_id) REFERENCES bot_configs (id) ON DELETE CASCADE,
        CONSTRAINT alert_rules_escalation_config_id_fkey
            FOREIGN KEY(escalation_config_id) REFERENCES bot_configs (id) ON DELETE SET NULL
    );
    CREATE INDEX alert_rules_config ON alert_rules (config_id);
    CREATE INDEX alert_rules_escalation ON alert_rules (escalation_config_id);
    CREATE INDEX alert_rules_owner ON alert_rules (owner_id, id);
    CREATE TABLE rule_firings (
        rule_id uuid NOT NULL,
        chat_id bigint NOT NULL,
        message_id bigint NOT NULL,
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT rule_firings_pkey PRIMARY KEY (rule_id, chat_id, message_id),
        CONSTRAINT rule_firings_rule_id_fkey
            FOREIGN KEY(rule_id) REFERENCES alert_rules (id) ON DELETE CASCADE,
        CONSTRAINT rule_firings_owner_id_fkey
            FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE CASCADE
    );
    CREATE INDEX rule_firings_at ON rule_firings (at);
    CREATE INDEX rule_firings_owner ON rule_firings (owner_id);
    CREATE TABLE rule_texts (
        id uuid NOT NULL,
        rule_id uuid NOT NULL,
        owner_id uuid NOT NULL,
        chat_id bigint NOT NULL,
        message_id bigint NOT NULL,
        thread_id integer,
        kinds text[] NOT NULL,
        sender text NOT NULL,
        received_at timestamptz NOT NULL,
        nonce bytea NOT NULL,
        ciphertext bytea NOT NULL,
        CONSTRAINT rule_texts_pkey PRIMARY KEY (id),
        CONSTRAINT rule_texts_sender_check CHECK (sender IN ('people', 'bots', 'channels')),
        CONSTRAINT rule_texts_rule_id_fkey
            FOREIGN KEY(rule_id) REFERENCES alert_rules (id) ON DELETE CASCADE,
        CONSTRAINT rule_texts_owner_id_fkey
            FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE CASCADE
    );
    CREATE INDEX rule_texts_owner ON rule_texts (owner_id);
    CREATE INDEX rule_texts_received ON rule_texts (received_at);
    CREATE INDEX rule_texts_rule ON rule_texts (rule_id, received_at);
    CREATE TABLE rule_text_keys (
        config_id uuid NOT NULL,
        owner_id uuid NOT NULL,
        secret_id uuid NOT NULL,
        CONSTRAINT rule_text_keys_pkey PRIMARY KEY (config_id),
        CONSTRAINT rule_text_keys_config_id_fkey
            FOREIGN KEY(config_id) REFERENCES bot_configs (id) ON DELETE CASCADE,
        CONSTRAINT rule_text_keys_owner_id_fkey
            FOREIGN KEY(owner_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT rule_text_keys_secret_id_fkey
            FOREIGN KEY(secret_id) REFERENCES connection_secrets (id)
    );
    CREATE INDEX rule_text_keys_owner ON rule_text_keys (owner_id);
    CREATE INDEX rule_text_keys_secret ON rule_text_keys (secret_id);
    CREATE INDEX outgoing_messages_chat ON outgoing_messages (chat_id, created_at);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    for table in TABLES:
        secure(table)
    for table in SOURCES:
        _let_sources_be(table, "'intake', 'rule'")


def downgrade() -> None:
    op.execute("DROP INDEX outgoing_messages_chat")
    for table in reversed(TABLES):
        op.drop_table(table)
    for table in SOURCES:
        op.execute(f"DELETE FROM {table} WHERE source_kind = 'rule'")
        _let_sources_be(table, "'intake'")


def _let_sources_be(table: str, kinds: str) -> None:
    name = f"{table}_source_kind_check"
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT {name},"
        f" ADD CONSTRAINT {name} CHECK (source_kind IN ({kinds}))"
    )
