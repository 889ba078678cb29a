"""SQS accept-upload - verify a file that a client put into the storage, then queue it."""

from mara.documents.messages import AcceptUpload
from mara.entrypoints.queue import consumer_of
from mara.entrypoints.storage_events import uploaded_document
from mara.wiring.documents import acceptance_service


@consumer_of(AcceptUpload.queue(), uploaded_document)
def handler(message: AcceptUpload) -> None:
    acceptance_service().accept(message.document_id)
