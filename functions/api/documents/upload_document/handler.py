"""POST /api/v1/documents/upload - keep a file and read it, or announce a large one."""

from http import HTTPStatus

from fastapi import Request, Response

from mara.documents.schemas import DocumentOut, UploadBegun
from mara.entrypoints import uploads
from mara.entrypoints.http import DOCUMENTS_WRITE, USER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.documents import library_service

app = api(access=USER, scope=DOCUMENTS_WRITE)


@app.post("/api/v1/documents/upload", status_code=202, **uploads.DESCRIPTION)
async def upload_document(
    request: Request, response: Response, caller: Caller
) -> DocumentOut | UploadBegun:
    file = await uploads.sent_file(request)
    if file is None:
        announced = await uploads.announced_file(request)
        link = uploads.linker(caller, announced.agent_id)
        document, form = library_service().begin_upload(
            caller, announced.filename, announced.size, announced.sha256
        )
        link(document.id)
        response.status_code = HTTPStatus.CREATED if form else HTTPStatus.OK
        return UploadBegun.of(document, form)
    link = uploads.linker(caller, file.agent_id)
    document, is_new = library_service().upload(caller, file.name, file.content)
    link(document.id)
    response.status_code = HTTPStatus.ACCEPTED if is_new else HTTPStatus.OK
    return DocumentOut.of(document)


handler = lambda_handler(app, body_max=uploads.BODY_MAX, media_types=uploads.MEDIA_TYPES)
