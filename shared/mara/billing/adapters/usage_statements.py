"""The SQL of metered use. Rows travel as one JSON array per table, as in ``account_statements``."""

HOLDER_COLUMNS = """u.id AS holder_id, u.created_at AS holder_created_at,
        u.active AS holder_is_active, s.*,
        coalesce(c.ahead_us, 0) AS ahead_us, i.period_start AS unpaid_start,
        i.paused_since IS NOT NULL AS is_covered,
        CASE WHEN s.state = 'past_due' THEN (
            SELECT e.version_id FROM subscription_events e
            WHERE e.subscription_id = s.id AND e.state IN ('trialing', 'active')
            ORDER BY e.number DESC LIMIT 1) END AS paid_version_id,
        (SELECT v.id FROM plans p JOIN plan_versions v ON v.plan_id = p.id
            WHERE p.is_default ORDER BY v.number DESC LIMIT 1) AS default_version_id"""
HOLDER_TABLES = """
    FROM users u LEFT JOIN billing_clocks c ON c.owner_id = u.id
    LEFT JOIN subscriptions s ON s.owner_id = u.id AND s.state <> 'ended'
    LEFT JOIN invoices i ON i.subscription_id = s.id AND i.status = 'open'
    WHERE u.id = %(owner_id)s
"""
BILLING_TIME = """(%(at)s + coalesce((SELECT ahead_us FROM billing_clocks
                WHERE owner_id = %(owner_id)s), 0) * interval '1 us')"""
HOLDER = f"SELECT {HOLDER_COLUMNS} {HOLDER_TABLES}"
# An overdue subscription is used on older counters too: those are locked in their order later.
LOCK_HOLDER = f"""
    WITH locked AS (
        SELECT * FROM usage_counters WHERE owner_id = %(owner_id)s
            AND period_start <= {BILLING_TIME} AND period_end > {BILLING_TIME}
            AND NOT EXISTS (SELECT FROM subscriptions
                WHERE owner_id = %(owner_id)s AND state = 'past_due')
        ORDER BY id FOR UPDATE
    )
    SELECT {HOLDER_COLUMNS}, (SELECT json_agg(l) FROM locked l) AS counters,
        EXISTS (SELECT FROM usage_reservations
            WHERE owner_id = %(owner_id)s AND key = %(key)s) AS is_known
    {HOLDER_TABLES}
"""

COUNTER = """id uuid, owner_id uuid, subscription_id uuid, version_id uuid,
    period_start timestamptz, period_end timestamptz, meter text, included bigint,
    rounded_up integer, used bigint,
    reserved bigint, overage bigint, overage_reserved bigint, charged bigint, held bigint,
    notified smallint, unpaid boolean, free boolean, invoice_id uuid, changed_at timestamptz"""
COUNTER_COLUMNS = [part.split()[0] for part in COUNTER.split(",")]
CHANGED = [name for name in COUNTER_COLUMNS[3:] if not name.startswith(("period", "meter"))]
ADD_COUNTERS = f"""
    INSERT INTO usage_counters ({", ".join(COUNTER_COLUMNS)})
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r ({COUNTER}) ORDER BY r.id
    ON CONFLICT ON CONSTRAINT usage_counters_key DO NOTHING
"""
UPDATE_COUNTERS = f"""UPDATE usage_counters c SET
        {", ".join(f"{name} = r.{name}" for name in CHANGED)}
    FROM jsonb_to_recordset(%(counters)s::jsonb) AS r ({COUNTER}) WHERE c.id = r.id"""
COUNTERS_OF = "SELECT * FROM usage_counters WHERE owner_id = %s AND period_start = ANY (%s)"
READ_COUNTERS = COUNTERS_OF + " ORDER BY id"
LOCK_COUNTERS = READ_COUNTERS + " FOR UPDATE"
LOCK_COUNTERS_BY_ID = "SELECT * FROM usage_counters WHERE id = ANY (%s) ORDER BY id FOR UPDATE"
LOCK_PERIODS = """
    SELECT c.* FROM usage_counters c WHERE (c.owner_id, c.period_start) IN (
        SELECT owner_id, period_start FROM usage_counters WHERE id = ANY (%s))
    ORDER BY c.id FOR UPDATE OF c
"""
CHANGED_AT = """
    SELECT max(c.changed_at + coalesce(b.ahead_us, 0) * interval '1 us')
    FROM usage_counters c LEFT JOIN billing_clocks b USING (owner_id)
    WHERE c.owner_id = %s AND c.subscription_id = %s AND c.period_start = %s
        AND c.used + c.reserved + c.overage + c.overage_reserved > 0
"""
# A period was charged if its subscription was active in it at any time.
NEVER_CHARGED = """c.unpaid AND NOT EXISTS (
        SELECT FROM subscription_events e
        WHERE e.subscription_id = c.subscription_id AND e.state = 'active'
            AND e.period_start <= c.period_start AND c.period_start < e.period_end)
    ORDER BY c.id FOR UPDATE OF c"""
LOCK_UNPAID = f"""
    SELECT * FROM usage_counters c WHERE c.subscription_id = %s AND {NEVER_CHARGED}
"""
AT = "c.owner_id = %(owner_id)s AND c.period_start <= %(at)s AND %(at)s < c.period_end"
LOCK_UNPAID_AT = f"SELECT * FROM usage_counters c WHERE {AT} AND {NEVER_CHARGED}"
READ_FREE = f"SELECT * FROM usage_counters c WHERE {AT} AND c.free"
# The end of a usage period is billing time, which may be ahead in the local stage.
LOCK_ENDED = """
    WITH due AS (
        SELECT DISTINCT c.owner_id, c.subscription_id, c.period_start, c.period_end
        FROM usage_counters c LEFT JOIN billing_clocks b USING (owner_id)
        WHERE c.charged > 0 AND c.invoice_id IS NULL AND c.period_end <= %(at)s
                + (SELECT coalesce(max(ahead_us), 0) FROM billing_clocks) * interval '1 us'
            AND c.period_end <= %(at)s + coalesce(b.ahead_us, 0) * interval '1 us'
            AND NOT EXISTS (
                SELECT FROM usage_counters o
                WHERE o.owner_id = c.owner_id AND o.period_start = c.period_start
                    AND o.subscription_id = c.subscription_id
                    AND o.reserved + o.overage_reserved > 0)
        ORDER BY c.period_end, c.subscription_id LIMIT %(limit)s
    )
    SELECT c.* FROM usage_counters c JOIN due USING (owner_id, period_start, subscription_id)
    ORDER BY c.id FOR UPDATE OF c
"""

# Reserving and settling change these columns only. Ids are given twice: the planner expects many
# rows of JSON, and would read whole tables for them.
COUNTS = """id uuid, used bigint, reserved bigint, overage bigint, overage_reserved bigint,
    charged bigint, held bigint, notified smallint"""
COUNT_COLUMNS = [part.split()[0] for part in COUNTS.split(",")]
COUNT = f"""UPDATE usage_counters c SET changed_at = %(at)s,
        {", ".join(f"{name} = r.{name}" for name in COUNT_COLUMNS[1:])}
    FROM jsonb_to_recordset(%(counters)s::jsonb) AS r ({COUNTS})
    WHERE c.id = ANY (%(counter_ids)s) AND c.id = r.id"""
# For parameters that it does not know the planner expects ten ids, and plans at each call rather
# than reading so much; by the owner both plans cost the same, and one is kept.
COUNT_OF_OWNER = f"{COUNT} AND c.owner_id = %(owner_id)s"
ADD_RESERVATION = f"""
    WITH made AS (
        INSERT INTO usage_reservations (id, owner_id, key, reference, items, state, hold_id,
            created_at, expires_at)
        VALUES (%(id)s, %(owner_id)s, %(key)s, %(reference)s, %(items)s, %(state)s, %(hold_id)s,
            %(at)s, %(expires_at)s)
        ON CONFLICT (owner_id, key) DO NOTHING RETURNING id
    ), counted AS ({COUNT_OF_OWNER} AND EXISTS (SELECT FROM made))
    SELECT id FROM made
"""
FIND = "SELECT * FROM usage_reservations WHERE owner_id = %s AND key = %s"
# Counters of a reservation that is settled late are locked later, with their whole periods. The
# planner expects a hundred items: without the owner it would read the whole table for them.
LOCK = """
    WITH r AS (
        SELECT * FROM usage_reservations WHERE owner_id = %(owner_id)s AND key = %(key)s FOR UPDATE
    ), locked AS (
        SELECT * FROM usage_counters WHERE owner_id = %(owner_id)s AND id IN (
            SELECT (i ->> 'counter_id')::uuid FROM r, jsonb_array_elements(r.items) AS i
            WHERE r.state = 'open' AND r.expires_at > %(not_before)s)
        ORDER BY id FOR UPDATE
    )
    SELECT r.*, (SELECT json_agg(l) FROM locked l) AS counters FROM r
"""
LOCK_EXPIRED = """
    SELECT * FROM usage_reservations WHERE state = 'open' AND expires_at <= %s
    ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
END_ONE = f"""
    WITH counted AS ({COUNT_OF_OWNER})
    UPDATE usage_reservations
    SET state = %(state)s, charged = %(charged)s, used = %(used)s, ended_at = %(at)s
    WHERE id = %(id)s
"""
END_ALL = f"""
    WITH counted AS ({COUNT})
    UPDATE usage_reservations e SET state = r.state, charged = r.charged, ended_at = %(at)s
    FROM jsonb_to_recordset(%(reservations)s::jsonb) AS r (id uuid, state text, charged bigint)
    WHERE e.id = ANY (%(ids)s) AND e.id = r.id
"""

COUNT_REFUSAL = """
    INSERT INTO usage_refusals AS r VALUES (%s, %s, 1)
    ON CONFLICT (day, owner_id) DO UPDATE SET count = r.count + 1 RETURNING count
"""
CHANGE_LEVEL = """
    INSERT INTO usage_levels AS l VALUES (%(owner_id)s, %(meter)s, greatest(%(by)s, 0), now())
    ON CONFLICT (owner_id, meter) DO UPDATE
        SET level = greatest(l.level + %(by)s, 0), changed_at = now()
    RETURNING level
"""
READ_LEVELS = "SELECT meter, level FROM usage_levels WHERE owner_id = %s"
RECOUNT = """
    WITH counted AS ({counted}), differing AS (
        SELECT coalesce(c.owner_id, l.owner_id) AS owner_id, coalesce(l.level, 0) AS stored,
            coalesce(c.level, 0) AS level
        FROM counted c FULL JOIN (SELECT * FROM usage_levels WHERE meter = %(meter)s) l
            ON l.owner_id = c.owner_id
        WHERE coalesce(l.level, 0) <> coalesce(c.level, 0)
    ), corrected AS (
        INSERT INTO usage_levels AS l SELECT owner_id, %(meter)s, level, now() FROM differing
        ON CONFLICT (owner_id, meter) DO UPDATE SET level = excluded.level, changed_at = now()
    )
    SELECT owner_id, stored, level FROM differing ORDER BY owner_id
"""
