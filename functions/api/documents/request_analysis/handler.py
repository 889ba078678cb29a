"""POST /api/v1/documents/{document_id}/analyze - request an analysis of a document.

`GET /documents/{document_id}` returns it when it is ready. The analysis has a summary, key points
and entities. It is stored: a repeated request makes it again.
"""

from uuid import UUID

from mara.documents.schemas.analysis import AnalysisOut
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import analysis_service

app = api(access=USER)


@app.post("/api/v1/documents/{document_id}/analyze", status_code=202)
async def request_analysis(document_id: UUID, caller: Caller) -> AnalysisOut:
    return AnalysisOut.of(analysis_service().request(caller, document_id))


handler = lambda_handler(app)
