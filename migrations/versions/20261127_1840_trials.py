"""Keyed hashes of who has used a trial.

Revision ID: trials
Revises: analytics
"""

from alembic import op
from tenancy import APP_ROLE

revision = "trials"
down_revision = "analytics"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE trials (
            subject bytea NOT NULL,
            used_at timestamptz NOT NULL,
            CONSTRAINT trials_pkey PRIMARY KEY (subject)
        );
        ALTER TABLE trials ENABLE ROW LEVEL SECURITY;
        ALTER TABLE trials FORCE ROW LEVEL SECURITY;
        CREATE POLICY system ON trials USING ((SELECT mara_scope_is_system()))
            WITH CHECK ((SELECT mara_scope_is_system()));
    """)
    op.execute(f"GRANT SELECT, INSERT ON trials TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("DROP TABLE trials")
