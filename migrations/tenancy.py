"""Row-level security: a transaction sees the rows of its scope; the system's scope, all rows.

Every unit of work sets ``mara.scope`` with SET LOCAL: a user's id, or 'system'. Without it no row
is visible. The functions connect as ``mara_app``, which owns no table and cannot bypass policies.
"""

from alembic import op

APP_ROLE = "mara_app"

FUNCTIONS = """
    CREATE FUNCTION mara_scope_is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('mara.scope', true), '') = 'system' $$;

    CREATE FUNCTION mara_scope_owner() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN coalesce(current_setting('mara.scope', true), '') IN ('', 'system')
              THEN NULL
              ELSE current_setting('mara.scope', true)::uuid END $$;
"""


def secure(table: str, owner: str = "owner_id") -> None:
    """Enable row-level security on ``table`` by the column ``owner``; grant it to the app."""
    # The sub-selects make PostgreSQL evaluate the scope once per statement, not per row.
    rule = f"{owner} = (SELECT mara_scope_owner()) OR (SELECT mara_scope_is_system())"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({rule}) WITH CHECK ({rule})")
    grant(table)


def grant(table: str) -> None:
    """Grant reading and writing of ``table`` to the app's role."""
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")


def refuse_erased(table: str) -> None:
    """Refuse new rows of ``table`` for erased accounts, whatever worker was still busy.

    The erasure waits for the transactions that began before it, and then deletes the rows.
    """
    op.execute(f"""
        CREATE TRIGGER refuse_erased AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased()
    """)
