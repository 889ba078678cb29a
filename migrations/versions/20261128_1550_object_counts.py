"""How many objects of a kind are in each state, kept by triggers."""

from alembic import op
from tenancy import grant

revision = "object_counts"
down_revision = "alert_changes"
branch_labels = None
depends_on = None

COUNTED = ("documents", "deposits", "subscriptions", "bot_chats")
EVENTS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}
CREATE = """
    CREATE TABLE object_counts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL,
        state text NOT NULL,
        amount bigint NOT NULL
    );

    CREATE FUNCTION count_objects() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO object_counts (kind, state, amount)
            SELECT TG_TABLE_NAME, state, count(*) FROM new_rows GROUP BY state;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO object_counts (kind, state, amount)
            SELECT TG_TABLE_NAME, state, -count(*) FROM old_rows GROUP BY state;
        ELSE
            INSERT INTO object_counts (kind, state, amount)
            SELECT TG_TABLE_NAME, state, sum(one) FROM (
                SELECT state, 1 AS one FROM new_rows
                UNION ALL SELECT state, -1 FROM old_rows
            ) AS moved GROUP BY state HAVING sum(one) <> 0;
        END IF;
        RETURN NULL;
    END $$;

    SELECT set_config('mara.scope', 'system', true);
"""


def upgrade() -> None:
    op.execute(CREATE)
    grant("object_counts")
    # A row that is written between the count and the trigger would never be counted.
    op.execute(f"LOCK TABLE {', '.join(COUNTED)} IN SHARE ROW EXCLUSIVE MODE")
    for table in COUNTED:
        op.execute(f"""
            INSERT INTO object_counts (kind, state, amount)
            SELECT '{table}', state, count(*) FROM {table} GROUP BY state
        """)
        for event, rows in EVENTS.items():
            op.execute(f"""
                CREATE TRIGGER count_{event.lower()} AFTER {event} ON {table}
                REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION count_objects()
            """)
    # The oldest message that waits is read at each scrape.
    op.execute("""
        CREATE INDEX outgoing_messages_oldest ON outgoing_messages (due_at)
        WHERE state IN ('queued', 'sending')
    """)


def downgrade() -> None:
    op.execute("DROP INDEX outgoing_messages_oldest")
    for table in COUNTED:
        for event in EVENTS:
            op.execute(f"DROP TRIGGER count_{event.lower()} ON {table}")
    op.execute("DROP FUNCTION count_objects(); DROP TABLE object_counts")
