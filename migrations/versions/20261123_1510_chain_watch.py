"""When a chain last brought something new and was last read to its end, and how providers fail."""

from alembic import op

revision = "chain_watch"
down_revision = "vaults"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE chain_scans
            ADD COLUMN grew_at timestamptz, ADD COLUMN caught_up_at timestamptz;
        ALTER TABLE chain_providers
            ADD COLUMN kind text NOT NULL DEFAULT 'unavailable'
                CHECK (kind IN ('unavailable', 'behind', 'contradiction'));
        ALTER TABLE chain_providers ALTER COLUMN kind DROP DEFAULT;
    """)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE chain_scans DROP COLUMN grew_at, DROP COLUMN caught_up_at;
        ALTER TABLE chain_providers DROP COLUMN kind;
    """)
