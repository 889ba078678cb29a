"""Secrets of connections to other services: bot tokens, and keys that sign webhooks."""

from alembic import op
from tenancy import APP_ROLE, secure

revision = "connection_secrets"
down_revision = "evaluation_stops"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE connection_secrets (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        content_format smallint NOT NULL CHECK (content_format = 1),
        content_key_id text NOT NULL,
        content_wrapped_key bytea NOT NULL,
        content_nonce bytea NOT NULL CHECK (length(content_nonce) = 12),
        content bytea NOT NULL CHECK (length(content) BETWEEN 17 AND 4112),
        created_at timestamptz NOT NULL,
        wrapped_at timestamptz NOT NULL
    );
    CREATE INDEX connection_secrets_owner ON connection_secrets (owner_id);
"""

# The content is never changed: another secret is another row. A data key may be rewrapped.
RIGHTS = f"""
    REVOKE UPDATE ON connection_secrets FROM {APP_ROLE};
    GRANT UPDATE (content_key_id, content_wrapped_key, wrapped_at) ON connection_secrets
        TO {APP_ROLE};
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("connection_secrets")
    op.execute(RIGHTS)


def downgrade() -> None:
    op.execute("DROP TABLE connection_secrets")
