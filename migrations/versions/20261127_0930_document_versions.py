"""Versions of a document: those of one name were versions of one file, now they are linked."""

from alembic import op

revision = "document_versions"
down_revision = "dropped"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE documents ADD COLUMN supersedes uuid, ADD COLUMN first_version_id uuid;
        UPDATE documents SET supersedes = versions.previous, first_version_id = versions.first
        FROM (
            SELECT id, lag(id) OVER name AS previous, first_value(id) OVER name AS first
            FROM documents WINDOW name AS (PARTITION BY owner_id, filename ORDER BY version)
        ) versions
        WHERE versions.id = documents.id AND versions.previous IS NOT NULL;
        ALTER TABLE documents DROP CONSTRAINT documents_owner_id_filename_version_key;
        ALTER TABLE documents ADD UNIQUE (first_version_id, version);
        CREATE INDEX documents_name ON documents (owner_id, filename);
    """)


def downgrade() -> None:
    # Documents of one name become versions of one file again, in the order of their upload.
    op.execute("""
        DROP INDEX documents_name;
        ALTER TABLE documents DROP CONSTRAINT documents_first_version_id_version_key;
        UPDATE documents SET version = versions.number
        FROM (
            SELECT id, row_number() OVER (PARTITION BY owner_id, filename ORDER BY id) AS number
            FROM documents
        ) versions
        WHERE versions.id = documents.id;
        ALTER TABLE documents ADD UNIQUE (owner_id, filename, version);
        ALTER TABLE documents DROP COLUMN supersedes, DROP COLUMN first_version_id;
    """)
