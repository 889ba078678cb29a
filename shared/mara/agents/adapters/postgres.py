"""Agents, conversations and answers in PostgreSQL."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from mara.agents.adapters.tables import agents, answers, conversations
from mara.agents.errors import AgentNotFound, AnswerNotFound, ConversationNotFound
from mara.agents.model import Agent, AgentSettings, Answer, Conversation, Feedback, Reply, Usage
from mara.kernel.page import PageRequest
from mara.platform.sql import (
    Row,
    bound,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    take,
    values_of,
)
from mara.platform.sql_lists import SortedList, containing, contains_if_given

_agent_key = (agents.c.owner_id == bindparam("owner_id"), agents.c.id == bindparam("id"))
_agent_constants = {agents.c.id, agents.c.owner_id, agents.c.created_at}
INSERT_AGENT = insert(agents).values(bound(agents.c))
UPDATE_AGENT = (
    update(agents)
    .where(*_agent_key)
    .values(bound(c for c in agents.c if c not in _agent_constants))
)
GET_AGENT = select(agents).where(*_agent_key)
OWNER_OF_AGENT = select(agents.c.owner_id).where(agents.c.id == bindparam("id"))
LOCK_AGENT = GET_AGENT.with_for_update()
DELETE_AGENT = delete(agents).where(*_agent_key)
LIST_AGENTS = SortedList.of(
    select(agents).where(
        agents.c.owner_id == bindparam("owner_id"), contains_if_given(agents.c.name, "like")
    ),
    agents.c.id,
    {"name": agents.c.name, "updated_at": agents.c.updated_at},
)

_conversation_key = (
    conversations.c.owner_id == bindparam("owner_id"),
    conversations.c.id == bindparam("id"),
)
INSERT_CONVERSATION = insert(conversations).values(bound(conversations.c))
UPDATE_CONVERSATION = (
    update(conversations)
    .where(*_conversation_key)
    .values(bound([conversations.c.updated_at, conversations.c.title]))
)
GET_CONVERSATION = select(conversations).where(*_conversation_key)
LOCK_CONVERSATION = GET_CONVERSATION.with_for_update()
DELETE_CONVERSATION = delete(conversations).where(*_conversation_key)
LIST_CONVERSATIONS = SortedList.of(
    select(conversations).where(
        conversations.c.owner_id == bindparam("owner_id"),
        conversations.c.agent_id == bindparam("agent_id"),
        contains_if_given(conversations.c.title, "like"),
    ),
    conversations.c.id,
    {"title": conversations.c.title, "updated_at": conversations.c.updated_at},
)

_answer_key = (answers.c.owner_id == bindparam("owner_id"), answers.c.id == bindparam("id"))
_feedback = (answers.c.helped, answers.c.feedback_comment, answers.c.feedback_at)
INSERT_ANSWER = insert(answers).values(bound(c for c in answers.c if c not in set(_feedback)))
GET_ANSWER = select(answers).where(*_answer_key)
LIST_ANSWERS = (
    select(answers)
    .where(
        answers.c.owner_id == bindparam("owner_id"),
        answers.c.conversation_id == bindparam("conversation_id"),
    )
    .order_by(answers.c.id.desc())
    .limit(bindparam("limit"))
)
SET_FEEDBACK = update(answers).where(*_answer_key).values(bound(_feedback))


class PostgresAgents:
    """Implements ``Agents``."""

    def add(self, agent: Agent) -> None:
        """Insert an agent."""
        execute(INSERT_AGENT, **_agent_values(agent))

    def get(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """Return the agent. Raises AgentNotFound."""
        return _agent(fetch_one(GET_AGENT, owner_id=owner_id, id=agent_id))

    def lock(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """Return the agent, locked until the transaction ends. Raises AgentNotFound."""
        return _agent(fetch_one(LOCK_AGENT, owner_id=owner_id, id=agent_id))

    def owner_of(self, agent_id: UUID) -> UUID:
        """Return the owner of an agent of any account. Raises AgentNotFound."""
        owner_id: UUID | None = fetch_value(OWNER_OF_AGENT, id=agent_id)
        if owner_id is None:
            raise AgentNotFound("Check the id.")
        return owner_id

    def save(self, agent: Agent) -> None:
        """Update all columns that may change."""
        execute(UPDATE_AGENT, **_agent_values(agent))

    def list(self, owner_id: UUID, page: PageRequest) -> list[Agent]:
        """Return a page of the owner's agents, and one agent more if there are more."""
        return [_agent(row) for row in LIST_AGENTS.fetch(page, **_wanted(page, owner_id=owner_id))]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of the owner's agents that the filters of ``page`` admit."""
        return LIST_AGENTS.total(**_wanted(page, owner_id=owner_id))

    def delete(self, owner_id: UUID, agent_id: UUID) -> None:
        """Delete the agent with its conversations and answers. Raises AgentNotFound."""
        if execute(DELETE_AGENT, owner_id=owner_id, id=agent_id) == 0:
            raise AgentNotFound("Check the id.")


class PostgresConversations:
    """Implements ``Conversations``."""

    def add(self, conversation: Conversation) -> None:
        """Insert a conversation."""
        execute(INSERT_CONVERSATION, **values_of(conversation))

    def get(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        """Return the conversation. Raises ConversationNotFound."""
        return _conversation(fetch_one(GET_CONVERSATION, owner_id=owner_id, id=conversation_id))

    def lock(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        """Return it, locked until the transaction ends. Raises ConversationNotFound."""
        return _conversation(fetch_one(LOCK_CONVERSATION, owner_id=owner_id, id=conversation_id))

    def save(self, conversation: Conversation) -> None:
        """Update the title and the time of the last question."""
        execute(UPDATE_CONVERSATION, **values_of(conversation))

    def list(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> list[Conversation]:
        """Return a page of the agent's conversations, and one more if there are more."""
        wanted = _wanted(page, owner_id=owner_id, agent_id=agent_id)
        return [_conversation(row) for row in LIST_CONVERSATIONS.fetch(page, **wanted)]

    def count(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> int:
        """Return the number of the agent's conversations that the filters of ``page`` admit."""
        return LIST_CONVERSATIONS.total(**_wanted(page, owner_id=owner_id, agent_id=agent_id))

    def delete(self, owner_id: UUID, conversation_id: UUID) -> None:
        """Delete the conversation with its answers. Raises ConversationNotFound."""
        if execute(DELETE_CONVERSATION, owner_id=owner_id, id=conversation_id) == 0:
            raise ConversationNotFound("Check the id.")


class PostgresAnswers:
    """Implements ``Answers``."""

    def add(self, answer: Answer) -> None:
        """Insert an answer."""
        reply = values_of(answer.reply)
        basis = asdict(answer.basis) if answer.basis else {}
        values = {**values_of(answer), **reply, **values_of(answer.reply.usage), "basis": basis}
        execute(INSERT_ANSWER, **values)

    def get(self, owner_id: UUID, answer_id: UUID) -> Answer:
        """Return the answer. Raises AnswerNotFound."""
        return _answer(fetch_one(GET_ANSWER, owner_id=owner_id, id=answer_id))

    def of_conversation(self, owner_id: UUID, conversation_id: UUID, limit: int) -> list[Answer]:
        """Return the last answers of the conversation, from old to new."""
        wanted = {"owner_id": owner_id, "conversation_id": conversation_id, "limit": limit}
        return [_answer(row) for row in reversed(fetch_all(LIST_ANSWERS, **wanted))]

    def set_feedback(self, owner_id: UUID, answer_id: UUID, feedback: Feedback) -> None:
        """Replace the feedback on the answer."""
        execute(
            SET_FEEDBACK,
            owner_id=owner_id,
            id=answer_id,
            helped=feedback.helped,
            feedback_comment=feedback.comment,
            feedback_at=feedback.given_at,
        )


def _wanted(page: PageRequest, **owner: UUID) -> Row:
    return {**owner, "like": containing(page.filters.get("text"))}


def _agent(row: Row | None) -> Agent:
    if row is None:
        raise AgentNotFound("Check the id.")
    return Agent(settings=take(AgentSettings, row), **row)


def _agent_values(agent: Agent) -> Row:
    return {**values_of(agent), **values_of(agent.settings)}


def _conversation(row: Row | None) -> Conversation:
    if row is None:
        raise ConversationNotFound("Check the id.")
    return Conversation(**row)


def _answer(row: Row | None) -> Answer:
    if row is None:
        raise AnswerNotFound("Check the id.")
    helped, comment, given_at = (row.pop(column.name) for column in _feedback)
    return Answer(
        feedback=None if helped is None else Feedback(helped, comment, given_at),
        reply=take(Reply, row, usage=take(Usage, row)),
        **row,
    )
