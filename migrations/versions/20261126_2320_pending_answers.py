"""Questions that a queue answers."""

from alembic import op
from tenancy import secure

revision = "pending_answers"
down_revision = "account_mails"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE pending_answers (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        agent_id uuid NOT NULL,
        conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
        question text NOT NULL,
        created_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('queued', 'failed')),
        failure text,
        leased_until timestamptz,
        CHECK ((state = 'failed') = (failure IS NOT NULL))
    );
    CREATE INDEX pending_answers_agent ON pending_answers (agent_id);
    CREATE INDEX pending_answers_conversation ON pending_answers (conversation_id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("pending_answers")


def downgrade() -> None:
    op.execute("DROP TABLE pending_answers")
