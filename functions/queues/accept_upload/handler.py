"""SQS accept-upload - verify a file that a client uploaded to the storage, and queue it."""

from mara.documents.messages import AcceptUpload
from mara.documents.schemas.storage_events import parse_upload_event
from mara.entrypoints.queue import consumer_of
from mara.wiring.documents import acceptance_service


@consumer_of(AcceptUpload.queue(), parse_upload_event)
def handler(message: AcceptUpload) -> None:
    acceptance_service().accept(message.document_id)
