"""The database refuses to delete details of the audit while their account is not erased."""

from alembic import op

revision = "details_kept"
down_revision = "bells_of_posts"
branch_labels = None
depends_on = None

# Of no owner too: such a deed concerns no account that could be erased.
UPGRADE = """
    CREATE FUNCTION audit_keep_details() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM removed WHERE NOT EXISTS (
                SELECT FROM erased_accounts WHERE user_id = removed.owner_id
            )
        ) THEN
            RAISE EXCEPTION '% on % is refused: the account is not erased', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER of_erased_only AFTER DELETE ON audit_details REFERENCING OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION audit_keep_details();
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute("DROP TRIGGER of_erased_only ON audit_details")
    op.execute("DROP FUNCTION audit_keep_details()")
