"""One contract for the fake and the real repository of questions that a queue answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.agents.adapters.postgres import PostgresAgents, PostgresConversations
from mara.agents.adapters.postgres_pending import PostgresPendingAnswers
from mara.agents.model import Agent, AgentSettings, Conversation
from mara.agents.model.pending import PendingAnswer, PendingState
from mara.agents.ports import PendingAnswers
from mara.kernel.ids import new_id
from mara.platform.database import transaction
from tests.support.accounts import make_account
from tests.support.agents import FakePendingAnswers

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=[FakePendingAnswers, PostgresPendingAnswers])
def pending(request: pytest.FixtureRequest) -> PendingAnswers:
    made: PendingAnswers = request.param()
    return made


@pytest.fixture
def owner() -> UUID:
    return make_account("anna").id


def a_question(owner_id: UUID) -> PendingAnswer:
    agent = Agent(new_id(), owner_id, AgentSettings("On call"), 1, NOW, NOW)
    conversation = Conversation(new_id(), owner_id, agent.id, NOW, NOW)
    PostgresAgents().add(agent)
    PostgresConversations().add(conversation)
    return PendingAnswer(new_id(), owner_id, agent.id, conversation.id, "Что делать?", NOW)


class TestPendingAnswers:
    def test_come_back_as_they_were_kept(self, owner: UUID, pending: PendingAnswers) -> None:
        with transaction(owner):
            question = a_question(owner)
            pending.add(question)
            assert pending.find(owner, question.id) == question
            failed = question.failed("timed_out")
            pending.save(failed)
            assert pending.find(owner, question.id) == failed
            assert pending.remove(owner, question.id)
            assert not pending.remove(owner, question.id)
            assert pending.find(owner, question.id) is None
            pending.save(failed)
            assert pending.find(owner, question.id) is None

    def test_are_leased_to_one_at_a_time(self, owner: UUID, pending: PendingAnswers) -> None:
        with transaction(owner):
            question = a_question(owner)
            pending.add(question)
            claimed = pending.claim(owner, question.id, NOW, NOW + MINUTE)
            assert claimed == replace(question, leased_until=NOW + MINUTE)
            assert pending.claim(owner, question.id, NOW + MINUTE, NOW + 2 * MINUTE) is None
            later = NOW + 1.5 * MINUTE
            assert pending.claim(owner, question.id, later, NOW + 3 * MINUTE) is not None
            pending.save(question.failed("internal"))
            assert pending.claim(owner, question.id, NOW + 9 * MINUTE, NOW + 10 * MINUTE) is None

    def test_are_counted_by_agent_while_queued(self, owner: UUID, pending: PendingAnswers) -> None:
        with transaction(owner):
            one, other = a_question(owner), a_question(owner)
            for question in (one, other, replace(one, id=new_id())):
                pending.add(question)
            assert pending.count(owner, one.agent_id) == 2
            pending.save(one.failed("internal"))
            assert pending.count(owner, one.agent_id) == 1

    def test_of_another_owner_are_not_found(self, owner: UUID, pending: PendingAnswers) -> None:
        """Invariant 2."""
        stranger = make_account("boris").id
        with transaction(owner):
            question = a_question(owner)
            pending.add(question)
        with transaction(stranger):
            assert pending.find(stranger, question.id) is None
            assert pending.claim(stranger, question.id, NOW, NOW + MINUTE) is None
            assert pending.count(stranger, question.agent_id) == 0
            assert not pending.remove(stranger, question.id)
            pending.save(replace(question, owner_id=stranger, state=PendingState.FAILED))
        with transaction(owner):
            assert pending.find(owner, question.id) == question


def test_goes_with_its_conversation(owner: UUID) -> None:
    repository = PostgresPendingAnswers()
    with transaction(owner):
        question = a_question(owner)
        repository.add(question)
        PostgresConversations().delete(owner, question.conversation_id)
        assert repository.find(owner, question.id) is None
