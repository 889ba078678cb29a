"""GET /api/v1/documents/{document_id}/chunks - list the extracted passages, in reading order.

It shows what was read from the file, and what search and agents can find.
"""

from uuid import UUID

from mara.documents.schemas.chunks import ChunksOut
from mara.documents.schemas.lists import Around, ChunkCursor
from mara.entrypoints.http import DOCUMENTS_READ, USER, Limit, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER, scope=DOCUMENTS_READ)


@app.get("/api/v1/documents/{document_id}/chunks")
async def list_chunks(
    document_id: UUID,
    caller: Caller,
    *,
    limit: Limit = 20,
    cursor: ChunkCursor = None,
    around: Around = None,
) -> ChunksOut:
    library = library_service()
    if around and not cursor:
        chunks, more = library.chunks_around(caller, document_id, around, limit=limit)
    else:
        after = ChunksOut.ordinal_of(cursor)
        chunks, more = library.chunks(caller, document_id, after=after, limit=limit)
    return ChunksOut.of(chunks, limit=limit, more=more)


handler = lambda_handler(app)
