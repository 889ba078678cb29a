"""Since when blocks wait to be settled; and of money's tables, only what the functions need."""

from alembic import op
from tenancy import APP_ROLE

revision = "closing"
down_revision = "chain_watch"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE chain_scans ADD COLUMN closing_since timestamptz;
        REVOKE UPDATE, DELETE ON wallets FROM {APP_ROLE};
        REVOKE DELETE ON deposits, chain_scans FROM {APP_ROLE};
    """)


def downgrade() -> None:
    op.execute(f"""
        GRANT UPDATE, DELETE ON wallets TO {APP_ROLE};
        GRANT DELETE ON deposits, chain_scans TO {APP_ROLE};
        ALTER TABLE chain_scans DROP COLUMN closing_since;
    """)
