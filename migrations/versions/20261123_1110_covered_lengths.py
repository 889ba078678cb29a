"""The lengths of chunks in the index that finds them: BM25 needs no more of those it counts."""

from alembic import op

revision = "covered_lengths"
down_revision = "publishing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP INDEX index_chunks_document")
    op.execute("""
        CREATE INDEX index_chunks_document ON index_chunks (owner_id, document_id)
        INCLUDE (chunk_id, length)
    """)


def downgrade() -> None:
    op.execute("DROP INDEX index_chunks_document")
    op.execute("CREATE INDEX index_chunks_document ON index_chunks (owner_id, document_id)")
