"""What documents are about, as far as somebody asked."""

from alembic import op
from tenancy import secure

revision = "analyses"
down_revision = "index_in_use"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE document_analyses (
        document_id uuid PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
        owner_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('queued', 'ready', 'failed')),
        requested_at timestamptz NOT NULL,
        findings jsonb,
        finished_at timestamptz,
        CHECK ((state = 'ready') = (findings IS NOT NULL))
    );
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("document_analyses")


def downgrade() -> None:
    op.execute("DROP TABLE document_analyses")
