"""An id for each update, send and delivery that stands dead, until an operator decides on it."""

from alembic import op

revision = "dead_rows"
down_revision = "copies_found"
branch_labels = None
depends_on = None

DEAD = {"bot_updates": "dead", "outgoing_messages": "failed", "webhook_deliveries": "failed"}
# The id is made when the row dies, so that ids are in the order of deaths, whatever made it die.
GIVE = """
    CREATE FUNCTION give_letter_id() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.state <> TG_ARGV[0] THEN
            NEW.letter_id := NULL;
        ELSIF OLD.state <> TG_ARGV[0] THEN
            NEW.letter_id := uuidv7();
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.execute(GIVE)
    for table, state in DEAD.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN letter_id uuid")
        op.execute(f"""
            CREATE TRIGGER give_letter_id BEFORE UPDATE OF state ON {table}
            FOR EACH ROW EXECUTE FUNCTION give_letter_id('{state}')
        """)


def downgrade() -> None:
    for table in DEAD:
        op.execute(f"DROP TRIGGER give_letter_id ON {table}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN letter_id")
    op.execute("DROP FUNCTION give_letter_id")
    op.execute("DELETE FROM dead_letters WHERE content = ''::bytea")
