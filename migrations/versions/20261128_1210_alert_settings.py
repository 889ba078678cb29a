"""How often, when and where else the alerts of an intake are posted."""

from alembic import op

revision = "alert_settings"
down_revision = "alert_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE alert_intakes
            ADD cooldown interval NOT NULL DEFAULT '00:30:00',
            ADD quiet_hours jsonb,
            ADD escalation_config_id uuid REFERENCES bot_configs ON DELETE SET NULL,
            ADD escalation_chat_id bigint,
            ADD escalation_thread_id integer;
        CREATE INDEX alert_intakes_escalation ON alert_intakes (escalation_config_id);
    """)


def downgrade() -> None:
    op.execute(
        "ALTER TABLE alert_intakes DROP cooldown, DROP quiet_hours, DROP escalation_config_id,"
        " DROP escalation_chat_id, DROP escalation_thread_id"
    )
