"""The audit: rows that are only added, and what is personal beside them."""

from alembic import op
from tenancy import APP_ROLE, secure

revision = "audit"
down_revision = "platform_way"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE audit_rows (
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        actor_id uuid,
        action text NOT NULL,
        owner_id uuid,
        object_kind text,
        object_id uuid,
        detail_mac bytea,
        position bigint,
        previous bytea,
        hash bytea,
        CONSTRAINT audit_rows_pkey PRIMARY KEY (id),
        CONSTRAINT audit_rows_position UNIQUE (position),
        CONSTRAINT audit_rows_position_check CHECK (position >= 1),
        CONSTRAINT audit_rows_chained CHECK (num_nulls(position, previous, hash) IN (0, 3))
    );
    CREATE INDEX audit_rows_unchained ON audit_rows (id) WHERE position IS NULL;
    CREATE INDEX audit_rows_owner ON audit_rows (owner_id, id);
    CREATE INDEX audit_rows_actor ON audit_rows (actor_id, id);
    CREATE INDEX audit_rows_action ON audit_rows (action, id);
    CREATE INDEX audit_rows_at ON audit_rows (at);

    CREATE TABLE audit_details (
        entry_id uuid NOT NULL,
        owner_id uuid,
        salt bytea NOT NULL,
        content jsonb NOT NULL,
        CONSTRAINT audit_details_pkey PRIMARY KEY (entry_id),
        CONSTRAINT audit_details_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES audit_rows (id)
    );
    CREATE INDEX audit_details_owner ON audit_details (owner_id);

    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % is refused: the audit is only added to', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$;

    -- A row enters the chain once, by the system; nothing else of it ever changes.
    CREATE FUNCTION audit_chain_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.position IS NULL THEN
                RETURN NEW;
            END IF;
        ELSIF OLD.position IS NULL AND NEW.position IS NOT NULL AND mara_scope_is_system()
            AND (NEW.id, NEW.at, NEW.action) = (OLD.id, OLD.at, OLD.action)
            AND (NEW.actor_id, NEW.owner_id, NEW.object_kind, NEW.object_id, NEW.detail_mac)
                IS NOT DISTINCT FROM
                (OLD.actor_id, OLD.owner_id, OLD.object_kind, OLD.object_id, OLD.detail_mac) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% on % is refused: the audit is only added to', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$;

    CREATE TRIGGER chain_once BEFORE INSERT OR UPDATE ON audit_rows
        FOR EACH ROW EXECUTE FUNCTION audit_chain_once();
    CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit_rows
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    CREATE TRIGGER erase_only BEFORE UPDATE OR TRUNCATE ON audit_details
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    for table in ("audit_rows", "audit_details"):
        secure(table)
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}")
    op.execute(f"GRANT UPDATE (position, previous, hash) ON audit_rows TO {APP_ROLE}")
    op.execute(f"GRANT DELETE ON audit_details TO {APP_ROLE}")


def downgrade() -> None:
    """Refused once a deed was recorded: nothing else knows who did it."""
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM audit_rows) THEN
                RAISE EXCEPTION 'deeds are recorded: they are not dropped';
            END IF;
        END $$
    """)
    op.execute("DROP TABLE audit_details, audit_rows")
    op.execute("DROP FUNCTION audit_refuse(), audit_chain_once()")
