"""The S3 notification that an uploaded object was created."""

import json
from urllib.parse import unquote_plus
from uuid import UUID

from mara.documents.errors import UnknownObject
from mara.documents.messages import AcceptUpload


def parse_upload_event(body: str) -> AcceptUpload | None:
    """Return the document of ``incoming/<owner>/<document>``; ``None`` for S3's test message.

    Raises UnknownObject. One notification carries one record (S3 user guide, "Event message
    structure").
    """
    content = json.loads(body)
    if content.get("Event") == "s3:TestEvent":
        return None
    try:
        key = unquote_plus(content["Records"][0]["s3"]["object"]["key"])
        prefix, _, document = key.split("/")
        document_id = UUID(document)
    except (KeyError, IndexError, TypeError, ValueError):
        raise UnknownObject("The message names no uploaded document.") from None
    if prefix != "incoming":
        raise UnknownObject("The object is not an incoming upload.")
    return AcceptUpload(document_id=document_id)
