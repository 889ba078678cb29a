"""POST /api/v1/documents/upload - upload a small file, or get an upload URL for a large one.

A multipart form carries the file itself, up to 4.5 MB with the form. A larger file is announced as
JSON: the response then has a form, with which the client sends the file to the storage. The
document is read after that: ask for its state until it is `ready`. The same file uploaded again is
the same document, and the status is 200.
"""

from fastapi import Request, Response

from mara.documents.schemas import DocumentOut, UploadBegun
from mara.documents.schemas.uploads import (
    BODY_MAX,
    MEDIA_TYPES,
    OPENAPI,
    parse_upload,
    upload_response,
)
from mara.entrypoints.body_check import LARGE_FILE, BodyLimit
from mara.entrypoints.http import DOCUMENTS_WRITE, USER, api, lambda_handler
from mara.entrypoints.language_parameters import FailureTexts
from mara.entrypoints.principal import Caller
from mara.wiring.agents import upload_service

app = api(access=USER, scope=DOCUMENTS_WRITE)


@app.post("/api/v1/documents/upload", status_code=202, **OPENAPI)
async def upload_document(
    request: Request, response: Response, caller: Caller, failure_text: FailureTexts
) -> DocumentOut | UploadBegun:
    upload, agent_id = await parse_upload(request)
    result = upload_service().upload(caller, upload, agent_id=agent_id)
    response.status_code, body = upload_response(result, failure_text)
    return body


handler = lambda_handler(app, body_limit=BodyLimit(BODY_MAX, LARGE_FILE), media_types=MEDIA_TYPES)
