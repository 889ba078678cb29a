"""POST /api/v1/documents/{document_id}/analyze - request an analysis, which GET then returns."""

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
