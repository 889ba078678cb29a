"""The tables of the search index: chunks, vectors, postings, and the index that is active."""

from sqlalchemy import (
    REAL,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.platform.schema import HalfVector, enumerated, metadata, one_of
from mara.search.model import Engine

index_chunks = Table(
    "index_chunks",
    metadata,
    Column("chunk_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("document_id", Uuid, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("place", JSONB, nullable=False),
    Column("length", REAL, nullable=False),
    Index(
        "index_chunks_document",
        "owner_id",
        "document_id",
        postgresql_include=["chunk_id", "length"],
    ),
)

index_vectors = Table(
    "index_vectors",
    metadata,
    Column("chunk_id", Uuid, ForeignKey("index_chunks.chunk_id", ondelete="CASCADE")),
    Column("owner_id", Uuid, nullable=False),
    Column("document_id", Uuid, nullable=False),
    Column("position", SmallInteger),
    Column("model_id", Text),
    Column("embedding", HalfVector, nullable=False),
    PrimaryKeyConstraint("chunk_id", "model_id", "position"),
    Index("index_vectors_document", "owner_id", "document_id"),
)

index_postings = Table(
    "index_postings",
    metadata,
    Column("owner_id", Uuid),
    Column("term", Text),
    Column("chunk_id", Uuid, ForeignKey("index_chunks.chunk_id", ondelete="CASCADE")),
    Column("document_id", Uuid, nullable=False),
    Column("frequency", REAL, nullable=False),
    PrimaryKeyConstraint(
        "owner_id", "term", "chunk_id", postgresql_include=["document_id", "frequency"]
    ),
    Index("index_postings_chunk", "chunk_id"),
    Index("index_postings_document", "owner_id", "document_id"),
)

# One row at most: the index that answers queries.
index_in_use = Table(
    "index_in_use",
    metadata,
    Column("single", Boolean, primary_key=True, server_default=text("true")),
    Column("engine", enumerated(Engine), nullable=False),
    Column("model_id", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    CheckConstraint("single", name="single"),
    one_of("engine", Engine),
    CheckConstraint("dimensions > 0", name="dimensions"),
)

index_builds = Table(
    "index_builds",
    metadata,
    Column("identity", Text, primary_key=True),
    Column("document_id", Uuid, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Index("index_builds_document", "document_id"),
    Index("index_builds_of_owner", "owner_id"),
)
