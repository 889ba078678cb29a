"""Questions about numbers: those of the documents are answered, neighbours are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mara.agents.model import AgentSettings, AnswerStatus, Reply
from mara.wiring.agents import agent_service, answer_service
from tests.support.accounts import make_account
from tests.support.knowledge import learn_file
from tests.support.numbers import FACTS, FILES
from tests.support.subscriptions import without_limits

pytestmark = pytest.mark.usefixtures("database")

FACTS_COUNT = 60
ABSENT_ANSWERED_MAX = 2
PRESENT_RIGHT_MIN = 58

Ask = Callable[[str], Reply]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    caller = make_account("numbers").principal
    without_limits(caller.user_id)
    for name, content in FILES.items():
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        learn_file(caller.user_id, path)
    agent = agent_service().create(caller, AgentSettings(name="Numbers"))

    def run(question: str) -> Reply:
        return answer_service().ask(caller, agent.id, question, conversation_id=None).reply

    return run


def test_of_the_documents_are_answered_and_their_neighbours_are_not(ask: Ask) -> None:
    assert len(FACTS) == FACTS_COUNT
    wrong, answered = [], []
    for fact in FACTS:
        reply = ask(fact.question.format(fact.present))
        if not reply.citations or fact.answer not in reply.citations[0].quote:
            wrong.append((fact.question.format(fact.present), reply.text[:80]))
        reply = ask(fact.question.format(fact.absent))
        if reply.status is not AnswerStatus.NOT_IN_DOCUMENTS:
            answered.append((fact.question.format(fact.absent), reply.text[:80]))
    assert len(answered) <= ABSENT_ANSWERED_MAX, answered
    assert len(wrong) <= FACTS_COUNT - PRESENT_RIGHT_MIN, wrong
