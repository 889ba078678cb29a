"""Indexes for analytics.

Block-range indexes cost an insert next to nothing, and their rows come in the order of time.
"""

from alembic import op

revision = "analytics"
down_revision = "default_plan"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing else reads events of all subscriptions by time.
    op.execute("DROP INDEX subscription_events_at")
    op.execute("""
        CREATE INDEX subscription_events_movements
        ON subscription_events (owner_id, at, subscription_id, number)
        INCLUDE (monthly_before, monthly_after) WHERE monthly_before <> monthly_after
    """)
    op.execute("""
        CREATE INDEX subscription_events_trials ON subscription_events (subscription_id, number)
        WHERE state = 'trialing'
    """)
    op.execute("""
        CREATE INDEX ledger_transfers_created ON ledger_transfers USING brin (created_at)
        WITH (pages_per_range = 16)
    """)
    op.execute("""
        CREATE INDEX invoices_period ON invoices USING brin (period_start, period_end)
        WITH (pages_per_range = 16)
    """)


def downgrade() -> None:
    for index in ("invoices_period", "ledger_transfers_created", "subscription_events_trials",
                  "subscription_events_movements"):  # fmt: skip
        op.execute(f"DROP INDEX {index}")
    op.execute("CREATE INDEX subscription_events_at ON subscription_events (at)")
