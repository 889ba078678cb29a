"""Indexes that hold all that BM25 needs: of a large knowledge base it reads no table for it."""

from alembic import op

revision = "covering_indexes"
down_revision = "publishing"
branch_labels = None
depends_on = None

PRIMARY_KEY = """
    ALTER TABLE index_postings DROP CONSTRAINT index_postings_pkey,
        ADD PRIMARY KEY (owner_id, term, chunk_id)
"""


def upgrade() -> None:
    op.execute("DROP INDEX index_chunks_document")
    op.execute("""
        CREATE INDEX index_chunks_document ON index_chunks (owner_id, document_id)
        INCLUDE (chunk_id, length)
    """)
    op.execute(f"{PRIMARY_KEY} INCLUDE (document_id, frequency)")


def downgrade() -> None:
    op.execute(PRIMARY_KEY)
    op.execute("DROP INDEX index_chunks_document")
    op.execute("CREATE INDEX index_chunks_document ON index_chunks (owner_id, document_id)")
