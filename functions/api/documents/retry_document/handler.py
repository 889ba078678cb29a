"""POST /api/v1/documents/{document_id}/retry - read a failed document again.

The document is queued again with the file that was uploaded. A document whose file never arrived
is 409: upload it again.
"""

from uuid import UUID

from mara.documents.schemas import DocumentOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER)


@app.post("/api/v1/documents/{document_id}/retry", status_code=202)
async def retry_document(document_id: UUID, caller: Caller) -> DocumentOut:
    return DocumentOut.of(library_service().retry(caller, document_id))


handler = lambda_handler(app)
