"""What changed of a user's objects, written by triggers in the transaction of the change."""

from alembic import op
from tenancy import secure

revision = "changes"
down_revision = "lists"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('document', 'deposit', 'answer')),
        object_id uuid NOT NULL,
        parent text,
        state text NOT NULL,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX changes_owner ON changes (owner_id, xid);
    CREATE INDEX changes_at ON changes (at);
"""
# With the rights and the scope of the transaction that changes the object.
FUNCTIONS = """
    CREATE FUNCTION record_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, state)
        VALUES (NEW.owner_id, 'document', NEW.id,
                CASE WHEN NEW.deleted_at IS NOT NULL THEN 'deleted'
                     WHEN NEW.superseded_at IS NOT NULL THEN 'superseded'
                     ELSE NEW.state END);
        RETURN NULL;
    END $$;

    CREATE FUNCTION record_deposit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, parent, state)
        VALUES (NEW.owner_id, 'deposit', NEW.id, NEW.network, NEW.state);
        RETURN NULL;
    END $$;

    CREATE FUNCTION record_answer_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, parent, state)
        VALUES (NEW.owner_id, 'answer', NEW.id, NEW.agent_id::text, NEW.status);
        RETURN NULL;
    END $$;

    CREATE FUNCTION record_pending_answer_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, parent, state)
        VALUES (NEW.owner_id, 'answer', NEW.id, NEW.agent_id::text, NEW.state);
        RETURN NULL;
    END $$;
"""
TRIGGERS = """
    CREATE TRIGGER record_new AFTER INSERT ON documents
        FOR EACH ROW EXECUTE FUNCTION record_document_change();
    CREATE TRIGGER record_change AFTER UPDATE ON documents FOR EACH ROW
        WHEN ((OLD.state, OLD.deleted_at IS NULL, OLD.superseded_at, OLD.progress_stage,
               OLD.progress_done)
              IS DISTINCT FROM
              (NEW.state, NEW.deleted_at IS NULL, NEW.superseded_at, NEW.progress_stage,
               NEW.progress_done))
        EXECUTE FUNCTION record_document_change();

    CREATE TRIGGER record_new AFTER INSERT ON deposits
        FOR EACH ROW EXECUTE FUNCTION record_deposit_change();
    CREATE TRIGGER record_change AFTER UPDATE ON deposits FOR EACH ROW
        WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION record_deposit_change();

    CREATE TRIGGER record_new AFTER INSERT ON answers
        FOR EACH ROW EXECUTE FUNCTION record_answer_change();
    CREATE TRIGGER record_change AFTER UPDATE ON answers FOR EACH ROW
        WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION record_answer_change();

    CREATE TRIGGER record_new AFTER INSERT ON pending_answers
        FOR EACH ROW EXECUTE FUNCTION record_pending_answer_change();
    CREATE TRIGGER record_change AFTER UPDATE ON pending_answers FOR EACH ROW
        WHEN (OLD.state IS DISTINCT FROM NEW.state)
        EXECUTE FUNCTION record_pending_answer_change();
"""


def upgrade() -> None:
    op.execute(TABLE)
    secure("changes")
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)


def downgrade() -> None:
    for table in ("documents", "deposits", "answers", "pending_answers"):
        op.execute(f"DROP TRIGGER record_new ON {table}; DROP TRIGGER record_change ON {table};")
    op.execute("""
        DROP FUNCTION record_document_change(), record_deposit_change(), record_answer_change(),
            record_pending_answer_change();
        DROP TABLE changes;
    """)
