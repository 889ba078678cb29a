"""The ledger: transfers, their postings, the users' balances, and holds on them.

Decision 0013 tells why the rules stand in the database, and why platform accounts have no row.
"""

from alembic import op
from tenancy import APP_ROLE

revision = "ledger"
down_revision = "wallets"
branch_labels = None
depends_on = None

# Amounts are micro-USDT. A user's account is what we owe them, so a deposit is custody -a,
# available +a: the balance of custody is minus what lies there. One row holds a user's three
# accounts, since one lock then orders all that happens to them; `entries` counts their postings
# without a gap.
TABLES = """
    CREATE TABLE ledger_accounts (
        owner_id uuid PRIMARY KEY REFERENCES users,
        available bigint NOT NULL DEFAULT 0
            CONSTRAINT ledger_available_floor CHECK (available >= 0),
        reserved bigint NOT NULL DEFAULT 0 CONSTRAINT ledger_reserved_floor CHECK (reserved >= 0),
        suspense bigint NOT NULL DEFAULT 0 CONSTRAINT ledger_suspense_floor CHECK (suspense >= 0),
        entries bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 50);

    CREATE TABLE ledger_transfers (
        id uuid PRIMARY KEY,
        key text NOT NULL CONSTRAINT ledger_key UNIQUE CHECK (length(key) BETWEEN 1 AND 200),
        kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
        reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 200),
        -- The one user whom it concerns; none where money moves inside the platform.
        owner_id uuid,
        -- The hold that it settles or releases: each is ended once.
        ends_id uuid CONSTRAINT ledger_ends UNIQUE REFERENCES ledger_transfers,
        expires_at timestamptz,
        legs smallint NOT NULL CHECK (legs BETWEEN 2 AND 16),
        content bytea NOT NULL,
        created_at timestamptz NOT NULL,
        CHECK (ends_id IS NULL OR expires_at IS NULL)
    );

    CREATE TABLE ledger_postings (
        transfer_id uuid NOT NULL,
        leg smallint NOT NULL CHECK (leg >= 1),
        owner_id uuid,
        account text NOT NULL,
        amount bigint NOT NULL CHECK (amount <> 0),
        -- Of a user's posting: the how manieth of theirs, and the account's balance after it.
        number bigint,
        balance bigint CHECK (balance >= 0),
        PRIMARY KEY (transfer_id, leg),
        CONSTRAINT ledger_posting_number UNIQUE (owner_id, number),
        CHECK (CASE WHEN owner_id IS NULL
            THEN account IN ('revenue', 'fees', 'write_off', 'custody:arbitrum', 'custody:tron',
                'custody:aptos') AND number IS NULL AND balance IS NULL
            ELSE account IN ('available', 'reserved', 'suspense') AND number IS NOT NULL
                AND balance IS NOT NULL END)
    );
    CREATE INDEX ledger_postings_platform ON ledger_postings (account, transfer_id)
        INCLUDE (amount) WHERE owner_id IS NULL;

    -- The holds that are open: derived, as balances are.
    CREATE TABLE ledger_holds (
        transfer_id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount > 0),
        expires_at timestamptz NOT NULL
    );
    CREATE INDEX ledger_holds_expiry ON ledger_holds (expires_at);
"""

# Balances follow from postings, by any writer: nothing else may write them.
APPLY = """
    CREATE FUNCTION ledger_apply_posting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        LOOP
            UPDATE ledger_accounts SET
                available = available
                    + CASE NEW.account WHEN 'available' THEN NEW.amount ELSE 0 END,
                reserved = reserved + CASE NEW.account WHEN 'reserved' THEN NEW.amount ELSE 0 END,
                suspense = suspense + CASE NEW.account WHEN 'suspense' THEN NEW.amount ELSE 0 END,
                entries = entries + 1
            WHERE owner_id = NEW.owner_id
            RETURNING entries, CASE NEW.account WHEN 'available' THEN available
                WHEN 'reserved' THEN reserved ELSE suspense END
            INTO NEW.number, NEW.balance;
            EXIT WHEN FOUND;
            -- The user's first posting; of two at once, one waits here and then goes on.
            INSERT INTO ledger_accounts (owner_id) VALUES (NEW.owner_id) ON CONFLICT DO NOTHING;
        END LOOP;
        RETURN NEW;
    END $$;
    CREATE TRIGGER apply BEFORE INSERT ON ledger_postings FOR EACH ROW
        WHEN (NEW.owner_id IS NOT NULL) EXECUTE FUNCTION ledger_apply_posting();

    CREATE FUNCTION ledger_track_hold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.amount > 0 THEN
            INSERT INTO ledger_holds
            SELECT NEW.transfer_id, NEW.owner_id, NEW.amount, t.expires_at
            FROM ledger_transfers t WHERE t.id = NEW.transfer_id AND t.expires_at IS NOT NULL;
        ELSE
            DELETE FROM ledger_holds h USING ledger_transfers t
            WHERE t.id = NEW.transfer_id AND h.transfer_id = t.ends_id
              AND h.owner_id = NEW.owner_id AND h.amount = -NEW.amount;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'transfer % begins or ends no open hold of this amount',
                NEW.transfer_id USING ERRCODE = 'LG410';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER track_hold AFTER INSERT ON ledger_postings FOR EACH ROW
        WHEN (NEW.account = 'reserved') EXECUTE FUNCTION ledger_track_hold();
"""

# Every statement that inserts postings inserts whole transfers, so that none is ever out of
# balance, not even until a commit. `legs` and the primary key keep a transfer from being added to.
# It does a foreign key's work too, once a statement: no posting is without its transfer, and no
# transfer is ever deleted.
CHECK = """
    CREATE FUNCTION ledger_check_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        wrong uuid;
        gains boolean;
    BEGIN
        SELECT p.transfer_id INTO wrong
        FROM fresh p LEFT JOIN ledger_transfers t ON t.id = p.transfer_id
        GROUP BY p.transfer_id, t.legs, t.owner_id, t.ends_id, t.expires_at
        HAVING sum(p.amount) <> 0
            OR count(*) IS DISTINCT FROM t.legs
            OR max(p.leg) IS DISTINCT FROM t.legs
            OR bool_or(p.owner_id IS NOT NULL AND p.owner_id IS DISTINCT FROM t.owner_id)
            OR bool_or(p.account = 'reserved' AND p.amount > 0) <> (t.expires_at IS NOT NULL)
            OR bool_or(p.account = 'reserved' AND p.amount < 0) <> (t.ends_id IS NOT NULL)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'transfer % is not balanced or not whole', wrong
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_balanced';
        END IF;
        IF NOT mara_scope_is_system() THEN
            SELECT coalesce(sum(amount), 0) > 0 INTO gains FROM fresh WHERE owner_id IS NOT NULL;
            IF gains THEN
                RAISE EXCEPTION 'a user''s scope may not add to what the user has'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER check_transfers AFTER INSERT ON ledger_postings
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_transfers();
"""

# For everybody, the owner of the tables included.
REFUSE = """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % is refused: the ledger is only added to', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
    CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON ledger_accounts
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
    CREATE TRIGGER empty_at_first BEFORE INSERT ON ledger_accounts FOR EACH ROW
        WHEN (NEW.available <> 0 OR NEW.reserved <> 0 OR NEW.suspense <> 0 OR NEW.entries <> 0)
        EXECUTE FUNCTION ledger_refuse();
    CREATE TRIGGER follows_postings BEFORE UPDATE ON ledger_accounts FOR EACH ROW
        WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse();
    CREATE TRIGGER follows_postings BEFORE INSERT OR UPDATE OR DELETE ON ledger_holds FOR EACH ROW
        WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse();
    CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_holds
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""

# The one door. Locks are taken in one order: keys, then users, each sorted. Times are no part of
# the content: who asks for the same transfer again asks later.
POST = """
    CREATE FUNCTION ledger_content(wanted jsonb) RETURNS bytea LANGUAGE sql STABLE
    RETURN sha256(convert_to((wanted - '{id,created_at,expires_at}'::text[])::text, 'UTF8'));

    CREATE FUNCTION ledger_post(orders jsonb) RETURNS TABLE (key text, id uuid, at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
    #variable_conflict use_column
    DECLARE
        fresh uuid[];
        reused text;
    BEGIN
        WITH made AS (
            INSERT INTO ledger_transfers (id, key, kind, reference, owner_id, ends_id, expires_at,
                legs, content, created_at)
            SELECT o.id, o.key, o.kind, o.reference, o.owner_id, o.ends_id, o.expires_at,
                cardinality(o.amounts), ledger_content(e), o.created_at
            FROM jsonb_array_elements(orders) AS e, jsonb_to_record(e) AS o (id uuid, key text,
                kind text, reference text, owner_id uuid, ends_id uuid, expires_at timestamptz,
                amounts bigint[], created_at timestamptz)
            ORDER BY o.key
            ON CONFLICT (key) DO NOTHING RETURNING id
        )
        SELECT array_agg(id) INTO fresh FROM made;

        IF fresh IS NOT NULL THEN
            INSERT INTO ledger_postings (transfer_id, leg, owner_id, account, amount)
            SELECT o.id, l.leg,
                CASE WHEN l.account IN ('available', 'reserved', 'suspense') THEN o.owner_id END,
                l.account, l.amount
            FROM ROWS FROM (jsonb_to_recordset(orders)
                    AS (id uuid, owner_id uuid, accounts text[], amounts bigint[]))
                    WITH ORDINALITY AS o (id, owner_id, accounts, amounts, position),
                unnest(o.accounts, o.amounts) WITH ORDINALITY AS l (account, amount, leg)
            WHERE o.id = ANY (fresh)
            ORDER BY o.owner_id, o.position, l.leg;
        END IF;

        IF cardinality(fresh) = jsonb_array_length(orders) THEN
            RETURN QUERY SELECT o.key, o.id, o.created_at FROM jsonb_to_recordset(orders)
                AS o (key text, id uuid, created_at timestamptz);
            RETURN;
        END IF;

        SELECT e ->> 'key' INTO reused
        FROM jsonb_array_elements(orders) AS e
        LEFT JOIN ledger_transfers t ON t.key = e ->> 'key'
        WHERE t.content IS DISTINCT FROM ledger_content(e) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'the key % stands for another transfer', reused USING ERRCODE = 'LG409';
        END IF;
        RETURN QUERY SELECT t.key, t.id, t.created_at
            FROM jsonb_to_recordset(orders) AS o (key text)
            JOIN ledger_transfers t ON t.key = o.key;
    END $$;
"""

OWN = "owner_id = (SELECT mara_scope_owner()) OR (SELECT mara_scope_is_system())"
NAMES = ("ledger_accounts", "ledger_transfers", "ledger_postings", "ledger_holds")


def upgrade() -> None:
    for part in (TABLES, APPLY, CHECK, REFUSE, POST):
        op.execute(part)
    for table in NAMES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({OWN}) WITH CHECK ({OWN})")
        op.execute(f"GRANT SELECT ON {table} TO {APP_ROLE}")
    # In a user's scope the platform's side of their transfers is written, and never read.
    op.execute("""
        CREATE POLICY platform ON ledger_postings FOR INSERT TO CURRENT_USER
            WITH CHECK (owner_id IS NULL)
    """)
    op.execute("REVOKE ALL ON FUNCTION ledger_post(jsonb) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_post(jsonb) TO {APP_ROLE}")


def downgrade() -> None:
    """Refused once money has moved: nothing else knows whose it is."""
    op.execute("SELECT set_config('mara.scope', 'system', true)")
    op.execute("""
        DO $$ BEGIN
            IF EXISTS (SELECT FROM ledger_transfers) THEN
                RAISE EXCEPTION 'the ledger holds transfers: it is not dropped';
            END IF;
        END $$
    """)
    op.execute(f"DROP TABLE {', '.join(reversed(NAMES))}")
    op.execute("""
        DROP FUNCTION ledger_post(jsonb), ledger_content(jsonb), ledger_refuse(),
            ledger_check_transfers(), ledger_track_hold(), ledger_apply_posting()
    """)
