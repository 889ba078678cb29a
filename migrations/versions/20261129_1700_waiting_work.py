"""The oldest work that waits is found by an index of each kind."""

from indexes import create, drop

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
    create(INDEXES)


def downgrade() -> None:
    drop(INDEXES)
