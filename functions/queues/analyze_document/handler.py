"""SQS analyze-document - summarize a document and extract its entities."""

from mara.documents.messages import AnalyzeDocument
from mara.entrypoints.queue import consumer
from mara.wiring.documents import analysis_service


@consumer(AnalyzeDocument)
def handler(message: AnalyzeDocument) -> None:
    analysis_service().analyze(message.owner_id, message.document_id)
