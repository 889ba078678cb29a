"""Passages that are related to an answer without being cited."""

from alembic import op

revision = "related_passages"
down_revision = "deposit_amounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE answers ADD COLUMN related jsonb NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    op.execute("ALTER TABLE answers DROP COLUMN related")
