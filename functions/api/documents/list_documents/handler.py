"""GET /api/v1/documents - list the caller's documents with their states, newest first.

The list is paged: send `next_cursor` of a page as `cursor` of the next request.
"""

from mara.documents.schemas import DocumentOut
from mara.documents.schemas.lists import DocumentSort, Superseded, WantedState
from mara.entrypoints.http import DOCUMENTS_READ, USER, PageOut, api, lambda_handler
from mara.entrypoints.language_parameters import FailureTexts
from mara.entrypoints.lists import Listed, SearchText, page_out
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER, scope=DOCUMENTS_READ)


@app.get("/api/v1/documents")
async def list_documents(  # noqa: PLR0913 - each is a query parameter
    caller: Caller,
    listed: Listed,
    failure_text: FailureTexts,
    *,
    state: WantedState = None,
    text: SearchText = None,
    superseded: Superseded = None,
    sort: DocumentSort = "-created_at",
) -> PageOut[DocumentOut]:
    page = listed.request(sort, state=state, text=text, superseded=superseded or None)
    return page_out(
        library_service().list(caller, page),
        lambda document: DocumentOut.of(document, failure_text),
    )


handler = lambda_handler(app)
