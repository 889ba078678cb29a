"""Outgoing messages of bots, their senders, and what chats got lately."""

from alembic import op
from tenancy import secure

revision = "outgoing_messages"
down_revision = "bot_chats"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE outgoing_messages (
        id uuid PRIMARY KEY,
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        chat_id bigint NOT NULL,
        thread_id integer,
        priority text NOT NULL CHECK (priority IN ('alert', 'press', 'answer', 'digest')),
        rank integer NOT NULL,
        position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        parts jsonb NOT NULL,
        buttons jsonb NOT NULL,
        file_name text,
        file bytea,
        reply_to bigint,
        edits uuid,
        due_at timestamptz NOT NULL,
        state text NOT NULL
            CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'replaced')),
        telegram_ids bigint[] NOT NULL,
        attempts integer NOT NULL,
        is_plain boolean NOT NULL,
        edited_at timestamptz,
        reason text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT outgoing_messages_file_check CHECK ((file IS NULL) = (file_name IS NULL))
    );
    CREATE INDEX outgoing_messages_waiting
        ON outgoing_messages (config_id, chat_id, rank, position)
        WHERE state IN ('queued', 'sending');
    CREATE INDEX outgoing_messages_edits ON outgoing_messages (edits) WHERE edits IS NOT NULL;
    CREATE INDEX outgoing_messages_created ON outgoing_messages (created_at);
    CREATE INDEX outgoing_messages_owner ON outgoing_messages (owner_id);
    CREATE TABLE bot_senders (
        config_id uuid PRIMARY KEY REFERENCES bot_configs ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        holder uuid,
        leased_until timestamptz,
        sent timestamptz[] NOT NULL DEFAULT '{}',
        CONSTRAINT bot_senders_lease_check CHECK ((holder IS NULL) = (leased_until IS NULL))
    );
    CREATE INDEX bot_senders_owner ON bot_senders (owner_id);
    CREATE TABLE bot_chat_paces (
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        chat_id bigint NOT NULL,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        sent timestamptz[] NOT NULL DEFAULT '{}',
        edited timestamptz[] NOT NULL DEFAULT '{}',
        paused_until timestamptz,
        PRIMARY KEY (config_id, chat_id)
    );
    CREATE INDEX bot_chat_paces_owner ON bot_chat_paces (owner_id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("outgoing_messages")
    secure("bot_senders")
    secure("bot_chat_paces")


def downgrade() -> None:
    op.execute("DROP TABLE bot_chat_paces, bot_senders, outgoing_messages")
