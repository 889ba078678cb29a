"""The tables of documents and of their analyses."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.documents.model import DocumentState, RecognizedPages, Stage
from mara.documents.model.analysis import AnalysisResult, AnalysisState, Entity, Method
from mara.extraction.model import DroppedKind, Format
from mara.platform.schema import (
    TIMESTAMP,
    Converted,
    check,
    dump_json,
    enumerated,
    load_record,
    metadata,
    one_of,
)


def _load_result(stored: dict[str, Any]) -> AnalysisResult:
    entities = [load_record(Entity, entity) for entity in stored["entities"]]
    return load_record(AnalysisResult, stored, entities=entities, method=Method(stored["method"]))


def _load_dropped(stored: dict[str, int]) -> dict[DroppedKind, int]:
    return {DroppedKind(kind): count for kind, count in stored.items()}


def _load_ocr(stored: dict[str, Any]) -> RecognizedPages:
    return load_record(RecognizedPages, stored)


def _dump_record(record: AnalysisResult | RecognizedPages) -> str:
    return json.dumps(asdict(record))


documents = Table(
    "documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("filename", Text, nullable=False),
    Column("format", enumerated(Format), nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", enumerated(DocumentState), nullable=False),
    Column("failure_code", Text),
    Column("failure_detail", Text),
    Column("pages", Integer),
    Column("chunks", Integer),
    Column("language", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("lease_until", TIMESTAMP),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("deleted_at", TIMESTAMP),
    Column("superseded_at", TIMESTAMP),
    # Since when it is queued: a trigger notes that.
    Column("waits_since", TIMESTAMP),
    Column("progress_stage", enumerated(Stage)),
    Column("progress_done", Integer),
    Column("progress_total", Integer),
    Column("dropped", Converted(JSONB(), load=_load_dropped, dump=dump_json)),
    Column("ocr", Converted(JSONB(), load=_load_ocr, dump=_dump_record)),
    Column("supersedes", Uuid),
    Column("first_version_id", Uuid),
    # Null for first versions, which are distinct.
    UniqueConstraint("first_version_id", "version"),
    one_of("format", Format),
    CheckConstraint("size > 0", name="size"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    one_of("state", DocumentState),
    # A document is finished, has failed with a reason, or is leased by a worker.
    check("(state = 'failed') = (failure_code IS NOT NULL)", name="documents_check"),
    check("state <> 'ready' OR chunks > 0", name="documents_check1"),
    check("(state = 'processing') = (lease_until IS NOT NULL)", name="documents_check2"),
    one_of("progress_stage", Stage),
    check(
        "CASE WHEN state = 'processing'"
        " THEN (progress_stage IS NULL) = (progress_done IS NULL OR progress_total IS NULL)"
        " ELSE num_nonnulls(progress_stage, progress_done, progress_total) = 0 END",
        name="documents_progress",
    ),
    Index("documents_owner", "owner_id", "id"),
    Index("documents_name", "owner_id", "filename"),
    Index("documents_hash", "owner_id", "sha256"),
    Index(
        "documents_queued",
        "waits_since",
        postgresql_where=text("state = 'queued' AND deleted_at IS NULL"),
    ),
    Index("documents_deleted", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    Index(
        "documents_open",
        "updated_at",
        postgresql_where=text(
            "state IN ('uploading', 'queued', 'processing') OR deleted_at IS NOT NULL"
        ),
    ),
)

document_analyses = Table(
    "document_analyses",
    metadata,
    Column("document_id", Uuid, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("state", enumerated(AnalysisState), nullable=False),
    Column("requested_at", TIMESTAMP, nullable=False),
    Column("findings", Converted(JSONB(), load=_load_result, dump=_dump_record)),
    Column("finished_at", TIMESTAMP),
    one_of("state", AnalysisState),
    check("(state = 'ready') = (findings IS NOT NULL)", name="document_analyses_check"),
    Index("document_analyses_of_owner", "owner_id", "document_id"),
    Index("document_analyses_queued", "requested_at", postgresql_where=text("state = 'queued'")),
)
