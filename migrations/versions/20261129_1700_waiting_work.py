"""The oldest work that waits is found by an index of each kind."""

from alembic import op

revision = "waiting_work"
down_revision = "waits_noted"
branch_labels = None
depends_on = None

INDEXES = (
    "documents_queued ON documents (waits_since) WHERE state = 'queued' AND deleted_at IS NULL",
    "documents_deleted ON documents (deleted_at) WHERE deleted_at IS NOT NULL",
    "alert_messages_oldest ON alert_messages (due_at) WHERE due_at IS NOT NULL",
    "pending_answers_queued ON pending_answers (created_at) WHERE state = 'queued'",
    "webhook_deliveries_oldest ON webhook_deliveries (next_at) WHERE state = 'waiting'",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for index in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index.split()[0]}")
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for index in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index.split()[0]}")
