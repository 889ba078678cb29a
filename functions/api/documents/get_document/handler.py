"""GET /api/v1/documents/{document_id} - get a document with its state and its analysis.

Ask again until the state is `ready` or `failed`; `failure` then names the reason.
"""

from uuid import UUID

from pydantic import Field

from mara.documents.schemas import DocumentOut
from mara.documents.schemas.analysis import AnalysisOut
from mara.entrypoints.http import DOCUMENTS_READ, USER, api, lambda_handler
from mara.entrypoints.language_parameters import FailureTexts
from mara.entrypoints.principal import Caller
from mara.wiring.documents import analysis_service, library_service

app = api(access=USER, scope=DOCUMENTS_READ)


class DocumentDetailOut(DocumentOut):
    """``analysis`` is null until one is requested."""

    analysis: AnalysisOut | None = Field(
        default=None, description="The analysis of the document; null until one is requested."
    )


@app.get("/api/v1/documents/{document_id}")
async def get_document(
    document_id: UUID, caller: Caller, failure_text: FailureTexts
) -> DocumentDetailOut:
    found = DocumentDetailOut.of(library_service().get(caller, document_id), failure_text)
    analysis = analysis_service().find(caller, document_id)
    shown = AnalysisOut.of(analysis) if analysis else None
    return found.model_copy(update={"analysis": shown})


handler = lambda_handler(app)
