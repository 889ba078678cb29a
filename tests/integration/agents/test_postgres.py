"""Agents, conversations and answers in the real PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from mara.agents.adapters.postgres import PostgresAgents, PostgresAnswers, PostgresConversations
from mara.agents.errors import AgentNotFound, AnswerNotFound, ConversationNotFound
from mara.agents.model import (
    Agent,
    AgentSettings,
    Answer,
    AnswerMode,
    AnswerStatus,
    Citation,
    Conversation,
    Feedback,
    Language,
    Reply,
    Retrieved,
    Usage,
)
from mara.agents.ports import Agents
from mara.extraction.model import Place
from mara.kernel.ids import new_id
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import make_account
from tests.support.agents import FakeAgents

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def owner() -> UUID:
    return make_account("anna").id


def an_agent(owner_id: UUID) -> Agent:
    settings = AgentSettings(
        name="On call",
        instructions="Be brief.",
        mode=AnswerMode.GENERATE,
        model="qwen",
        temperature=0.5,
        top_k=7,
        language=Language.RU,
        document_ids=(new_id(), new_id()),
    )
    return Agent(new_id(), owner_id, settings, 1, NOW, NOW)


def an_answer(conversation: Conversation) -> Answer:
    chunk_id, document_id = new_id(), new_id()
    place = Place(page=2, sheet="S", row=3, headings=("A", "B"))
    return Answer(
        id=new_id(),
        owner_id=conversation.owner_id,
        agent_id=conversation.agent_id,
        agent_version=1,
        conversation_id=conversation.id,
        question="Что делать?",
        reply=Reply(
            AnswerStatus.ANSWERED,
            "Ждать.",
            0.5,
            [Citation(document_id, "a.pdf", chunk_id, "Ждать.", place)],
            Usage(1, 2, 3),
            [Citation(document_id, "b.xlsx", chunk_id, "Дождитесь.", Place(sheet="S", row=4))],
        ),
        retrieval=[Retrieved(chunk_id, document_id, 1.5, None, 0.25, 0.75)],
        created_at=NOW,
    )


def add_conversation(owner_id: UUID) -> Conversation:
    agent = an_agent(owner_id)
    PostgresAgents().add(agent)
    conversation = Conversation(new_id(), owner_id, agent.id, NOW, NOW)
    PostgresConversations().add(conversation)
    return conversation


class TestAgents:
    def test_are_read_as_they_were_stored(self, owner: UUID) -> None:
        agent = an_agent(owner)
        changed = replace(agent, settings=AgentSettings("Other"), version=2)
        with transaction(owner):
            PostgresAgents().add(agent)
            assert PostgresAgents().get(owner, agent.id) == agent
            PostgresAgents().save(changed)
            assert PostgresAgents().lock(owner, agent.id) == changed

    def test_are_listed_page_by_page_from_the_newest(self, owner: UUID) -> None:
        agents = [an_agent(owner) for _ in range(3)]
        with transaction(owner):
            for agent in agents:
                PostgresAgents().add(agent)
            first = PostgresAgents().list(owner, PageRequest(limit=1))
            rest = PostgresAgents().list(owner, PageRequest(limit=5, after=first[0].id))
        newest = sorted(agents, key=lambda agent: agent.id, reverse=True)
        assert first == newest[:2]
        assert rest == newest[1:]

    def test_are_deleted_with_their_conversations_and_answers(self, owner: UUID) -> None:
        with transaction(owner):
            conversation = add_conversation(owner)
            answer = an_answer(conversation)
            PostgresAnswers().add(answer)
            PostgresAgents().delete(owner, conversation.agent_id)
            with pytest.raises(AnswerNotFound):
                PostgresAnswers().get(owner, answer.id)
            with pytest.raises(AgentNotFound):
                PostgresAgents().delete(owner, conversation.agent_id)

    def test_of_another_owner_are_not_found(self, owner: UUID) -> None:
        """Invariant 2, by the query and by row-level security under it."""
        stranger = make_account("boris").id
        with transaction(stranger):
            conversation = add_conversation(stranger)
        with transaction(owner):
            # With the stranger as owner, the query matches; row-level security hides the row.
            for queried_owner in (owner, stranger):
                with pytest.raises(AgentNotFound):
                    PostgresAgents().get(queried_owner, conversation.agent_id)
                with pytest.raises(ConversationNotFound):
                    PostgresConversations().get(queried_owner, conversation.id)
                with pytest.raises(ConversationNotFound):
                    PostgresConversations().delete(queried_owner, conversation.id)
            for table in ("agents", "conversations", "answers"):
                rows = connection().execute(f"SELECT count(*) FROM {table}").fetchone()
                assert rows == (0,)


class TestAnswers:
    def test_are_read_as_they_were_stored(self, owner: UUID) -> None:
        with transaction(owner):
            conversation = add_conversation(owner)
            answer = an_answer(conversation)
            PostgresAnswers().add(answer)
            assert PostgresAnswers().get(owner, answer.id) == answer
            feedback = Feedback(helped=False, comment="No.", given_at=NOW)
            PostgresAnswers().set_feedback(owner, answer.id, feedback)
            rated = replace(answer, feedback=feedback)
            assert PostgresAnswers().of_conversation(owner, conversation.id, 5) == [rated]

    def test_of_a_conversation_are_the_newest_in_order_of_creation(self, owner: UUID) -> None:
        with transaction(owner):
            conversation = add_conversation(owner)
            answers = [an_answer(conversation) for _ in range(4)]
            for answer in answers:
                PostgresAnswers().add(answer)
            newest = PostgresAnswers().of_conversation(owner, conversation.id, 3)
        assert newest == sorted(answers, key=lambda answer: answer.id)[-3:]


class TestConversations:
    def test_are_read_as_they_were_stored(self, owner: UUID) -> None:
        with transaction(owner):
            conversation = add_conversation(owner)
            later = replace(conversation, updated_at=datetime(2027, 1, 1, tzinfo=UTC))
            PostgresConversations().save(later)
            assert PostgresConversations().lock(owner, conversation.id) == later
            page = PageRequest()
            found = PostgresConversations().list(owner, conversation.agent_id, page)
            assert found == [later]
            PostgresConversations().delete(owner, conversation.id)
            assert PostgresConversations().list(owner, conversation.agent_id, page) == []


@pytest.mark.parametrize("agents", [FakeAgents(), PostgresAgents()])
def test_the_system_finds_the_owner_of_an_agent(agents: Agents, owner: UUID) -> None:
    with transaction(SYSTEM):
        agent = an_agent(owner)
        agents.add(agent)
        assert agents.owner_of(agent.id) == owner
        with pytest.raises(AgentNotFound):
            agents.owner_of(new_id())
