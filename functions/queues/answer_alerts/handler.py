"""SQS answer-alerts - ask agents about the alerts of an owner that wait."""

from mara.alerts.messages import AnswerAlerts
from mara.entrypoints.queue import consumer
from mara.wiring.alerts import alert_answering_service


@consumer(AnswerAlerts)
def handler(message: AnswerAlerts) -> None:
    alert_answering_service().answer_waiting(message.owner_id)
