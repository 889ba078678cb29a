"""An erased account gets no subscription, no credit and no export any more."""

from alembic import op
from tenancy import refuse_erased

revision = "closed_books"
down_revision = "owner_indexes"
branch_labels = None
depends_on = None

GUARDED = ("credits", "data_jobs", "subscriptions")


def upgrade() -> None:
    for table in GUARDED:
        refuse_erased(table)


def downgrade() -> None:
    for table in GUARDED:
        op.execute(f"DROP TRIGGER refuse_erased ON {table}")
