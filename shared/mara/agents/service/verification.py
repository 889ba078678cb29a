"""Step 6 of an answer: keep only true quotes, and the sentences that their passages support."""

from dataclasses import replace

from mara.agents.model import AnswerStatus, Reply
from mara.agents.model.grounding import ground
from mara.agents.model.messages import quoted, refusal
from mara.agents.model.prompts import Draft
from mara.agents.model.verification import verify
from mara.agents.service.decision import Decision, whole_quotes
from mara.agents.service.question import Question


def verified(question: Question, decision: Decision, draft: Draft) -> Reply:
    """Turn a draft into a reply; the related passages of the decision are quoted in full.

    A draft without a true citation or without text is a refusal. An answer of which no sentence is
    supported becomes quotes of the passages, with the status ``QUOTES_ONLY``.
    """
    reply = _reply(question, decision, draft)
    return replace(reply, related=verify(whole_quotes(decision.related), decision.related))


def _reply(question: Question, decision: Decision, draft: Draft) -> Reply:
    citations = verify(draft.claims, decision.passages, decision.cut)
    if not citations or draft.text == "":
        return Reply(
            status=AnswerStatus.NOT_IN_DOCUMENTS,
            text=refusal(decision.absent, question.language),
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
        citations = verify(decision.quotes, decision.passages, decision.cut)
    text = quoted(citations, question.language)
    return Reply(status, text, decision.confidence, citations, draft.usage)
