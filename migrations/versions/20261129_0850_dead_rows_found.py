"""Dead rows, and work that has no dead letter, are found without a scan of their tables."""

from indexes import create, drop

revision = "dead_rows_found"
down_revision = "dead_rows_given"
branch_labels = None
depends_on = None

LETTERS = ("bot_updates", "outgoing_messages", "webhook_deliveries")
INDEXES = (
    *(f"{table}_letters ON {table} (letter_id) WHERE letter_id IS NOT NULL" for table in LETTERS),
    "dead_letters_redriven ON dead_letters (queue, redrive_of, id) WHERE redrive_of IS NOT NULL",
    "account_mails_unsent ON account_mails (created_at) WHERE sent_at IS NULL",
    "document_analyses_queued ON document_analyses (requested_at) WHERE state = 'queued'",
)


def upgrade() -> None:
    create(INDEXES)


def downgrade() -> None:
    drop(INDEXES)
