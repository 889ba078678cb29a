"""Titles of conversations, and the progress of documents."""

from alembic import op

revision = "lists"
down_revision = "pending_answers"
branch_labels = None
depends_on = None

TITLES = r"""
    SELECT set_config('mara.scope', 'system', true);
    ALTER TABLE conversations ADD COLUMN title text NOT NULL DEFAULT '';
    UPDATE conversations SET title = first.title FROM (
        SELECT DISTINCT ON (conversation_id) conversation_id,
               left(trim(regexp_replace(question, '\s+', ' ', 'g')), 80) AS title
        FROM answers ORDER BY conversation_id, id
    ) AS first WHERE first.conversation_id = conversations.id;
"""
PROGRESS = """
    ALTER TABLE documents
        ADD COLUMN progress_stage text
            CHECK (progress_stage IN ('reading', 'embedding', 'indexing')),
        ADD COLUMN progress_done integer,
        ADD COLUMN progress_total integer,
        ADD CONSTRAINT documents_progress CHECK (
            CASE WHEN state = 'processing'
            THEN (progress_stage IS NULL) = (progress_done IS NULL OR progress_total IS NULL)
            ELSE num_nonnulls(progress_stage, progress_done, progress_total) = 0 END
        );
"""


def upgrade() -> None:
    op.execute(TITLES)
    op.execute(PROGRESS)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE documents DROP COLUMN progress_stage, DROP COLUMN progress_done,
            DROP COLUMN progress_total;
        ALTER TABLE conversations DROP COLUMN title;
    """)
