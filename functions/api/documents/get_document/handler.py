"""GET /api/v1/documents/{document_id} - one document, its state, and why it failed."""

from uuid import UUID

from mara.documents.schemas.documents import DocumentOut
from mara.entrypoints.http import api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api()


@app.get("/api/v1/documents/{document_id}")
async def get_document(document_id: UUID, caller: Caller) -> DocumentOut:
    return DocumentOut.of(library_service().get(caller, document_id))


handler = lambda_handler(app)
