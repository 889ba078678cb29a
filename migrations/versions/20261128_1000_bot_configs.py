"""Telegram bots that customers connected, and the ids of those that they disconnected."""

from alembic import op
from tenancy import secure

revision = "bot_configs"
down_revision = "webhooks"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE bot_configs (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        agent_id uuid NOT NULL,
        target_chat_id bigint,
        target_thread_id integer,
        language text NOT NULL CHECK (language IN ('ru', 'en')),
        access text NOT NULL CHECK (access IN ('invited', 'anyone')),
        telegram_id bigint NOT NULL UNIQUE,
        username text NOT NULL,
        reads_all_group_messages boolean NOT NULL,
        state text NOT NULL
            CHECK (state IN ('connecting', 'active', 'webhook_taken', 'token_revoked')),
        token_id uuid NOT NULL REFERENCES connection_secrets,
        webhook_secret bytea NOT NULL CHECK (length(webhook_secret) = 32),
        former_webhook_secrets jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    );
    CREATE INDEX bot_configs_owner ON bot_configs (owner_id, id);
    CREATE INDEX bot_configs_token ON bot_configs (token_id);
    CREATE TABLE disconnected_bots (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        at timestamptz NOT NULL
    );
    CREATE INDEX disconnected_bots_owner ON disconnected_bots (owner_id);
    CREATE INDEX disconnected_bots_at ON disconnected_bots (at);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("bot_configs")
    secure("disconnected_bots")


def downgrade() -> None:
    op.execute("DROP TABLE disconnected_bots, bot_configs")
