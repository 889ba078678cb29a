"""The search index: chunks, their vectors, and the postings of their terms."""

from alembic import op
from tenancy import secure

revision = "search_index"
down_revision = "documents"
branch_labels = None
depends_on = None

# halfvec: half the size at a loss far below the model's own noise, and small enough to stay in its
# row (a vector of 512 would be stored apart, and every comparison would fetch it). Its length is
# not declared since models differ in it; an exact scan needs none.
UPGRADE = """
    CREATE EXTENSION IF NOT EXISTS vector;

    CREATE TABLE index_chunks (
        chunk_id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
        ordinal integer NOT NULL,
        text text NOT NULL,
        place jsonb NOT NULL,
        length real NOT NULL
    );
    CREATE INDEX index_chunks_document ON index_chunks (owner_id, document_id);

    CREATE TABLE index_vectors (
        chunk_id uuid NOT NULL REFERENCES index_chunks ON DELETE CASCADE,
        owner_id uuid NOT NULL,
        document_id uuid NOT NULL,
        position smallint NOT NULL,
        model_id text NOT NULL,
        embedding halfvec NOT NULL,
        PRIMARY KEY (chunk_id, model_id, position)
    );
    CREATE INDEX index_vectors_document ON index_vectors (owner_id, document_id);

    CREATE TABLE index_postings (
        owner_id uuid NOT NULL,
        term text NOT NULL,
        chunk_id uuid NOT NULL REFERENCES index_chunks ON DELETE CASCADE,
        document_id uuid NOT NULL,
        frequency real NOT NULL,
        PRIMARY KEY (owner_id, term, chunk_id)
    );
    CREATE INDEX index_postings_chunk ON index_postings (chunk_id);
    CREATE INDEX index_postings_document ON index_postings (owner_id, document_id);
"""
TABLES = ("index_chunks", "index_vectors", "index_postings")


def upgrade() -> None:
    op.execute(UPGRADE)
    for table in TABLES:
        secure(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
