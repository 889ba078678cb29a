"""Old signals, and episodes that ended, are found without a scan of their tables."""

from alembic import op

revision = "old_signals_found"
down_revision = "dead_rows_found"
branch_labels = None
depends_on = None

INDEXES = (
    "alert_signals_received ON alert_signals (received_at)",
    "alert_episodes_ended ON alert_episodes (ended_at) WHERE ended_at IS NOT NULL",
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
