"""DELETE /api/v1/documents/{document_id} - delete a document; searches exclude it at once.

Its file, passages and vectors are purged after that.
"""

from uuid import UUID

from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER)


@app.delete("/api/v1/documents/{document_id}", status_code=204)
async def delete_document(document_id: UUID, caller: Caller) -> None:
    library_service().delete(caller, document_id)


handler = lambda_handler(app)
