"""Turns ``ledger_postings`` into a table that is partitioned by the hash of its owner.

The twin is filled in batches while the table is written: a trigger copies what is added meanwhile.
A short exclusive lock then exchanges the names. Postings are never changed or deleted, so that no
batch has to be copied twice. Triggers come with the exchange, else the copy would book twice.
"""

import time
from typing import Any, Final

import psycopg
from psycopg import sql

Link = psycopg.Connection[tuple[Any, ...]]

LOCK_TIMEOUT: Final = "2s"
"""Who waits for an exclusive lock makes all others wait behind it: give up, and try again."""
OWNER: Final = "owner_id = (SELECT mara_scope_owner()) OR (SELECT mara_scope_is_system())"
TWIN: Final = f"""
    CREATE TABLE postings_twin
        (LIKE ledger_postings INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
        PARTITION BY HASH (owner_id);
    -- The primary key (transfer_id, leg) would need owner_id, which is null on platform accounts.
    CREATE UNIQUE INDEX twin_key ON postings_twin (transfer_id, leg, owner_id) NULLS NOT DISTINCT;
    CREATE UNIQUE INDEX twin_number ON postings_twin (owner_id, number);
    CREATE INDEX twin_platform ON postings_twin (account, transfer_id) INCLUDE (amount)
        WHERE owner_id IS NULL;
    ALTER TABLE postings_twin ENABLE ROW LEVEL SECURITY;
    ALTER TABLE postings_twin FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant ON postings_twin USING ({OWNER}) WITH CHECK ({OWNER});
    GRANT SELECT, INSERT, UPDATE, DELETE ON postings_twin TO mara_app;
"""
PARTITION: Final = """
    CREATE TABLE {name} PARTITION OF postings_twin
        FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})
"""
CAPTURE: Final = """
    CREATE FUNCTION capture_postings() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO postings_twin SELECT * FROM added ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER capture AFTER INSERT ON ledger_postings REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION capture_postings();
"""
UP_TO: Final = """
    SELECT transfer_id FROM ledger_postings WHERE transfer_id > %s
    ORDER BY transfer_id OFFSET %s LIMIT 1
"""
COPY: Final = """
    INSERT INTO postings_twin SELECT * FROM ledger_postings
    WHERE transfer_id > %s AND (%s::uuid IS NULL OR transfer_id <= %s) ON CONFLICT DO NOTHING
"""
TRIGGERS: Final = """
    SELECT replace(pg_get_triggerdef(oid), 'ON public.ledger_postings', 'ON public.postings_twin')
    FROM pg_trigger
    WHERE tgrelid = 'ledger_postings'::regclass AND NOT tgisinternal AND tgname <> 'capture'
"""
EXCHANGE: Final = """
    ALTER TABLE ledger_postings RENAME TO postings_before;
    ALTER TABLE postings_twin RENAME TO ledger_postings;
    DROP TRIGGER capture ON postings_before;
"""
# Ids ascend: later ones were posted after the exchange.
DIFFERENT: Final = """
    WITH last AS (SELECT transfer_id FROM postings_before ORDER BY transfer_id DESC LIMIT 1)
    SELECT (SELECT (count(*), sum(amount), sum(number)) FROM ledger_postings
            WHERE transfer_id <= (SELECT transfer_id FROM last))
        IS DISTINCT FROM (SELECT (count(*), sum(amount), sum(number)) FROM postings_before)
"""
FIRST: Final = "00000000-0000-0000-0000-000000000000"


def make_twin(link: Link, partitions: int) -> None:
    """Make the empty twin, and copy to it what is added from now on."""
    link.execute(TWIN)
    for number in range(partitions):
        make = sql.SQL(PARTITION).format(
            name=sql.Identifier(f"postings_{number}"),
            partitions=sql.Literal(partitions),
            number=sql.Literal(number),
        )
        link.execute(make)
    link.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    link.execute(CAPTURE)


def copy(link: Link, batch: int) -> None:
    """Copy what was there before, a transaction for each batch."""
    last: object = FIRST
    while last is not None:
        found = link.execute(UP_TO, (last, batch)).fetchone()
        upper = found[0] if found else None
        link.execute(COPY, (last, upper, upper))
        last = upper


def exchange(link: Link) -> float:
    """Exchange the names; the seconds for which the table was locked."""
    triggers = [definition for (definition,) in link.execute(TRIGGERS)]
    with link.transaction():
        link.execute("LOCK TABLE ledger_postings IN ACCESS EXCLUSIVE MODE")
        began = time.perf_counter()
        for definition in triggers:
            link.execute(definition)
        link.execute(EXCHANGE)
    return time.perf_counter() - began


def check(link: Link) -> None:
    """Compare both tables. Raises RuntimeError where they differ."""
    row = link.execute(DIFFERENT).fetchone()
    if row is None or row[0]:
        raise RuntimeError("the tables differ")
