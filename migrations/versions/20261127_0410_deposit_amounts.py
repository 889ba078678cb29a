"""An index for deposits in the order of their amounts."""

from alembic import op

revision = "deposit_amounts"
down_revision = "relayed_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX deposits_owner_amount ON deposits (owner_id, amount_micro_usdt, id)")


def downgrade() -> None:
    op.execute("DROP INDEX deposits_owner_amount")
