"""POST /api/v1/documents/search - search the caller's documents by words and by meaning.

The best passages come first, each with its place in the document.
"""

from mara.entrypoints.http import DOCUMENTS_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.search.model.alert_text import AlertText
from mara.search.schemas import HitsOut, SearchIn
from mara.wiring.documents import ownership_service
from mara.wiring.search import search_service

app = api(access=USER, scope=DOCUMENTS_READ)


@app.post("/api/v1/documents/search")
async def search_documents(body: SearchIn, caller: Caller) -> HitsOut:
    ownership_service().check_own(caller, body.document_ids)
    found = search_service().search(
        caller,
        body.query,
        limit=body.limit,
        document_ids=body.document_ids,
        mode=body.mode,
    )
    return HitsOut.of(found, AlertText.read(body.query).others)


handler = lambda_handler(app)
