"""The SQL of revenue. Each statement reads its rows once and divides them by ``width_bucket``.

``bounds`` are the starts of the buckets and the end of the last one: bucket 0 is before them.
"""

from typing import Final

ALL_DELTAS: Final = """
    SELECT owner_id, at, subscription_id, number, monthly_after - monthly_before AS delta
    FROM subscription_events WHERE monthly_before <> monthly_after
"""
# The part of a user's MRR that is of some versions: the event before tells the version before.
DELTAS_OF_VERSIONS: Final = """
    SELECT owner_id, at, subscription_id, number,
        CASE WHEN version_id = ANY (%(versions)s) THEN monthly_after ELSE 0 END
        - CASE WHEN lag(version_id) OVER (PARTITION BY subscription_id ORDER BY number)
            = ANY (%(versions)s) THEN monthly_before ELSE 0 END AS delta
    FROM subscription_events
"""
MOVEMENTS: Final = """
    WITH deltas AS ({deltas}), moves AS (
        SELECT owner_id, at, delta, row_number() OVER w AS nth,
            (sum(delta) OVER w)::bigint AS after
        FROM deltas WHERE delta <> 0 AND at < %(end)s
        WINDOW w AS (PARTITION BY owner_id ORDER BY at, subscription_id, number
            ROWS UNBOUNDED PRECEDING)
    )
    SELECT width_bucket(at, %(bounds)s) AS bucket,
        sum(delta) FILTER (WHERE nth = 1) AS new,
        sum(delta) FILTER (WHERE nth > 1 AND after = delta) AS reactivation,
        sum(delta) FILTER (WHERE delta > 0 AND after > delta) AS expansion,
        sum(delta) FILTER (WHERE delta < 0 AND after > 0) AS contraction,
        sum(delta) FILTER (WHERE after = 0) AS churn,
        count(DISTINCT owner_id) FILTER (WHERE after = 0) AS churned_users,
        count(*) FILTER (WHERE after = delta) - count(*) FILTER (WHERE after = 0) AS users
    FROM moves GROUP BY 1
"""
# A subscription is in its trial at its beginning only: the event after the last one ended it.
TRIALS: Final = """
    SELECT width_bucket(n.at, %(bounds)s) AS bucket, count(*) AS ended,
        count(*) FILTER (WHERE s.ever_paid) AS paid
    FROM (
        SELECT subscription_id, max(number) AS number FROM subscription_events
        WHERE state = 'trialing' GROUP BY subscription_id
    ) t
    JOIN subscription_events l USING (subscription_id, number)
    JOIN subscription_events n
        ON n.subscription_id = t.subscription_id AND n.number = t.number + 1
    JOIN subscriptions s ON s.id = t.subscription_id
    WHERE n.at >= %(start)s AND n.at < %(end)s
        AND (%(versions)s::uuid[] IS NULL OR l.version_id = ANY (%(versions)s))
    GROUP BY 1
"""
# A charge after the end of a reservation is overage too; its key tells.
MONEY: Final = """
    SELECT width_bucket(t.created_at, %(bounds)s) AS bucket, p.account,
        CASE WHEN starts_with(t.key, 'usage_late:') THEN 'settle' ELSE t.kind END AS kind,
        sum(p.amount)::bigint AS amount
    FROM ledger_transfers t JOIN ledger_postings p ON p.transfer_id = t.id
    WHERE t.created_at >= %(start)s AND t.created_at < %(end)s AND p.owner_id IS NULL
    GROUP BY 1, 2, 3
"""
# Charges and refunds name their invoice; overage names its reservation, whose last item costs.
MONEY_OF_VERSIONS: Final = """
    WITH posted AS (
        SELECT t.created_at, t.ends_id, p.account, p.amount, t.reference,
            CASE WHEN starts_with(t.key, 'usage_late:') THEN 'settle' ELSE t.kind END AS kind,
            CASE WHEN starts_with(t.key, 'usage_late:') THEN substr(t.key, 12)::uuid END AS late_id
        FROM ledger_transfers t JOIN ledger_postings p ON p.transfer_id = t.id
        WHERE t.created_at >= %(start)s AND t.created_at < %(end)s AND p.account = 'revenue'
            AND t.kind IN ('charge', 'refund', 'settle')
    ), versioned AS (
        SELECT p.created_at, p.account, p.kind, p.amount, i.version_id
        FROM posted p JOIN invoices i ON p.reference = i.id::text
        WHERE p.kind <> 'settle'
        UNION ALL
        SELECT p.created_at, p.account, p.kind, p.amount, c.version_id
        FROM posted p
        JOIN usage_reservations r ON r.hold_id = p.ends_id OR r.id = p.late_id
        JOIN usage_counters c ON c.id = (r.items -> -1 ->> 'counter_id')::uuid
        WHERE p.kind = 'settle'
    )
    SELECT width_bucket(created_at, %(bounds)s) AS bucket, account, kind,
        sum(amount)::bigint AS amount
    FROM versioned WHERE version_id = ANY (%(versions)s) GROUP BY 1, 2, 3
"""
# Cumulative rounding, so that the parts of an amount add up to it: `reached` is what all paid
# periods of a bucket have earned at its end, each rounded down; `complete`, those that end in it.
# What a change costs is for the rest of its period. Microseconds are exact in a bigint.
RECOGNISED: Final = """
    WITH paid AS (
        SELECT total::numeric AS total, period_end, CASE WHEN purpose = 'change'
            THEN greatest(period_start, paid_at) ELSE period_start END AS begins
        FROM invoices
        WHERE status = 'paid' AND total > 0 AND purpose <> 'usage'
            AND period_end > %(start)s AND period_start < %(end)s
            AND (%(versions)s::uuid[] IS NULL OR version_id = ANY (%(versions)s))
    ), spread AS (
        SELECT total, (extract(epoch FROM begins) * 1000000)::bigint AS begins,
            greatest((extract(epoch FROM period_end - begins) * 1000000)::bigint, 1) AS length,
            width_bucket(begins, %(bounds)s) AS first,
            width_bucket(period_end - interval '1 us', %(bounds)s) AS last
        FROM paid
    )
    SELECT bucket, sum(part)::bigint AS reached,
        coalesce(sum(part) FILTER (WHERE bucket = last), 0)::bigint AS complete
    FROM spread, generate_series(first, least(last, %(buckets)s)) AS bucket, LATERAL (
        SELECT div(
            total * least((%(bounds_us)s::bigint[])[bucket + 1] - begins, length), length
        ) AS part
    ) AS earned
    GROUP BY 1
"""
VERSIONS: Final = """
    SELECT v.id FROM plans p JOIN plan_versions v ON v.plan_id = p.id WHERE p.code = %s
"""
