"""Since when a document is queued: the schedule that rings for it again changes ``updated_at``."""

from alembic import op

revision = "waits_noted"
down_revision = "done_schedules"
branch_labels = None
depends_on = None

NOTE = """
    ALTER TABLE documents ADD COLUMN waits_since timestamptz;
    CREATE FUNCTION note_wait() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.waits_since := clock_timestamp();
        RETURN NEW;
    END $$;
    CREATE TRIGGER note_wait_of_new BEFORE INSERT ON documents FOR EACH ROW
        WHEN (NEW.state = 'queued') EXECUTE FUNCTION note_wait();
    CREATE TRIGGER note_wait BEFORE UPDATE OF state ON documents FOR EACH ROW
        WHEN (NEW.state = 'queued' AND OLD.state <> 'queued') EXECUTE FUNCTION note_wait();
"""


def upgrade() -> None:
    op.execute(NOTE)


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER note_wait_of_new ON documents; DROP TRIGGER note_wait ON documents;
        DROP FUNCTION note_wait(); ALTER TABLE documents DROP COLUMN waits_since
    """)
