"""GET /api/v1/documents - list the caller's documents with their states, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.documents.schemas import DocumentOut
from mara.entrypoints.http import DOCUMENTS_READ, USER, Limit, PageOut, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.page import PageRequest
from mara.wiring.documents import library_service

app = api(access=USER, scope=DOCUMENTS_READ)


@app.get("/api/v1/documents")
async def list_documents(
    caller: Caller, limit: Limit = 20, cursor: str | None = None
) -> PageOut[DocumentOut]:
    page = library_service().list(caller, PageRequest.of(limit, cursor))
    return PageOut(items=[DocumentOut.of(d) for d in page.items], next_cursor=page.next_cursor)


handler = lambda_handler(app)
