"""Changes of subscriptions, written as those of documents and deposits.

Revision ID: subscription_changes
Revises: manual_credits
"""

from alembic import op

revision = "subscription_changes"
down_revision = "manual_credits"
branch_labels = None
depends_on = None

KINDS = ("document", "deposit", "answer")
FUNCTION = """
    CREATE FUNCTION record_subscription_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO changes (owner_id, kind, object_id, state)
        VALUES (NEW.owner_id, 'subscription', NEW.id, NEW.state);
        RETURN NULL;
    END $$;
"""
# A renewal changes no state: a batch of a thousand writes nothing here.
TRIGGERS = """
    CREATE TRIGGER record_new AFTER INSERT ON subscriptions
        FOR EACH ROW EXECUTE FUNCTION record_subscription_change();
    CREATE TRIGGER record_change AFTER UPDATE ON subscriptions FOR EACH ROW
        WHEN (OLD.state IS DISTINCT FROM NEW.state)
        EXECUTE FUNCTION record_subscription_change();
"""


def upgrade() -> None:
    _allow(*KINDS, "subscription")
    op.execute(FUNCTION)
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DROP TRIGGER record_new ON subscriptions;
        DROP TRIGGER record_change ON subscriptions;
        DROP FUNCTION record_subscription_change();
        DELETE FROM changes WHERE kind = 'subscription';
    """)
    _allow(*KINDS)


def _allow(*kinds: str) -> None:
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(f"""
        ALTER TABLE changes DROP CONSTRAINT changes_kind_check,
            ADD CONSTRAINT changes_kind_check CHECK (kind IN ({allowed}))
    """)
