"""Step 5 of an answer: keep only true quotes, and the sentences that their passages support."""

from mara.agents.model import AnswerStatus, Reply
from mara.agents.model.grounding import ground
from mara.agents.model.messages import NOT_IN_DOCUMENTS, quoted
from mara.agents.model.prompts import Draft
from mara.agents.model.verification import verify
from mara.agents.service.decision import Decision
from mara.agents.service.question import Question


def verified(question: Question, decision: Decision, draft: Draft) -> Reply:
    """Turn a draft into a reply.

    A draft without a true citation or without text is a refusal. An answer of which no sentence is
    supported becomes quotes of the passages, with the status ``QUOTES_ONLY``.
    """
    citations = verify(draft.claims, decision.passages)
    if not citations or draft.text == "":
        return Reply(
            status=AnswerStatus.NOT_IN_DOCUMENTS,
            text=NOT_IN_DOCUMENTS[question.language],
            confidence=decision.confidence,
            usage=draft.usage,
        )
    status = draft.status
    if draft.text is not None:
        grounded = ground(draft.text, citations, decision.passages)
        if grounded.text:
            return Reply(
                status, grounded.text, decision.confidence, grounded.citations, draft.usage
            )
        status = AnswerStatus.QUOTES_ONLY
        citations = verify(decision.quotes, decision.passages)
    text = quoted(citations, question.language)
    return Reply(status, text, decision.confidence, citations, draft.usage)
