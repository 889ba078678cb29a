"""Removes the content of deleted documents from answers that were stored before the deletion."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from mara.agents.model import Answer
from mara.agents.model.language import language_of
from mara.agents.model.messages import WITHDRAWN


def documents_of(answers: Iterable[Answer]) -> set[UUID]:
    """Return the ids of all cited documents."""
    return {cited.document_id for answer in answers for cited in answer.reply.citations}


def withdrawn(answer: Answer, deleted: Collection[UUID]) -> Answer:
    """Return the answer without the text and quotes of deleted documents, if it cites any."""
    kept = [cited for cited in answer.reply.citations if cited.document_id not in deleted]
    if len(kept) == len(answer.reply.citations):
        return answer
    text = WITHDRAWN[language_of(answer.question, None)]
    return replace(answer, reply=replace(answer.reply, text=text, citations=kept))
