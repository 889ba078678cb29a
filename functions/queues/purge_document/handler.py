"""SQS purge-document - delete the files, chunks and row of a deleted document."""

from mara.documents.messages import PurgeDocument
from mara.entrypoints.queue import consumer
from mara.wiring.documents import purge_service


@consumer(PurgeDocument)
def handler(message: PurgeDocument) -> None:
    purge_service().purge(message.document_id)
