"""What ended an evaluation before all of its cases had run."""

from alembic import op

revision = "evaluation_stops"
down_revision = "subscription_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        ALTER TABLE evaluations ADD COLUMN stopped_by text;
        UPDATE evaluations SET stopped_by = 'out_of_time'
            WHERE results @> '[{"outcome": "left_out"}]';
    """)


def downgrade() -> None:
    op.execute("ALTER TABLE evaluations DROP COLUMN stopped_by")
