"""Where intakes post their alerts, and the messages of posts with their votes."""

from alembic import op
from tenancy import secure

revision = "alert_messages"
down_revision = "bot_replies"
branch_labels = None
depends_on = None

UPGRADE = """
    ALTER TABLE alert_intakes
        ADD config_id uuid REFERENCES bot_configs ON DELETE SET NULL,
        ADD target_chat_id bigint,
        ADD target_thread_id integer;
    CREATE INDEX alert_intakes_config ON alert_intakes (config_id);
    CREATE TABLE alert_messages (
        post_id uuid PRIMARY KEY REFERENCES alert_posts ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        chat_id bigint,
        thread_id integer,
        due_at timestamptz,
        shown text NOT NULL CHECK (shown IN ('nothing', 'alerts', 'whole')),
        message_id uuid
    );
    CREATE INDEX alert_messages_due ON alert_messages (owner_id, due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX alert_messages_config ON alert_messages (config_id);
    CREATE TABLE alert_votes (
        post_id uuid REFERENCES alert_posts ON DELETE CASCADE,
        telegram_id bigint,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        helped boolean NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (post_id, telegram_id)
    );
    CREATE INDEX alert_votes_owner ON alert_votes (owner_id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("alert_messages")
    secure("alert_votes")


def downgrade() -> None:
    op.execute(
        "DROP TABLE alert_votes, alert_messages; ALTER TABLE alert_intakes DROP config_id,"
        " DROP target_chat_id, DROP target_thread_id"
    )
