"""Documents indexed directly, without storage and queue."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from mara.documents.adapters.postgres import PostgresDocuments
from mara.documents.model import Document, DocumentState, Failure
from mara.documents.service.chunking import chunk
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Block, Format, Place
from mara.kernel.ids import new_id
from mara.platform.database import transaction
from mara.search.model import Chunk
from mara.search.model.windows import passages_to_embed
from mara.wiring.documents import storage
from mara.wiring.search import embedder, search_index

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PLAIN_TEXT_PLACE: dict[str, object] = {
    "page": None,
    "sheet": None,
    "row": None,
    "headings": [],
    "ocr": None,
}
"""The place of a passage of plain text, as the API shows it."""


def data_folder(name: str) -> Path:
    """A folder of test data outside the repository; skips the test if it is missing."""
    root = Path(os.environ.get("MARA_TEST_DATA", "../shared/data"))
    if not (root / name).exists():
        pytest.skip(f"No {name} in {root}: set MARA_TEST_DATA to the folder of test data.")
    return root / name


def a_document(owner_id: UUID, filename: str) -> Document:
    document_id = new_id()
    return Document(
        id=document_id,
        owner_id=owner_id,
        filename=filename,
        format=Format(filename.rsplit(".", 1)[1]),
        media_type="text/plain",
        size=1,
        # Not of a file: only distinct, like the hashes of distinct files.
        sha256=f"{document_id.int:064x}",
        version=1,
        state=DocumentState.READY,
        created_at=NOW,
        updated_at=NOW,
        chunks=1,
    )


def learn(
    owner_id: UUID,
    filename: str,
    blocks: Sequence[Block | str],
    *,
    replaces: Document | None = None,
) -> Document:
    """Add a ready document of these blocks, chunked, embedded and indexed as ingestion does."""
    document = a_document(owner_id, filename)
    if replaces is not None:
        document = document.as_version_after(replaces, replaces.version + 1)
    whole = [Block(part, Place()) if isinstance(part, str) else part for part in blocks]
    model = embedder()
    chunks = chunk(document.id, whole, model.count_tokens, model.tokens_max)
    # Before the transaction, which ends where it idles for long.
    embedded = list(_embedded(chunks, filename))
    with transaction(owner_id):
        PostgresDocuments().add(replace(document, chunks=len(chunks)))
        search_index().replace(owner_id, document.id, embedded)
    return document


def failed_document(owner_id: UUID, filename: str = "torn.md") -> Document:
    """Add a document that could not be read, with its file in the storage."""
    failed = replace(
        a_document(owner_id, filename),
        state=DocumentState.FAILED,
        failure=Failure("corrupt", "The file is damaged, or is not what its name says."),
        chunks=None,
    )
    storage().put(failed.object_key, b"# Torn")
    with transaction(owner_id):
        PostgresDocuments().add(failed)
    return failed


def learn_file(owner_id: UUID, path: Path) -> Document:
    extraction = ChildProcessExtractor().extract(path, Format(path.suffix[1:]))
    return learn(owner_id, path.name, extraction.blocks)


def _embedded(chunks: Sequence[Chunk], filename: str) -> Iterator[tuple[Chunk, Sequence[float]]]:
    for part in chunks:
        for vector in embedder().embed_passages(passages_to_embed(part, filename)):
            yield part, vector
