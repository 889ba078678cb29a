"""Step 7 of an answer: keep only true quotes, and the sentences that their passages support."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from uuid import UUID

from mara.agents.model import AnswerStatus, Citation, Reply
from mara.agents.model.grounding import ground
from mara.agents.model.messages import (
    quoted,
    refusal,
    with_other_alerts,
    with_sources_told_apart,
)
from mara.agents.model.prompts import Draft
from mara.agents.model.verification import verify
from mara.agents.service.decision import Decision, whole_quotes
from mara.agents.service.question import Question

FindNamesakes = Callable[[Collection[UUID]], Collection[UUID]]
"""Returns those of the documents whose name another document of the owner has."""


def verified(
    question: Question, decision: Decision, draft: Draft, find_namesakes: FindNamesakes
) -> Reply:
    """Turn a draft into a reply; the related passages of the decision are quoted in full.

    The text names the other alerts of the question that fire.

    A draft without a true citation or without text is a refusal. An answer of which no sentence is
    supported becomes quotes of the passages, with the status ``QUOTES_ONLY``. Namesakes are looked
    up once for all passages shown, and not at all if none is.
    """
    status, text, found = _checked(decision, draft)
    shown = [*found, *verify(whole_quotes(decision.related), decision.related)]
    alike = find_namesakes({each.document_id for each in shown}) if shown else ()
    told = [replace(each, has_namesake=each.document_id in alike) for each in shown]
    citations, related = told[: len(found)], told[len(found) :]
    if not citations:
        text = refusal(decision.absent, question.language)
    elif text is None:
        text = quoted(citations, question.language)
    else:
        text = with_sources_told_apart(text, citations, question.language)
    text = with_other_alerts(text, question.other_alerts, question.language)
    return Reply(status, text, decision.confidence, citations or (), draft.usage, related)


def _checked(
    decision: Decision, draft: Draft
) -> tuple[AnswerStatus, str | None, Sequence[Citation]]:
    """The status, the text, and what it cites; ``None`` if the quotes themselves are the text."""
    citations = verify(draft.claims, decision.passages, decision.cut)
    if not citations or draft.text == "":
        return AnswerStatus.NOT_IN_DOCUMENTS, None, ()
    if draft.text is None:
        return draft.status, None, citations
    grounded = ground(draft.text, citations, decision.passages)
    if grounded.text:
        return draft.status, grounded.text, grounded.citations
    quotes = verify(decision.quotes, decision.passages, decision.cut)
    return AnswerStatus.QUOTES_ONLY, None, quotes
