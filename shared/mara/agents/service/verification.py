"""Step 5 of an answer: keep only the citations whose quote occurs verbatim in its passage."""

from mara.agents.model import AnswerStatus, Reply
from mara.agents.model.messages import NOT_IN_DOCUMENTS, quoted
from mara.agents.model.prompts import Draft
from mara.agents.model.verification import verify
from mara.agents.service.decision import Decision
from mara.agents.service.question import Question


def verified(question: Question, decision: Decision, draft: Draft) -> Reply:
    """Turn a draft into a reply; a draft without a true citation or without text is a refusal."""
    citations = verify(draft.claims, decision.passages)
    text = quoted(citations, question.language) if draft.text is None else draft.text
    if not citations or not text:
        return Reply(
            status=AnswerStatus.NOT_IN_DOCUMENTS,
            text=NOT_IN_DOCUMENTS[question.language],
            confidence=decision.confidence,
            usage=draft.usage,
        )
    return Reply(draft.status, text, decision.confidence, citations, draft.usage)
