"""What S3 says on a queue when an object has arrived."""

import json
from urllib.parse import unquote_plus
from uuid import UUID

from mara.documents.messages import AcceptUpload
from mara.kernel.errors import Invalid


class UnknownObject(Invalid):
    title = "The object has a key that is not one of ours"


def uploaded_document(body: str) -> AcceptUpload | None:
    """The document of ``incoming/<owner>/<document>``; ``None`` for S3's test message.

    Raises UnknownObject. (One notification carries one record: S3 user guide, "Event message
    structure".)
    """
    content = json.loads(body)
    if content.get("Event") == "s3:TestEvent":
        return None
    try:
        key = unquote_plus(content["Records"][0]["s3"]["object"]["key"])
        prefix, _, document = key.split("/")
        document_id = UUID(document)
    except (KeyError, IndexError, TypeError, ValueError):
        raise UnknownObject("Nothing can be done with it.") from None
    if prefix != "incoming":
        raise UnknownObject("Nothing can be done with it.")
    return AcceptUpload(document_id=document_id)
