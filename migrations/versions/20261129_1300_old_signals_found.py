"""Old signals, and episodes that ended, are found without a scan of their tables."""

from indexes import create, drop

revision = "old_signals_found"
down_revision = "dead_rows_found"
branch_labels = None
depends_on = None

INDEXES = (
    "alert_signals_received ON alert_signals (received_at)",
    "alert_episodes_ended ON alert_episodes (ended_at) WHERE ended_at IS NOT NULL",
)


def upgrade() -> None:
    create(INDEXES)


def downgrade() -> None:
    drop(INDEXES)
