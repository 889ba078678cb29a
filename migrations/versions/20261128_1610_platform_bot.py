"""Telegram accounts of users, linked to the platform's bot."""

from alembic import op

revision = "platform_bot"
down_revision = "missed_posts"
branch_labels = None
depends_on = None

KINDS = {"bot_people": "kind", "bot_invitations": "makes"}


def upgrade() -> None:
    for table, column in KINDS.items():
        _let_be(table, column, "'owner', 'invited', 'account'")
    op.execute(
        "CREATE UNIQUE INDEX bot_people_account ON bot_people (owner_id) WHERE kind = 'account'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX bot_people_account")
    for table, column in KINDS.items():
        op.execute(f"DELETE FROM {table} WHERE {column} = 'account'")
        _let_be(table, column, "'owner', 'invited'")


def _let_be(table: str, column: str, kinds: str) -> None:
    name = f"{table}_{column}_check"
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT {name},"
        f" ADD CONSTRAINT {name} CHECK ({column} IN ({kinds}))"
    )
