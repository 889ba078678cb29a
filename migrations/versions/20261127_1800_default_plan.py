"""The default plan, which holds without a subscription, and the levels of what exists."""

from alembic import op

revision = "default_plan"
down_revision = "usage"
branch_labels = None
depends_on = None

PLAN_ID = "01ac2f4c-1c00-7000-8000-000000000001"
VERSION_ID = "01ac2f4c-1c00-7000-8000-000000000002"

# A deployment that has a default plan keeps it. Ids and times are the same everywhere.
ADD_PLAN = f"""
    INSERT INTO plans (id, code, names, visibility, is_default, created_at)
    SELECT '{PLAN_ID}', 'free', '{{"ru": "Бесплатный", "en": "Free"}}', 'public', true,
        '2026-11-27T00:00:00Z'
    WHERE NOT EXISTS (SELECT FROM plans WHERE is_default)
    ON CONFLICT DO NOTHING
"""
ADD_VERSION = f"""
    INSERT INTO plan_versions (id, plan_id, number, price, discount_percent, interval_unit,
        interval_count, trial_days, grace_days, grace_percent, allowances, overage_prices,
        features, created_at)
    SELECT '{VERSION_ID}', id, 1, 0, 0, 'month', 1, 0, 0, 0,
        '{{"answers": 30, "generated_tokens": 30000, "pages": 200, "alerts": 50,
           "stored_mb": 50, "agents": 3, "bots": 1}}',
        '{{}}', '{{alerts,generated_answers,webhooks}}', created_at
    FROM plans WHERE id = '{PLAN_ID}'
    ON CONFLICT DO NOTHING
"""
COUNT_AGENTS = """
    INSERT INTO usage_levels (owner_id, meter, level, changed_at)
    SELECT owner_id, 'agents', count(*), now() FROM agents GROUP BY owner_id
    ON CONFLICT (owner_id, meter) DO UPDATE SET level = excluded.level
"""
COUNT_STORED = """
    INSERT INTO usage_levels (owner_id, meter, level, changed_at)
    SELECT owner_id, 'stored_mb', sum(size), now() FROM documents
    WHERE deleted_at IS NULL GROUP BY owner_id
    ON CONFLICT (owner_id, meter) DO UPDATE SET level = excluded.level
"""


def upgrade() -> None:
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    for statement in (ADD_PLAN, ADD_VERSION, COUNT_AGENTS, COUNT_STORED):
        op.execute(statement)


def downgrade() -> None:
    """Remove the plan, but keep one that counters refer to: upgrading again finds it."""
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("ALTER TABLE plan_versions DISABLE TRIGGER append_only")
    op.execute(f"""
        DELETE FROM plan_versions WHERE plan_id = '{PLAN_ID}' AND NOT EXISTS (
            SELECT FROM usage_counters c JOIN plan_versions v ON v.id = c.version_id
            WHERE v.plan_id = '{PLAN_ID}')
    """)
    op.execute("ALTER TABLE plan_versions ENABLE TRIGGER append_only")
    op.execute(f"""
        DELETE FROM plans WHERE id = '{PLAN_ID}'
            AND NOT EXISTS (SELECT FROM plan_versions WHERE plan_id = '{PLAN_ID}')
    """)
