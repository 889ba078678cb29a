"""Rows that stand dead already get their ids, under no lock of their tables."""

from alembic import op

revision = "dead_rows_given"
down_revision = "dead_rows"
branch_labels = None
depends_on = None

DEAD = {"bot_updates": "dead", "outgoing_messages": "failed", "webhook_deliveries": "failed"}


def upgrade() -> None:
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    for table, state in DEAD.items():
        op.execute(f"""
            UPDATE {table} SET letter_id = uuidv7() WHERE state = '{state}' AND letter_id IS NULL
        """)


def downgrade() -> None:
    """Nothing to take back: ``dead_rows`` drops the ids."""
