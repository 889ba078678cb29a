"""The SQL of accounts: locks of what is due, and bulk writes of JSON arrays."""

JOINED = """
    SELECT s.*, coalesce(c.ahead_us, 0) AS ahead_us, NOT u.active AS is_closed
    FROM subscriptions s JOIN users u ON u.id = s.owner_id
    LEFT JOIN billing_clocks c ON c.owner_id = s.owner_id
"""
DUE = (
    JOINED
    + """
    WHERE s.state <> 'ended' AND s.due_at <= %(at)s AND (s.due_at, s.id) > (%(due_at)s, %(id)s)
    ORDER BY s.due_at, s.id LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED
"""
)
# Whom money has reached since the last look: a balance that covers the invoice, or deposits that
# stop its deadline, unless it stands still already or they may stop it no longer.
COVERED = (
    JOINED
    + """
    JOIN invoices i ON i.subscription_id = s.id AND i.status IN ('draft', 'open')
    LEFT JOIN ledger_accounts a ON a.owner_id = s.owner_id
    WHERE s.state IN ('incomplete', 'past_due') AND s.due_at > %(at)s
        AND s.set_aside_reason IS NULL AND (s.due_at, s.id) > (%(due_at)s, %(id)s)
        AND (coalesce(a.available, 0) >= i.total
            OR (i.paused_since IS NULL AND i.unconfirmed_left_us > 0 AND EXISTS (
                SELECT FROM deposits d WHERE d.owner_id = s.owner_id
                    AND d.state IN ('seen', 'safe', 'final'))))
    ORDER BY s.due_at, s.id LIMIT %(limit)s FOR UPDATE OF s SKIP LOCKED
"""
)
SOME = JOINED + "WHERE s.id = ANY (%s) AND s.state <> 'ended' FOR UPDATE OF s SKIP LOCKED"
OF_OWNER = JOINED + "WHERE s.owner_id = %s AND s.state <> 'ended'"
OF_OWNER_LOCKED = OF_OWNER + " FOR UPDATE OF s"
HOLD_OWNER = "SELECT id FROM users WHERE id = %s FOR KEY SHARE"
SUBSCRIBERS = (
    JOINED
    + """
    WHERE s.version_id = ANY (%(versions)s) AND s.state IN ('trialing', 'active', 'past_due')
        AND s.cancel_at IS NULL AND s.next_version_id IS NULL AND s.id > %(after)s
    ORDER BY s.id LIMIT %(limit)s FOR UPDATE OF s
"""
)
UNPAID = "SELECT * FROM invoices WHERE subscription_id = ANY (%s) AND status IN ('draft', 'open')"

SUBSCRIPTION = """id uuid, owner_id uuid, state text, version_id uuid, next_version_id uuid,
    next_from timestamptz, anchor timestamptz, period_start timestamptz, period_end timestamptz,
    cancel_at timestamptz, ever_paid boolean, trial_reminded boolean, overage_limit bigint,
    end_reason text, events integer, changed_at timestamptz, due_at timestamptz"""
SUBSCRIPTION_COLUMNS = [part.split()[0] for part in SUBSCRIPTION.split(",")]
INSERT_SUBSCRIPTIONS = f"""
    INSERT INTO subscriptions ({", ".join(SUBSCRIPTION_COLUMNS)})
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r ({SUBSCRIPTION})
"""
UPDATE_SUBSCRIPTIONS = f"""
    UPDATE subscriptions s SET set_aside_reason = NULL,
        {", ".join(f"{name} = r.{name}" for name in SUBSCRIPTION_COLUMNS[2:])}
    FROM jsonb_to_recordset(%s::jsonb) AS r ({SUBSCRIPTION}, events_before integer)
    WHERE s.id = r.id AND s.events = r.events_before
"""
EVENT = """subscription_id uuid, number integer, owner_id uuid, kind text, state text,
    end_reason text, version_id uuid, monthly_before bigint, monthly_after bigint,
    period_start timestamptz, period_end timestamptz, invoice_id uuid, actor_id uuid,
    at timestamptz, recorded_at timestamptz"""
INSERT_EVENTS = f"""
    INSERT INTO subscription_events ({", ".join(part.split()[0] for part in EVENT.split(","))})
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r ({EVENT})
"""
INVOICE = """id uuid, subscription_id uuid, owner_id uuid, version_id uuid, status text,
    purpose text, cause text, number text, lines jsonb, total bigint, period_start timestamptz,
    period_end timestamptz, created_at timestamptz, issued_at timestamptz, paid_at timestamptz,
    pay_until timestamptz, pay_length_us bigint, paused_since timestamptz, paused_by text,
    unconfirmed_left_us bigint, reminders smallint"""
INVOICE_COLUMNS = [part.split()[0] for part in INVOICE.split(",")]
BUYER = """(SELECT jsonb_build_object('name', coalesce(u.full_name, ''),
    'company', coalesce(u.company, ''), 'email', u.email) FROM users u WHERE u.id = r.owner_id)"""
# The parties are copied when a number is given, and never changed afterwards.
INSERT_INVOICES = f"""
    INSERT INTO invoices ({", ".join(INVOICE_COLUMNS)}, buyer, seller)
    SELECT r.*, CASE WHEN r.number IS NOT NULL THEN {BUYER} END,
        CASE WHEN r.number IS NOT NULL THEN %(seller)s::jsonb END
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r ({INVOICE})
"""
SAVE_INVOICES = f"""{INSERT_INVOICES}
    ON CONFLICT (id) DO UPDATE SET buyer = coalesce(invoices.buyer, excluded.buyer),
        seller = coalesce(invoices.seller, excluded.seller),
        {", ".join(f"{name} = excluded.{name}" for name in INVOICE_COLUMNS[4:])}
"""
SET_ASIDE = "UPDATE subscriptions SET set_aside_reason = %s, due_at = %s WHERE id = %s"
AHEAD = "SELECT ahead_us FROM billing_clocks WHERE owner_id = %s"
SHIFT = """
    WITH moved AS (
        INSERT INTO billing_clocks AS c VALUES (%(owner_id)s, %(by)s)
        ON CONFLICT (owner_id) DO UPDATE SET ahead_us = c.ahead_us + excluded.ahead_us
    )
    UPDATE subscriptions SET due_at = due_at - %(by)s * interval '1 microsecond'
    WHERE owner_id = %(owner_id)s AND state <> 'ended'
"""
