"""SQS answer-question - answer a question that was asked with Prefer: respond-async."""

from mara.agents.messages import AnswerQuestion
from mara.entrypoints.queue import consumer
from mara.wiring.agents import queued_answer_service


@consumer(AnswerQuestion)
def handler(message: AnswerQuestion) -> None:
    queued_answer_service().answer(message.owner_id, message.answer_id)
