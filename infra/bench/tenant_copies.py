"""Copies all rows of a database's one tenant to further tenants, by one statement a table.

Ids are derived from those of the model and the number of the copy. Triggers and foreign keys are
off meanwhile, so that the copies cost neither; what is unique gets the number of the copy too.
"""

from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

Link = psycopg.Connection[tuple[Any, ...]]

TOGETHER: Final = ("index_chunks", "index_vectors", "index_postings", "index_builds", "documents")
"""Tables whose rows of one tenant are written together. Rows of others come over time, between
those of the other tenants, so that no two of one tenant are in one page."""
COLUMNS: Final = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
        AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
        AND (c.relname = 'users' OR EXISTS (SELECT FROM pg_attribute o
            WHERE o.attrelid = c.oid AND o.attname = 'owner_id'))
    ORDER BY c.relname, a.attnum
"""
KEPT: Final = {"version_id", "next_version_id"}
"""Ids of what all tenants share."""
_BYTES: Final = "substring(sha256({0} || n::text::bytea) FOR length({0}))"
_TEXT: Final = "{0} || '-' || n"
UNIQUE: Final[dict[tuple[str, str], LiteralString]] = {
    ("users", "email"): "n || {0}",
    ("ledger_transfers", "key"): _TEXT,
    ("deposits", "transaction"): _TEXT,
    ("wallets", "address"): _BYTES,
    ("wallets", "receives_at"): _BYTES,
    ("bot_configs", "telegram_id"): "{0} + n",
}
OF_TYPE: Final[dict[str, LiteralString]] = {
    "uuid": "md5({0}::text || n)::uuid",
    "uuid[]": "ARRAY(SELECT md5(u::text || n)::uuid FROM unnest({0}) AS u)",
}
ONE_TENANT_AFTER_ANOTHER: Final = """
    INSERT INTO {table} ({columns}) SELECT {values}
    FROM generate_series(1, {copies}) AS n
    CROSS JOIN LATERAL (SELECT * FROM model_rows WHERE n > 0 OFFSET 0) AS model
"""
IGNORE_INDEXES: Final = """
    UPDATE pg_index SET indisready = false WHERE indrelid = {table}::regclass
"""
"""An insert then leaves them as they are, until REINDEX builds them at once: some times faster."""
MIXED: Final = """
    INSERT INTO {table} ({columns}) SELECT {values}
    FROM model_rows AS model CROSS JOIN LATERAL
        generate_series(1, CASE WHEN model IS NULL THEN 0 ELSE {copies} END) AS n
"""


def copy_tenant(url: str, copies: int) -> int:
    """Make so many copies as a superuser; the number of rows that were added."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("SET session_replication_role = replica")
        link.execute("SET maintenance_work_mem = '512MB'")
        tables: dict[str, dict[str, str]] = {}
        for table, column, kind in link.execute(COLUMNS):
            tables.setdefault(table, {})[column] = kind
        added = sum(_copy(link, table, columns, copies) for table, columns in tables.items())
        link.execute("VACUUM ANALYZE")
        link.execute("CHECKPOINT")
    return added


def _copy(link: Link, table: str, columns: dict[str, str], copies: int) -> int:
    statement = ONE_TENANT_AFTER_ANOTHER if table in TOGETHER else MIXED
    values = [_value(table, column, kind) for column, kind in columns.items()]
    insert = sql.SQL(statement).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values),
        copies=sql.Literal(copies),
    )
    # Scanned again for each tenant, the table itself would grow meanwhile.
    link.execute(sql.SQL("CREATE TEMP TABLE model_rows AS TABLE {}").format(sql.Identifier(table)))
    link.execute(sql.SQL(IGNORE_INDEXES).format(table=sql.Literal(table)))
    added = link.execute(insert).rowcount
    link.execute("DROP TABLE model_rows")
    link.execute(sql.SQL("REINDEX TABLE {}").format(sql.Identifier(table)))
    return added


def _value(table: str, column: str, kind: str) -> sql.Composed:
    plain: LiteralString = "{0}"
    of_type = plain if column in KEPT else OF_TYPE.get(kind, plain)
    return sql.SQL(UNIQUE.get((table, column), of_type)).format(sql.Identifier("model", column))
