"""Plans and their versions, subscriptions and their events, invoices, and billing clocks."""

from alembic import op
from tenancy import APP_ROLE, secure

revision = "billing"
down_revision = "document_ocr"
branch_labels = None
depends_on = None

TABLES = """
    CREATE TABLE plans (
        id uuid NOT NULL,
        code text NOT NULL,
        names jsonb NOT NULL,
        visibility text NOT NULL,
        is_default boolean DEFAULT false NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT plans_pkey PRIMARY KEY (id),
        CONSTRAINT plans_code_key UNIQUE (code),
        CONSTRAINT plans_code_check CHECK (code ~ '^[a-z][a-z0-9-]{0,39}$'),
        CONSTRAINT plans_visibility_check CHECK (visibility IN ('public', 'hidden', 'archived'))
    );
    CREATE UNIQUE INDEX plans_default ON plans (is_default)
        WHERE is_default;
    CREATE TABLE plan_versions (
        id uuid NOT NULL,
        plan_id uuid NOT NULL,
        number integer NOT NULL,
        price bigint NOT NULL,
        discount_percent smallint NOT NULL,
        interval_unit text NOT NULL,
        interval_count smallint NOT NULL,
        trial_days smallint NOT NULL,
        grace_days smallint NOT NULL,
        grace_percent smallint NOT NULL,
        allowances jsonb NOT NULL,
        overage_prices jsonb NOT NULL,
        features text[] NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT plan_versions_pkey PRIMARY KEY (id),
        CONSTRAINT plan_versions_plan_id_number_key UNIQUE (plan_id, number),
        CONSTRAINT plan_versions_number_check CHECK (number >= 1),
        CONSTRAINT plan_versions_price_check CHECK (price >= 0),
        CONSTRAINT plan_versions_discount_percent_check
            CHECK (discount_percent BETWEEN 0 AND 100),
        CONSTRAINT plan_versions_interval_unit_check
            CHECK (interval_unit IN ('day', 'week', 'month', 'year')),
        CONSTRAINT plan_versions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans
    );
    CREATE TABLE subscriptions (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        state text NOT NULL,
        version_id uuid NOT NULL,
        next_version_id uuid,
        next_from timestamptz,
        anchor timestamptz,
        period_start timestamptz,
        period_end timestamptz,
        cancel_at timestamptz,
        ever_paid boolean NOT NULL,
        trial_reminded boolean NOT NULL,
        overage_limit bigint NOT NULL,
        end_reason text,
        events integer NOT NULL,
        changed_at timestamptz NOT NULL,
        due_at timestamptz,
        set_aside_reason text,
        CONSTRAINT subscriptions_pkey PRIMARY KEY (id),
        CONSTRAINT subscriptions_state_check
            CHECK (state IN ('incomplete', 'trialing', 'active', 'past_due', 'ended')),
        CONSTRAINT subscriptions_end_reason_check
            CHECK ((state = 'ended') = (end_reason IS NOT NULL)),
        CONSTRAINT subscriptions_period_check
            CHECK ((period_start IS NULL) = (period_end IS NULL)),
        CONSTRAINT subscriptions_overage_limit_check CHECK (overage_limit >= 0),
        CONSTRAINT subscriptions_due_at_check CHECK ((due_at IS NULL) = (state = 'ended')),
        CONSTRAINT subscriptions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users,
        CONSTRAINT subscriptions_version_id_fkey
            FOREIGN KEY (version_id) REFERENCES plan_versions,
        CONSTRAINT subscriptions_next_version_id_fkey
            FOREIGN KEY (next_version_id) REFERENCES plan_versions
    ) WITH (fillfactor = 70);
    CREATE INDEX subscriptions_due ON subscriptions (due_at, id)
        WHERE state <> 'ended';
    CREATE UNIQUE INDEX subscriptions_open ON subscriptions (owner_id)
        WHERE state <> 'ended';
    CREATE INDEX subscriptions_owner ON subscriptions (owner_id, id);
    CREATE INDEX subscriptions_unpaid ON subscriptions (due_at, id)
        WHERE state IN ('incomplete', 'past_due');
    CREATE TABLE subscription_events (
        subscription_id uuid NOT NULL,
        number integer NOT NULL,
        owner_id uuid NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        end_reason text,
        version_id uuid NOT NULL,
        monthly_before bigint NOT NULL,
        monthly_after bigint NOT NULL,
        period_start timestamptz,
        period_end timestamptz,
        invoice_id uuid,
        actor_id uuid,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        CONSTRAINT subscription_events_pkey PRIMARY KEY (subscription_id, number)
    );
    CREATE INDEX subscription_events_at ON subscription_events (at);
    CREATE INDEX subscription_events_owner ON subscription_events (owner_id, position);
    CREATE TABLE invoices (
        id uuid NOT NULL,
        subscription_id uuid NOT NULL,
        owner_id uuid NOT NULL,
        version_id uuid NOT NULL,
        status text NOT NULL,
        purpose text NOT NULL,
        cause text NOT NULL,
        number text,
        lines jsonb NOT NULL,
        total bigint NOT NULL,
        period_start timestamptz,
        period_end timestamptz,
        buyer jsonb,
        seller jsonb,
        created_at timestamptz NOT NULL,
        issued_at timestamptz,
        paid_at timestamptz,
        pay_until timestamptz,
        pay_length_us bigint,
        paused_since timestamptz,
        paused_by text,
        unconfirmed_left_us bigint,
        reminders smallint DEFAULT 0 NOT NULL,
        CONSTRAINT invoices_pkey PRIMARY KEY (id),
        CONSTRAINT invoices_status_check
            CHECK (status IN ('draft', 'open', 'paid', 'void', 'uncollectible')),
        CONSTRAINT invoices_purpose_check
            CHECK (purpose IN ('first', 'renewal', 'change', 'usage')),
        CONSTRAINT invoices_total_check CHECK (total >= 0),
        CONSTRAINT invoices_number_check
            CHECK (status NOT IN ('open', 'paid') OR number IS NOT NULL),
        CONSTRAINT invoices_pay_until_check
            CHECK (status NOT IN ('draft', 'open') OR pay_until IS NOT NULL),
        CONSTRAINT invoices_number_key UNIQUE (number)
    );
    CREATE UNIQUE INDEX invoices_cause ON invoices (subscription_id, purpose, cause)
        WHERE status <> 'void';
    CREATE INDEX invoices_owner ON invoices (owner_id, id);
    CREATE UNIQUE INDEX invoices_unpaid ON invoices (subscription_id)
        WHERE status IN ('draft', 'open');
    CREATE TABLE credit_notes (
        id uuid NOT NULL,
        invoice_id uuid NOT NULL,
        owner_id uuid NOT NULL,
        number text NOT NULL,
        amount bigint NOT NULL,
        reason text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT credit_notes_pkey PRIMARY KEY (id),
        CONSTRAINT credit_notes_number_key UNIQUE (number),
        CONSTRAINT credit_notes_amount_check CHECK (amount > 0),
        CONSTRAINT credit_notes_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices
    );
    CREATE INDEX credit_notes_invoice ON credit_notes (invoice_id);
    CREATE INDEX credit_notes_owner ON credit_notes (owner_id, id);
    CREATE TABLE document_numbers (
        series text NOT NULL,
        year smallint NOT NULL,
        last bigint NOT NULL,
        CONSTRAINT document_numbers_pkey PRIMARY KEY (series, year)
    );
    CREATE TABLE billing_clocks (
        owner_id uuid NOT NULL,
        ahead_us bigint NOT NULL,
        CONSTRAINT billing_clocks_pkey PRIMARY KEY (owner_id),
        CONSTRAINT billing_clocks_ahead_us_check CHECK (ahead_us >= 0),
        CONSTRAINT billing_clocks_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users
    );
"""
REFUSE = """
    CREATE FUNCTION billing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % is refused: rows are only added', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$;
"""
APPEND_ONLY = ("subscription_events", "plan_versions", "credit_notes")
OF_OWNER = ("subscriptions", "subscription_events", "invoices", "credit_notes", "billing_clocks")
OF_ALL = ("plans", "plan_versions")
"""Every user reads them; the system writes them."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(REFUSE)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse()
        """)
    for table in OF_OWNER:
        secure(table)
    for table in (*OF_ALL, "document_numbers"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"""
            CREATE POLICY system ON {table} USING ((SELECT mara_scope_is_system()))
            WITH CHECK ((SELECT mara_scope_is_system()))
        """)
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {APP_ROLE}")
    for table in OF_ALL:
        op.execute(f"CREATE POLICY everyone ON {table} FOR SELECT USING (true)")


def downgrade() -> None:
    """Refused once an invoice was issued: nothing else knows what was charged for."""
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM invoices WHERE number IS NOT NULL) THEN
                RAISE EXCEPTION 'there are invoices: they are not dropped';
            END IF;
        END $$
    """)
    op.execute("""
        DROP TABLE billing_clocks, document_numbers, credit_notes, invoices, subscription_events,
            subscriptions, plan_versions, plans;
        DROP FUNCTION billing_refuse();
    """)
