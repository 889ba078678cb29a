"""SQS ingest-document - extract, embed and index one document."""

from mara.documents.messages import IngestDocument
from mara.entrypoints.queue import consumer
from mara.wiring.documents import ingestion_service


@consumer(IngestDocument)
def handler(message: IngestDocument) -> None:
    ingestion_service().ingest(message.document_id)
