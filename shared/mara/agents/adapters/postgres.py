"""Agents, conversations and answers kept in PostgreSQL."""

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from mara.agents.errors import AgentNotFound, AnswerNotFound, ConversationNotFound
from mara.agents.model import (
    Agent,
    AgentSettings,
    Answer,
    AnswerMode,
    AnswerStatus,
    Basis,
    Citation,
    Conversation,
    Feedback,
    Language,
    Reply,
    Retrieved,
    Usage,
)
from mara.extraction.model import Place
from mara.kernel.page import PageRequest
from mara.platform.database import connection

AGENT = """id, owner_id, name, instructions, mode, model, temperature, top_k, language,
    document_ids, version, created_at, updated_at, published_version, gate"""
INSERT_AGENT = f"""
    INSERT INTO agents ({AGENT}) VALUES (%(id)s, %(owner_id)s, %(name)s, %(instructions)s, %(mode)s,
        %(model)s, %(temperature)s, %(top_k)s, %(language)s, %(document_ids)s, %(version)s,
        %(created_at)s, %(updated_at)s, %(published_version)s, %(gate)s)
"""
UPDATE_AGENT = """
    UPDATE agents SET name = %(name)s, instructions = %(instructions)s, mode = %(mode)s,
        model = %(model)s, temperature = %(temperature)s, top_k = %(top_k)s,
        language = %(language)s, document_ids = %(document_ids)s, version = %(version)s,
        updated_at = %(updated_at)s, published_version = %(published_version)s, gate = %(gate)s
    WHERE id = %(id)s AND owner_id = %(owner_id)s
"""
GET_AGENT = f"SELECT {AGENT} FROM agents WHERE owner_id = %s AND id = %s"
DELETE_AGENT = "DELETE FROM agents WHERE owner_id = %s AND id = %s RETURNING id"
LIST_AGENTS = f"""
    SELECT {AGENT} FROM agents
    WHERE owner_id = %(owner)s AND (%(after)s::uuid IS NULL OR id < %(after)s)
    ORDER BY id DESC LIMIT %(limit)s
"""

CONVERSATION = "id, owner_id, agent_id, created_at, updated_at"
INSERT_CONVERSATION = f"INSERT INTO conversations ({CONVERSATION}) VALUES (%s, %s, %s, %s, %s)"
UPDATE_CONVERSATION = "UPDATE conversations SET updated_at = %s WHERE owner_id = %s AND id = %s"
GET_CONVERSATION = f"SELECT {CONVERSATION} FROM conversations WHERE owner_id = %s AND id = %s"
DELETE_CONVERSATION = "DELETE FROM conversations WHERE owner_id = %s AND id = %s RETURNING id"
LIST_CONVERSATIONS = f"""
    SELECT {CONVERSATION} FROM conversations
    WHERE owner_id = %(owner)s AND agent_id = %(agent)s
      AND (%(after)s::uuid IS NULL OR id < %(after)s)
    ORDER BY id DESC LIMIT %(limit)s
"""

ANSWER = """id, owner_id, agent_id, agent_version, conversation_id, question, status, text,
    confidence, citations, retrieval, input_tokens, output_tokens, price_micro_usdt, created_at,
    basis"""
INSERT_ANSWER = f"""
    INSERT INTO answers ({ANSWER}) VALUES (%(id)s, %(owner_id)s, %(agent_id)s, %(agent_version)s,
        %(conversation_id)s, %(question)s, %(status)s, %(text)s, %(confidence)s, %(citations)s,
        %(retrieval)s, %(input_tokens)s, %(output_tokens)s, %(price_micro_usdt)s, %(created_at)s,
        %(basis)s)
"""
GET_ANSWER = f"""
    SELECT {ANSWER}, helped, feedback_comment, feedback_at FROM answers
    WHERE owner_id = %s AND id = %s
"""
LIST_ANSWERS = f"""
    SELECT {ANSWER}, helped, feedback_comment, feedback_at FROM answers
    WHERE owner_id = %s AND conversation_id = %s ORDER BY id DESC LIMIT %s
"""
SET_FEEDBACK = """
    UPDATE answers SET helped = %s, feedback_comment = %s, feedback_at = %s
    WHERE owner_id = %s AND id = %s
"""


class PostgresAgents:
    def add(self, agent: Agent) -> None:
        connection().execute(INSERT_AGENT, _agent_parameters(agent))

    def get(self, owner_id: UUID, agent_id: UUID) -> Agent:
        return self._one(GET_AGENT, owner_id, agent_id)

    def lock(self, owner_id: UUID, agent_id: UUID) -> Agent:
        return self._one(GET_AGENT + " FOR UPDATE", owner_id, agent_id)

    def save(self, agent: Agent) -> None:
        connection().execute(UPDATE_AGENT, _agent_parameters(agent))

    def list(self, owner_id: UUID, page: PageRequest) -> list[Agent]:
        parameters = {"owner": owner_id, "after": page.after, "limit": page.limit + 1}
        return [_agent(row) for row in connection().execute(LIST_AGENTS, parameters)]

    def delete(self, owner_id: UUID, agent_id: UUID) -> None:
        if connection().execute(DELETE_AGENT, (owner_id, agent_id)).fetchone() is None:
            raise AgentNotFound("Check the id.")

    def _one(self, statement: str, owner_id: UUID, agent_id: UUID) -> Agent:
        row = connection().execute(statement, (owner_id, agent_id)).fetchone()
        if row is None:
            raise AgentNotFound("Check the id.")
        return _agent(row)


class PostgresConversations:
    def add(self, conversation: Conversation) -> None:
        parameters = (
            conversation.id,
            conversation.owner_id,
            conversation.agent_id,
            conversation.created_at,
            conversation.updated_at,
        )
        connection().execute(INSERT_CONVERSATION, parameters)

    def get(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        return self._one(GET_CONVERSATION, owner_id, conversation_id)

    def lock(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        return self._one(GET_CONVERSATION + " FOR UPDATE", owner_id, conversation_id)

    def save(self, conversation: Conversation) -> None:
        parameters = (conversation.updated_at, conversation.owner_id, conversation.id)
        connection().execute(UPDATE_CONVERSATION, parameters)

    def list(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> list[Conversation]:
        parameters = {
            "owner": owner_id,
            "agent": agent_id,
            "after": page.after,
            "limit": page.limit + 1,
        }
        return [Conversation(*row) for row in connection().execute(LIST_CONVERSATIONS, parameters)]

    def delete(self, owner_id: UUID, conversation_id: UUID) -> None:
        parameters = (owner_id, conversation_id)
        if connection().execute(DELETE_CONVERSATION, parameters).fetchone() is None:
            raise ConversationNotFound("Check the id.")

    def _one(self, statement: str, owner_id: UUID, conversation_id: UUID) -> Conversation:
        row = connection().execute(statement, (owner_id, conversation_id)).fetchone()
        if row is None:
            raise ConversationNotFound("Check the id.")
        return Conversation(*row)


class PostgresAnswers:
    def add(self, answer: Answer) -> None:
        connection().execute(INSERT_ANSWER, _answer_parameters(answer))

    def get(self, owner_id: UUID, answer_id: UUID) -> Answer:
        row = connection().execute(GET_ANSWER, (owner_id, answer_id)).fetchone()
        if row is None:
            raise AnswerNotFound("Check the id.")
        return _answer(row)

    def of_conversation(self, owner_id: UUID, conversation_id: UUID, limit: int) -> list[Answer]:
        rows = connection().execute(LIST_ANSWERS, (owner_id, conversation_id, limit)).fetchall()
        return [_answer(row) for row in reversed(rows)]

    def set_feedback(self, owner_id: UUID, answer_id: UUID, feedback: Feedback) -> None:
        parameters = (feedback.helped, feedback.comment, feedback.given_at, owner_id, answer_id)
        connection().execute(SET_FEEDBACK, parameters)


def _agent(row: tuple[Any, ...]) -> Agent:
    (id_, owner_id, name, instructions, mode, model, temperature, top_k, language) = row[:9]
    document_ids, version, created_at, updated_at, published_version, gate = row[9:]
    settings = AgentSettings(
        name=name,
        instructions=instructions,
        mode=AnswerMode(mode),
        model=model,
        temperature=temperature,
        top_k=top_k,
        language=None if language is None else Language(language),
        document_ids=tuple(document_ids),
    )
    return Agent(id_, owner_id, settings, version, created_at, updated_at, published_version, gate)


def _agent_parameters(agent: Agent) -> dict[str, object]:
    settings = agent.settings
    return {
        "id": agent.id,
        "owner_id": agent.owner_id,
        "name": settings.name,
        "instructions": settings.instructions,
        "mode": settings.mode,
        "model": settings.model,
        "temperature": settings.temperature,
        "top_k": settings.top_k,
        "language": settings.language,
        "document_ids": list(settings.document_ids),
        "version": agent.version,
        "created_at": agent.created_at,
        "updated_at": agent.updated_at,
        "published_version": agent.published_version,
        "gate": agent.gate,
    }


def _answer_parameters(answer: Answer) -> dict[str, object]:
    reply = answer.reply
    return {
        "id": answer.id,
        "owner_id": answer.owner_id,
        "agent_id": answer.agent_id,
        "agent_version": answer.agent_version,
        "conversation_id": answer.conversation_id,
        "question": answer.question,
        "status": reply.status,
        "text": reply.text,
        "confidence": reply.confidence,
        "citations": _json([asdict(citation) for citation in reply.citations]),
        "retrieval": _json([asdict(retrieved) for retrieved in answer.retrieval]),
        "input_tokens": reply.usage.input_tokens,
        "output_tokens": reply.usage.output_tokens,
        "price_micro_usdt": reply.usage.price_micro_usdt,
        "created_at": answer.created_at,
        "basis": _json(asdict(answer.basis) if answer.basis else {}),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _answer(row: tuple[Any, ...]) -> Answer:
    id_, owner_id, agent_id, agent_version, conversation_id, question, status, text = row[:8]
    confidence, citations, retrieval, input_tokens, output_tokens, price, created_at = row[8:15]
    basis, helped, comment, given_at = row[15:]
    return Answer(
        id=id_,
        owner_id=owner_id,
        agent_id=agent_id,
        agent_version=agent_version,
        conversation_id=conversation_id,
        question=question,
        reply=Reply(
            status=AnswerStatus(status),
            text=text,
            confidence=confidence,
            citations=[_citation(item) for item in citations],
            usage=Usage(input_tokens, output_tokens, price),
        ),
        retrieval=[retrieved_from(item) for item in retrieval],
        created_at=created_at,
        feedback=None if helped is None else Feedback(helped, comment, given_at),
        basis=_basis(basis) if basis else None,
    )


def _basis(item: dict[str, Any]) -> Basis:
    document_ids = tuple(UUID(document_id) for document_id in item["document_ids"])
    return Basis(**{**item, "document_ids": document_ids, "mode": AnswerMode(item["mode"])})


def _citation(item: dict[str, Any]) -> Citation:
    place = Place(**{**item["place"], "headings": tuple(item["place"]["headings"])})
    return Citation(
        document_id=UUID(item["document_id"]),
        filename=item["filename"],
        chunk_id=UUID(item["chunk_id"]),
        quote=item["quote"],
        place=place,
    )


def retrieved_from(item: dict[str, Any]) -> Retrieved:
    """As it was kept."""
    ids = {name: UUID(item[name]) for name in ("chunk_id", "document_id")}
    return Retrieved(**{**item, **ids})
