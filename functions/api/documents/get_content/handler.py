"""GET /api/v1/documents/{document_id}/content - get a short-lived URL to download the file.

The URL is valid for five minutes and needs no further authentication.
"""

from uuid import UUID

from mara.documents.model import Disposition
from mara.documents.schemas import ContentOut
from mara.documents.schemas.lists import HowShown
from mara.entrypoints.http import USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER)


@app.get("/api/v1/documents/{document_id}/content")
async def get_content(
    document_id: UUID, caller: Caller, disposition: HowShown = Disposition.ATTACHMENT
) -> ContentOut:
    return ContentOut.of(library_service().download_url(caller, document_id, disposition))


handler = lambda_handler(app)
