"""SQS analyze-document - tell what a document is about."""

from mara.agents.messages import AnalyzeDocument
from mara.entrypoints.queue import consumer
from mara.wiring.agents import analysis_service


@consumer(AnalyzeDocument)
def handler(message: AnalyzeDocument) -> None:
    analysis_service().analyze(message.owner_id, message.document_id)
