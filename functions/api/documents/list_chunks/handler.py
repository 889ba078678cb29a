"""GET /api/v1/documents/{document_id}/chunks - list the extracted passages, in reading order.

It shows what was read from the file, and what search and agents can find.
"""

from uuid import UUID

from mara.documents.schemas import ChunksOut
from mara.entrypoints.http import DOCUMENTS_READ, USER, Limit, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER, scope=DOCUMENTS_READ)


@app.get("/api/v1/documents/{document_id}/chunks")
async def list_chunks(
    document_id: UUID, caller: Caller, limit: Limit = 20, cursor: str | None = None
) -> ChunksOut:
    after = ChunksOut.ordinal_of(cursor)
    chunks, more = library_service().chunks(caller, document_id, after=after, limit=limit)
    return ChunksOut.of(chunks, more=more)


handler = lambda_handler(app)
