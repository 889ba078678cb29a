"""Credits by hand: an account of the platform. And locks on balances before money is moved."""

from alembic import op
from tenancy import APP_ROLE

revision = "credits"
down_revision = "billing"
branch_labels = None
depends_on = None

RULE = """
    ALTER TABLE ledger_postings DROP CONSTRAINT ledger_postings_check;
    ALTER TABLE ledger_postings ADD CONSTRAINT ledger_postings_check
        CHECK (CASE WHEN owner_id IS NULL
            THEN account IN ('revenue', 'fees', 'write_off', {credits}'custody:arbitrum',
                'custody:tron', 'custody:aptos') AND number IS NULL AND balance IS NULL
            ELSE account IN ('available', 'reserved', 'suspense') AND number IS NOT NULL
                AND balance IS NOT NULL END);
"""

# Rows that are missing are inserted in the order of their keys too, before any row is locked: a
# transaction that waits for one of them holds no lock on an older row. Row-level security applies:
# in a user's scope, another user's row is refused, whether it exists or not.
LOCK = """
    CREATE FUNCTION ledger_lock(owners uuid[])
    RETURNS TABLE (owner_id uuid, available bigint, reserved bigint, suspense bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    #variable_conflict use_column
    BEGIN
        INSERT INTO ledger_accounts (owner_id)
        SELECT wanted.id FROM unnest(owners) AS wanted (id)
        WHERE NOT EXISTS (SELECT FROM ledger_accounts a WHERE a.owner_id = wanted.id)
        GROUP BY wanted.id ORDER BY wanted.id
        ON CONFLICT DO NOTHING;
        RETURN QUERY SELECT a.owner_id, a.available, a.reserved, a.suspense
            FROM ledger_accounts a WHERE a.owner_id = ANY (owners)
            ORDER BY a.owner_id FOR UPDATE;
    END $$;
"""


def upgrade() -> None:
    op.execute(RULE.format(credits="'credits', "))
    op.execute(LOCK)
    op.execute("REVOKE ALL ON FUNCTION ledger_lock(uuid[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_lock(uuid[]) TO {APP_ROLE}")


def downgrade() -> None:
    """Refused once a credit was given: a posting is never deleted."""
    op.execute("DROP FUNCTION ledger_lock(uuid[])")
    op.execute(RULE.format(credits=""))
