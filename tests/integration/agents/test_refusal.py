"""Whether an agent answers what its documents answer, and nothing else."""

from collections.abc import Iterator

import pytest

from infra.quality.observations import Kind, Observer
from infra.quality.sets import articles
from mara.agents.model import AgentSettings, AnswerStatus, Reply
from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.wiring.agents import agent_service, answer_service
from mara.wiring.search import configured_embedder
from tests.support.accounts import make_account
from tests.support.knowledge import data_folder
from tests.support.retrieval import area_under_roc, learn_paragraphs, xquad
from tests.support.subscriptions import without_limits

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.proof]

ANSWERED_OF_MISSING_MAX = 0.10
ANSWERED_OF_PRESENT_MIN = 0.85
RIGHT_OF_ARTICLES_MIN = 0.75
"""Of a knowledge base of one article, whose five paragraphs are under one title."""
AREA_MIN = 0.95


@pytest.mark.parametrize("language", ["ru", "en"])
def test_refuses_where_the_paragraph_that_answers_is_missing(language: str) -> None:
    """Every question twice: with every other paragraph there, and with the others."""
    confidence: dict[bool, list[float]] = {True: [], False: []}
    answered: dict[bool, int] = {True: 0, False: 0}
    for half in (0, 1):
        for present, reply in ask_with_half(language, half):
            confidence[present].append(reply.confidence)
            answered[present] += reply.status is AnswerStatus.ANSWERED
    area = area_under_roc(confidence[True], confidence[False])
    share = {present: answered[present] / len(confidence[present]) for present in answered}
    print(f"\n{language}: answered {share}, area under the curve {area:.3f}")
    assert share[False] <= ANSWERED_OF_MISSING_MAX
    assert share[True] >= ANSWERED_OF_PRESENT_MIN
    assert area >= AREA_MIN


def ask_with_half(language: str, half: int) -> Iterator[tuple[bool, Reply]]:
    """Whether the paragraph that answers is there, and the reply, for every question."""
    paragraphs, questions = xquad(language)
    caller = make_account(f"reader{half}").principal
    without_limits(caller.user_id)
    learn_paragraphs(caller.user_id, paragraphs, chosen=lambda number: number % 2 == half)
    agent = agent_service().create(caller, AgentSettings("Reads every other page"))
    for question in questions:
        answer = answer_service().ask(caller, agent.id, question.text, conversation_id=None)
        yield question.paragraph % 2 == half, answer.reply


@pytest.mark.parametrize("language", ["ru", "en"])
def test_refuses_though_each_paragraph_is_under_the_title_of_the_missing_one(language: str) -> None:
    """Each article of XQuAD is a small knowledge base of its own, asked about its subject."""
    embedder = configured_embedder()
    right: list[bool] = []
    confidence: dict[bool, list[float]] = {True: [], False: []}
    for article in articles(data_folder("xquad"), language, embedder):
        for seen in Observer(article, embedder).questions():
            present = seen.kind is Kind.PRESENT
            found = confidence_of(seen.evidence, seen.question, seen.passage)
            if present:
                right.append(seen.right and found >= ANSWER_AT)
            if seen.right or not present:
                confidence[present].append(found)
    wrongly = [found >= ANSWER_AT for found in confidence[False]]
    area = area_under_roc(confidence[True], confidence[False])
    print(
        f"\n{language}: right {sum(right)} of {len(right)}, wrongly {sum(wrongly)}, area {area:.3f}"
    )
    assert sum(wrongly) / len(wrongly) <= ANSWERED_OF_MISSING_MAX
    assert sum(right) / len(right) >= RIGHT_OF_ARTICLES_MIN
    assert area >= AREA_MIN
