"""Lots: which deposits and credits paid for what a user spent. Derived from postings."""

from alembic import op
from tenancy import APP_ROLE

revision = "ledger_lots"
down_revision = "credits"
branch_labels = None
depends_on = None

# No foreign key to transfers, which are never deleted (decision 0013).
TABLES = """
    CREATE TABLE ledger_lots (
        transfer_id uuid NOT NULL,
        position integer NOT NULL CHECK (position >= 1),
        owner_id uuid NOT NULL REFERENCES users,
        -- The number of the transfer's first entry: the order of its lots among the user's.
        number bigint NOT NULL,
        -- Under which the lots come back; none where they went to suspense, or came from there.
        reference text,
        source_transfer_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount <> 0),
        PRIMARY KEY (transfer_id, position)
    );
    CREATE INDEX ledger_lots_reference ON ledger_lots (owner_id, reference, number)
        WHERE reference IS NOT NULL;

    CREATE TABLE ledger_lot_states (
        owner_id uuid PRIMARY KEY REFERENCES users,
        number bigint NOT NULL DEFAULT 0 CHECK (number >= 0),
        open jsonb NOT NULL DEFAULT '[]',
        suspended jsonb NOT NULL DEFAULT '[]'
    );
"""

OWN = "owner_id = (SELECT mara_scope_owner()) OR (SELECT mara_scope_is_system())"
RIGHTS = {"ledger_lots": "SELECT, INSERT", "ledger_lot_states": "SELECT, INSERT, UPDATE"}


def upgrade() -> None:
    op.execute(TABLES)
    for table, rights in RIGHTS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # A user's scope reads the user's lots; only the system's scope writes any.
        op.execute(f"""
            CREATE POLICY tenant ON {table} USING ({OWN})
                WITH CHECK ((SELECT mara_scope_is_system()))
        """)
        op.execute(f"GRANT {rights} ON {table} TO {APP_ROLE}")


def downgrade() -> None:
    """Nothing is lost: lots are derived again."""
    op.execute("DROP TABLE ledger_lot_states, ledger_lots")
