"""Where sessions are used, and whose failed logins came from which network."""

from alembic import op

revision = "login_devices"
down_revision = "closing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE sessions
            ADD COLUMN address text NOT NULL DEFAULT '',
            ADD COLUMN user_agent text NOT NULL DEFAULT '',
            ADD COLUMN last_used_at timestamptz;

        ALTER TABLE login_failures ADD COLUMN account text, ADD COLUMN network text;
        CREATE INDEX login_failures_account ON login_failures (account)
            WHERE account IS NOT NULL;
    """)
    # A deactivation revokes sessions from now on; those of earlier ones would come back to life.
    op.execute("""
        SELECT set_config('mara.scope', 'system', true);
        UPDATE sessions SET revoked_at = now(), revoked_because = 'account deactivated'
        FROM users
        WHERE users.id = sessions.owner_id AND NOT users.active AND revoked_at IS NULL;
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX login_failures_account;
        ALTER TABLE login_failures DROP COLUMN account, DROP COLUMN network;
        ALTER TABLE sessions
            DROP COLUMN address, DROP COLUMN user_agent, DROP COLUMN last_used_at;
    """)
