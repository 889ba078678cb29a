"""Counts of execution environments, and the totals into which stale ones are folded."""

from alembic import op
from tenancy import grant

revision = "metrics"
down_revision = "escalations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE metric_values (
            environment uuid NOT NULL,
            series text NOT NULL,
            value bigint NOT NULL,
            flushed_at timestamptz NOT NULL,
            folded_at timestamptz,
            PRIMARY KEY (environment, series)
        ) WITH (fillfactor = 50);
        CREATE INDEX metric_values_counted ON metric_values (series) WHERE folded_at IS NULL;
        CREATE INDEX metric_values_folded ON metric_values (folded_at)
            WHERE folded_at IS NOT NULL;
        CREATE TABLE metric_totals (
            series text PRIMARY KEY,
            value bigint NOT NULL
        );
    """)
    for table in ("metric_values", "metric_totals"):
        grant(table)


def downgrade() -> None:
    op.execute("DROP TABLE metric_values, metric_totals")
