"""Which search index answers, and which documents another one holds that is being built."""

from alembic import op
from tenancy import grant, secure

revision = "index_in_use"
down_revision = "agents"
branch_labels = None
depends_on = None


# What is indexed already was made by the only model there was. Of tables under row-level security
# the owner too sees rows in a scope alone.
UPGRADE = """
    CREATE TABLE index_in_use (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        engine text NOT NULL CHECK (engine IN ('postgres', 'opensearch')),
        model_id text NOT NULL,
        dimensions integer NOT NULL CHECK (dimensions > 0)
    );

    SELECT set_config('mara.scope', 'system', true);
    INSERT INTO index_in_use (engine, model_id, dimensions)
        SELECT 'postgres', model_id, vector_dims(embedding::vector) FROM index_vectors LIMIT 1;

    CREATE TABLE index_builds (
        identity text NOT NULL,
        document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
        owner_id uuid NOT NULL,
        PRIMARY KEY (identity, document_id)
    );
    CREATE INDEX index_builds_document ON index_builds (document_id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    grant("index_in_use")
    secure("index_builds")


def downgrade() -> None:
    op.execute("DROP TABLE index_builds")
    op.execute("DROP TABLE index_in_use")
