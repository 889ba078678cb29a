"""Notices, and by which channels users do not want them."""

from alembic import op
from tenancy import secure

revision = "notices"
down_revision = "bot_updates"
branch_labels = None
depends_on = None

KINDS = """
    'deposit_seen', 'deposit_credited', 'deposit_orphaned', 'renewal_paid', 'renewal_failed',
    'payment_reminder', 'trial_ending', 'limit_near', 'limit_reached', 'webhook_switched_off'
"""
UPGRADE = f"""
    CREATE TABLE notices (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ({KINDS})),
        event_id uuid NOT NULL,
        data jsonb NOT NULL,
        in_api boolean NOT NULL,
        created_at timestamptz NOT NULL,
        unread integer NOT NULL,
        read_at timestamptz,
        UNIQUE (owner_id, event_id)
    );
    CREATE INDEX notices_list ON notices (owner_id, unread, id);
    CREATE INDEX notices_age ON notices (created_at);

    CREATE TABLE notice_refusals (
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ({KINDS})),
        channel text NOT NULL CHECK (channel IN ('api', 'telegram', 'webhooks')),
        PRIMARY KEY (owner_id, kind, channel)
    );
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("notices")
    secure("notice_refusals")


def downgrade() -> None:
    op.execute("DROP TABLE notice_refusals; DROP TABLE notices")
