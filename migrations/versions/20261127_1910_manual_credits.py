"""Credits by hand: who gave how much to whom, and why."""

from alembic import op
from tenancy import APP_ROLE

revision = "manual_credits"
down_revision = "use_figures"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE credits (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        amount bigint NOT NULL,
        reason text NOT NULL,
        actor_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        reverses uuid,
        CONSTRAINT credits_pkey PRIMARY KEY (id),
        CONSTRAINT credits_amount_check CHECK (amount > 0),
        CONSTRAINT credits_reason_check CHECK (reason <> ''),
        CONSTRAINT credits_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users,
        CONSTRAINT credits_reverses_fkey FOREIGN KEY (reverses) REFERENCES credits
    );
    CREATE INDEX credits_owner ON credits (owner_id, id);
    CREATE INDEX credits_reverses ON credits (reverses);
    CREATE INDEX credits_created ON credits (created_at);
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credits
        FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse();
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("ALTER TABLE credits ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE credits FORCE ROW LEVEL SECURITY")
    # A user's scope reads the user's credits; only the system's scope gives any.
    op.execute("""
        CREATE POLICY tenant ON credits USING (
            owner_id = (SELECT mara_scope_owner()) OR (SELECT mara_scope_is_system())
        ) WITH CHECK ((SELECT mara_scope_is_system()))
    """)
    op.execute(f"GRANT SELECT, INSERT ON credits TO {APP_ROLE}")


def downgrade() -> None:
    """Refused once a credit was given: nothing else knows its reason."""
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM credits) THEN
                RAISE EXCEPTION 'there are credits: they are not dropped';
            END IF;
        END $$
    """)
    op.execute("DROP TABLE credits")
