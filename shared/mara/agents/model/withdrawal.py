"""Removes the content of deleted documents from answers that were stored before the deletion."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from mara.agents.model import Answer, Reply
from mara.agents.model.language import language_of
from mara.agents.model.messages import WITHDRAWN


def documents_of(answers: Iterable[Answer]) -> set[UUID]:
    """Return the ids of all documents that are cited, or quoted as related."""
    return {
        quoted.document_id
        for answer in answers
        for quoted in (*answer.reply.citations, *answer.reply.related)
    }


def withdrawn(answer: Answer, deleted: Collection[UUID]) -> Answer:
    """Return the answer without the text and quotes of deleted documents.

    The text of an answer never contains a related passage: it stays if only those were deleted.
    """
    return replace(answer, reply=withdrawn_from(answer.reply, answer.question, deleted))


def withdrawn_from(reply: Reply, question: str, deleted: Collection[UUID]) -> Reply:
    """Return the reply to a question without the text and quotes of deleted documents."""
    kept = [cited for cited in reply.citations if cited.document_id not in deleted]
    related = [quoted for quoted in reply.related if quoted.document_id not in deleted]
    if len(kept) < len(reply.citations):
        reply = replace(reply, text=WITHDRAWN[language_of(question, None)], citations=kept)
    if len(related) < len(reply.related):
        reply = replace(reply, related=related)
    return reply
