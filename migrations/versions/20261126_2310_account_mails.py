"""E-mails about accounts with their tokens, and since when an address is confirmed."""

from alembic import op
from tenancy import secure

revision = "account_mails"
down_revision = "login_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

        CREATE TABLE account_mails (
            id uuid PRIMARY KEY,
            owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            kind text NOT NULL
                CHECK (kind IN ('email_verification', 'login_lock', 'password_reset')),
            token_hash bytea UNIQUE,
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            sent_at timestamptz,
            spent_at timestamptz
        );
        CREATE INDEX account_mails_owner ON account_mails (owner_id, kind, created_at);
    """)
    secure("account_mails")


def downgrade() -> None:
    op.execute("DROP TABLE account_mails; ALTER TABLE users DROP COLUMN email_verified_at")
