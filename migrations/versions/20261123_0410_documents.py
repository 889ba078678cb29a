"""Documents and their states."""

from alembic import op
from tenancy import secure

revision = "documents"
down_revision = "identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE documents (
            id uuid PRIMARY KEY,
            owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
            filename text NOT NULL,
            format text NOT NULL CHECK (format IN ('pdf', 'docx', 'xlsx', 'txt', 'md', 'csv')),
            media_type text NOT NULL,
            size bigint NOT NULL CHECK (size > 0),
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            version integer NOT NULL,
            state text NOT NULL
                CHECK (state IN ('uploading', 'queued', 'processing', 'ready', 'failed')),
            failure_code text,
            failure_detail text,
            pages integer,
            chunks integer,
            language text,
            attempts integer NOT NULL DEFAULT 0,
            lease_until timestamptz,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            deleted_at timestamptz,
            superseded_at timestamptz,
            UNIQUE (owner_id, filename, version),
            -- Invariant 8, as far as a row can tell: it ended, with a reason, or somebody has it.
            CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
            CHECK (state <> 'ready' OR chunks > 0),
            CHECK ((state = 'processing') = (lease_until IS NOT NULL))
        );
        CREATE INDEX documents_owner ON documents (owner_id, id);
        CREATE INDEX documents_hash ON documents (owner_id, sha256);
        CREATE INDEX documents_open ON documents (updated_at)
            WHERE state IN ('uploading', 'queued', 'processing') OR deleted_at IS NOT NULL;
    """)
    secure("documents")


def downgrade() -> None:
    op.execute("DROP TABLE documents")
