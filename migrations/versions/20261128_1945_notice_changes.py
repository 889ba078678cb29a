"""Changes of notices, written as those of alerts: a new one, and one that was read.

Revision ID: notice_changes
Revises: dead_letters
"""

from alembic import op

revision = "notice_changes"
down_revision = "dead_letters"
branch_labels = None
depends_on = None

KINDS = ("document", "deposit", "answer", "subscription", "alert")


def upgrade() -> None:
    _allow(*KINDS, "notification")
    op.execute("""
    CREATE FUNCTION record_notice_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, state)
        VALUES (NEW.owner_id, 'notification', NEW.id,
            CASE NEW.unread WHEN 1 THEN 'unread' ELSE 'read' END);
        RETURN NULL;
    END $$;
    CREATE TRIGGER record_new AFTER INSERT ON notices FOR EACH ROW
        WHEN (NEW.in_api) EXECUTE FUNCTION record_notice_change();
    CREATE TRIGGER record_change AFTER UPDATE ON notices FOR EACH ROW
        WHEN (NEW.in_api AND OLD.unread IS DISTINCT FROM NEW.unread)
        EXECUTE FUNCTION record_notice_change();
    """)


def downgrade() -> None:
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DROP TRIGGER record_new ON notices;
        DROP TRIGGER record_change ON notices;
        DROP FUNCTION record_notice_change();
        DELETE FROM changes WHERE kind = 'notification';
    """)
    _allow(*KINDS)


def _allow(*kinds: str) -> None:
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"""
        ALTER TABLE changes DROP CONSTRAINT changes_kind_check,
            ADD CONSTRAINT changes_kind_check CHECK (kind IN ({allowed}))
    """)
