"""Changes of alerts, written as those of documents and subscriptions.

Revision ID: alert_changes
Revises: metrics
"""

from alembic import op

revision = "alert_changes"
down_revision = "metrics"
branch_labels = None
depends_on = None

KINDS = ("document", "deposit", "answer", "subscription")
FUNCTIONS = """
    CREATE FUNCTION record_alert_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, state)
        VALUES (NEW.owner_id, 'alert', NEW.id, NEW.status);
        RETURN NULL;
    END $$;
    CREATE FUNCTION record_alert_answer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, state)
        SELECT DISTINCT NEW.owner_id, 'alert', alert_id, NEW.state
        FROM alert_episodes WHERE post_id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE FUNCTION record_alert_joined() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, state)
        SELECT NEW.owner_id, 'alert', NEW.alert_id, state
        FROM alert_posts WHERE id = NEW.post_id AND state <> 'waiting';
        RETURN NULL;
    END $$;
"""
# A repeat changes no status, and another try no state: neither writes anything.
TRIGGERS = """
    CREATE TRIGGER record_new AFTER INSERT ON alerts
        FOR EACH ROW EXECUTE FUNCTION record_alert_change();
    CREATE TRIGGER record_change AFTER UPDATE ON alerts FOR EACH ROW
        WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION record_alert_change();
    CREATE TRIGGER record_answer AFTER UPDATE ON alert_posts FOR EACH ROW
        WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION record_alert_answer();
    CREATE TRIGGER record_joined AFTER INSERT ON alert_episodes
        FOR EACH ROW EXECUTE FUNCTION record_alert_joined();
    CREATE TRIGGER record_moved AFTER UPDATE ON alert_episodes FOR EACH ROW
        WHEN (OLD.post_id IS DISTINCT FROM NEW.post_id) EXECUTE FUNCTION record_alert_joined();
"""


def upgrade() -> None:
    _allow(*KINDS, "alert")
    op.execute(FUNCTIONS)
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DROP TRIGGER record_new ON alerts;
        DROP TRIGGER record_change ON alerts;
        DROP TRIGGER record_answer ON alert_posts;
        DROP TRIGGER record_joined ON alert_episodes;
        DROP TRIGGER record_moved ON alert_episodes;
        DROP FUNCTION record_alert_change();
        DROP FUNCTION record_alert_answer();
        DROP FUNCTION record_alert_joined();
        DELETE FROM changes WHERE kind = 'alert';
    """)
    _allow(*KINDS)


def _allow(*kinds: str) -> None:
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"""
        ALTER TABLE changes DROP CONSTRAINT changes_kind_check,
            ADD CONSTRAINT changes_kind_check CHECK (kind IN ({allowed}))
    """)
