"""Chats of bots, people who may ask them, and invitations."""

from alembic import op
from tenancy import secure

revision = "bot_chats"
down_revision = "notices"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE bot_chats (
        id uuid PRIMARY KEY,
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        chat_id bigint NOT NULL,
        title text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('private', 'group', 'supergroup', 'channel')),
        state text NOT NULL CHECK (state IN ('pending', 'approved', 'refused', 'unreachable')),
        added_by bigint,
        changed_at timestamptz NOT NULL,
        UNIQUE (config_id, chat_id)
    );
    CREATE INDEX bot_chats_list ON bot_chats (config_id, id);
    CREATE INDEX bot_chats_owner ON bot_chats (owner_id);
    CREATE TABLE bot_people (
        id uuid PRIMARY KEY,
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        telegram_id bigint NOT NULL,
        kind text NOT NULL CHECK (kind IN ('owner', 'invited')),
        name text NOT NULL,
        linked_at timestamptz NOT NULL,
        UNIQUE (config_id, telegram_id)
    );
    CREATE INDEX bot_people_list ON bot_people (config_id, id);
    CREATE INDEX bot_people_owner ON bot_people (owner_id);
    CREATE TABLE bot_invitations (
        code_hash bytea PRIMARY KEY CHECK (length(code_hash) = 32),
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        makes text NOT NULL CHECK (makes IN ('owner', 'invited')),
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    );
    CREATE INDEX bot_invitations_config ON bot_invitations (config_id);
    CREATE INDEX bot_invitations_owner ON bot_invitations (owner_id);
    CREATE INDEX bot_invitations_expiry ON bot_invitations (expires_at);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("bot_chats")
    secure("bot_people")
    secure("bot_invitations")


def downgrade() -> None:
    op.execute("DROP TABLE bot_invitations, bot_people, bot_chats")
