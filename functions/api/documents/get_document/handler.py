"""GET /api/v1/documents/{document_id} - a document with its state and its analysis."""

from uuid import UUID

from mara.documents.schemas import DocumentOut
from mara.documents.schemas.analysis import AnalysisOut
from mara.entrypoints.http import DOCUMENTS_READ, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import analysis_service, library_service

app = api(access=USER, scope=DOCUMENTS_READ)


class DocumentDetailOut(DocumentOut):
    """``analysis`` is null until one is requested."""

    analysis: AnalysisOut | None = None


@app.get("/api/v1/documents/{document_id}")
async def get_document(document_id: UUID, caller: Caller) -> DocumentDetailOut:
    found = DocumentDetailOut.of(library_service().get(caller, document_id))
    analysis = analysis_service().find(caller, document_id)
    shown = AnalysisOut.of(analysis) if analysis else None
    return found.model_copy(update={"analysis": shown})


handler = lambda_handler(app)
