"""What was left out of a document when it was read: the count of each kind."""

from alembic import op

revision = "dropped"
down_revision = "related_passages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE documents ADD COLUMN dropped jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE documents DROP COLUMN dropped")
