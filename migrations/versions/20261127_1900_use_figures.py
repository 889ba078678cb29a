"""What settlements counted, and how many uses were refused, for figures of use."""

from alembic import op
from tenancy import secure

revision = "use_figures"
down_revision = "trials"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE usage_reservations ADD used jsonb")
    op.execute("""
        CREATE INDEX usage_reservations_ended ON usage_reservations USING brin (ended_at)
        WITH (pages_per_range = 16)
    """)
    op.execute("""
        CREATE TABLE usage_refusals (
            day date NOT NULL,
            owner_id uuid NOT NULL,
            count bigint NOT NULL,
            CONSTRAINT usage_refusals_pkey PRIMARY KEY (day, owner_id),
            CONSTRAINT usage_refusals_count_check CHECK (count > 0)
        ) WITH (fillfactor = 70)
    """)
    secure("usage_refusals")


def downgrade() -> None:
    op.execute("DROP TABLE usage_refusals")
    op.execute("DROP INDEX usage_reservations_ended")
    op.execute("ALTER TABLE usage_reservations DROP used")
