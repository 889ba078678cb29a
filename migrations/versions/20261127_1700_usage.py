"""Counters of use per usage period, reservations, and levels."""

from alembic import op
from tenancy import secure

revision = "usage"
down_revision = "ledger_lots"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE usage_counters (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        subscription_id uuid,
        version_id uuid NOT NULL,
        period_start timestamptz NOT NULL,
        period_end timestamptz NOT NULL,
        meter text NOT NULL,
        included bigint,
        rounded_up integer DEFAULT 0 NOT NULL,
        used bigint DEFAULT 0 NOT NULL,
        reserved bigint DEFAULT 0 NOT NULL,
        overage bigint DEFAULT 0 NOT NULL,
        overage_reserved bigint DEFAULT 0 NOT NULL,
        charged bigint DEFAULT 0 NOT NULL,
        held bigint DEFAULT 0 NOT NULL,
        notified smallint DEFAULT 0 NOT NULL,
        unpaid boolean DEFAULT false NOT NULL,
        free boolean DEFAULT false NOT NULL,
        invoice_id uuid,
        changed_at timestamptz NOT NULL,
        CONSTRAINT usage_counters_pkey PRIMARY KEY (id),
        CONSTRAINT usage_counters_key
            UNIQUE NULLS NOT DISTINCT (owner_id, period_start, meter, subscription_id),
        CONSTRAINT usage_counters_floor CHECK (
            least(used, reserved, overage, overage_reserved, charged, held) >= 0),
        CONSTRAINT usage_counters_period_check CHECK (period_start < period_end)
    ) WITH (fillfactor = 70);
    CREATE INDEX usage_counters_not_invoiced ON usage_counters (period_end)
        WHERE charged > 0 AND invoice_id IS NULL;
    CREATE INDEX usage_counters_unpaid ON usage_counters (subscription_id)
        WHERE unpaid;
    CREATE TABLE usage_reservations (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        key text NOT NULL,
        reference text NOT NULL,
        items jsonb NOT NULL,
        state text NOT NULL,
        hold_id uuid,
        charged bigint DEFAULT 0 NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT usage_reservations_pkey PRIMARY KEY (id),
        CONSTRAINT usage_reservations_owner_id_key_key UNIQUE (owner_id, key),
        CONSTRAINT usage_reservations_state_check
            CHECK (state IN ('open', 'settled', 'released', 'expired')),
        CONSTRAINT usage_reservations_ended_at_check
            CHECK ((state = 'open') = (ended_at IS NULL)),
        CONSTRAINT usage_reservations_charged_check CHECK (charged >= 0)
    ) WITH (fillfactor = 80);
    CREATE INDEX usage_reservations_open ON usage_reservations (expires_at)
        WHERE state = 'open';
    CREATE TABLE usage_levels (
        owner_id uuid NOT NULL,
        meter text NOT NULL,
        level bigint NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT usage_levels_pkey PRIMARY KEY (owner_id, meter),
        CONSTRAINT usage_levels_level_check CHECK (level >= 0)
    );
"""
NAMES = ("usage_counters", "usage_reservations", "usage_levels")


def upgrade() -> None:
    op.execute(TABLES)
    for table in NAMES:
        secure(table)


def downgrade() -> None:
    """Refused once overage was charged: nothing else knows for what."""
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM usage_counters WHERE charged > 0) THEN
                RAISE EXCEPTION 'overage was charged: its counters are not dropped';
            END IF;
        END $$
    """)
    op.execute(f"DROP TABLE {', '.join(reversed(NAMES))}")
