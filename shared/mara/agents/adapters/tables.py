"""The tables of agents, conversations, answers and evaluations."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.agents.adapters.stored_json import (
    dump_record,
    dump_records,
    load_answer_basis,
    load_citations,
    load_cited_chunks,
    load_results,
    load_retrieval,
    load_settings,
)
from mara.agents.model import AnswerMode, AnswerStatus, Language
from mara.agents.model.pending import PendingState
from mara.platform.schema import (
    TIMESTAMP,
    Converted,
    check,
    dump_json,
    enumerated,
    metadata,
    one_of,
)


def records(load: Callable[[Any], Any]) -> Converted:
    """Return the type of a JSON array of dataclasses that ``load`` reads."""
    return Converted(JSONB(), load=load, dump=dump_records)


# `document_ids` has no foreign keys on purpose: an agent whose last document is deleted must
# answer from no document, not from all of them.
agents = Table(
    "agents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("instructions", Text, nullable=False),
    Column("mode", enumerated(AnswerMode), nullable=False),
    Column("model", Text),
    Column("temperature", Double, nullable=False),
    Column("top_k", Integer, nullable=False),
    Column("language", enumerated(Language)),
    Column("document_ids", Converted(ARRAY(Uuid), load=tuple, dump=list), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("published_version", Integer, nullable=False),
    Column("gate", Double),
    one_of("mode", AnswerMode),
    CheckConstraint("temperature BETWEEN 0 AND 2", name="temperature"),
    CheckConstraint("top_k > 0", name="top_k"),
    one_of("language", Language),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("gate BETWEEN 0 AND 1", name="gate"),
    check("published_version BETWEEN 1 AND version", name="agents_check"),
    Index("agents_owner", "owner_id", "id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("agent_id", Uuid, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("title", Text, nullable=False, server_default=text("''")),
    Index("conversations_agent", "agent_id", "id"),
    Index("conversations_of_owner", "owner_id", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("agent_version", Integer, nullable=False),
    Column(
        "conversation_id", Uuid, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
    ),
    Column("question", Text, nullable=False),
    Column("status", enumerated(AnswerStatus), nullable=False),
    Column("text", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("citations", records(load_citations), nullable=False),
    Column("retrieval", records(load_retrieval), nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("price_micro_usdt", BigInteger, nullable=False),
    Column("helped", Boolean),
    Column("feedback_comment", Text),
    Column("feedback_at", TIMESTAMP),
    Column("created_at", TIMESTAMP, nullable=False),
    Column(
        "basis",
        Converted(JSONB(), load=load_answer_basis, dump=dump_json),
        nullable=False,
        server_default=text("'{}'"),
    ),
    Column("related", records(load_citations), nullable=False, server_default=text("'[]'")),
    one_of("status", AnswerStatus),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    Index("answers_conversation", "conversation_id", "id"),
    Index("answers_of_owner", "owner_id", "id"),
)

pending_answers = Table(
    "pending_answers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column(
        "conversation_id", Uuid, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False
    ),
    Column("question", Text, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("state", enumerated(PendingState), nullable=False),
    Column("failure", Text),
    Column("leased_until", TIMESTAMP),
    one_of("state", PendingState),
    check("(state = 'failed') = (failure IS NOT NULL)", name="pending_answers_check"),
    Index("pending_answers_agent", "agent_id"),
    Index("pending_answers_conversation", "conversation_id"),
    Index("pending_answers_of_owner", "owner_id", "id"),
    Index("pending_answers_queued", "created_at", postgresql_where=text("state = 'queued'")),
)

agent_versions = Table(
    "agent_versions",
    metadata,
    Column("agent_id", Uuid, ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("settings", Converted(JSONB(), load=load_settings, dump=dump_record), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("published_at", TIMESTAMP),
    Index("agent_versions_of_owner", "owner_id", "agent_id", "version"),
)

# A case outlives its conversation: it holds what it needs and refers to its agent alone.
evaluation_cases = Table(
    "evaluation_cases",
    metadata,
    Column("answer_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("agent_id", Uuid, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("question", Text, nullable=False),
    Column("helped", Boolean, nullable=False),
    Column("cited", records(load_cited_chunks), nullable=False),
    Column("retrieval", records(load_retrieval), nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Index("evaluation_cases_agent", "agent_id", "answer_id"),
    Index("evaluation_cases_of_owner", "owner_id", "answer_id"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("agent_id", Uuid, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("agent_version", Integer, nullable=False),
    Column("score", Double),
    Column("results", records(load_results), nullable=False),
    Column("prompt_version", Integer, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("stopped_by", Text),
    CheckConstraint("score BETWEEN 0 AND 1", name="score"),
    Index("evaluations_agent", "agent_id", "id"),
    Index("evaluations_of_owner", "owner_id", "id"),
)
