"""Conversion of agents, answers and evaluations to and from the values of JSON columns."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from mara.agents.model import (
    AgentSettings,
    AnswerBasis,
    AnswerMode,
    AnswerStatus,
    Citation,
    Language,
    Retrieved,
)
from mara.agents.model.evaluation import CitedChunk, Outcome, Result
from mara.extraction.model import Place
from mara.platform.schema import dump_json, load_record

Stored = dict[str, Any]


def dump_record(record: Any) -> str:
    """Return a dataclass as JSON."""
    return dump_json(asdict(record))


def dump_records(records: Iterable[Any]) -> str:
    """Return dataclasses as a JSON array."""
    return dump_json([asdict(record) for record in records])


def load_citations(stored: Sequence[Stored]) -> list[Citation]:
    """Return the citations of an answer."""
    return [
        load_record(
            Citation,
            item,
            document_id=UUID(item["document_id"]),
            chunk_id=UUID(item["chunk_id"]),
            place=load_record(Place, item["place"], headings=tuple(item["place"]["headings"])),
        )
        for item in stored
    ]


def load_retrieval(stored: Sequence[Stored]) -> list[Retrieved]:
    """Return the passages that were retrieved for an answer."""
    return [
        load_record(
            Retrieved,
            item,
            chunk_id=UUID(item["chunk_id"]),
            document_id=UUID(item["document_id"]),
        )
        for item in stored
    ]


def load_answer_basis(stored: Stored) -> AnswerBasis | None:
    """Return the inputs of an answer; None for answers created before they were stored."""
    if not stored:
        return None
    return load_record(
        AnswerBasis,
        stored,
        mode=AnswerMode(stored["mode"]),
        document_ids=tuple(UUID(document_id) for document_id in stored["document_ids"]),
    )


def load_settings(stored: Stored) -> AgentSettings:
    """Return the settings of a version of an agent."""
    language = stored["language"]
    return load_record(
        AgentSettings,
        stored,
        mode=AnswerMode(stored["mode"]),
        language=Language(language) if language else None,
        document_ids=tuple(UUID(document_id) for document_id in stored["document_ids"]),
    )


def load_cited_chunks(stored: Sequence[Stored]) -> list[CitedChunk]:
    """Return the ids of the chunks that the answer of an evaluation case cited."""
    return [
        load_record(
            CitedChunk,
            item,
            chunk_id=UUID(item["chunk_id"]),
            document_id=UUID(item["document_id"]),
        )
        for item in stored
    ]


def load_results(stored: Sequence[Stored]) -> list[Result]:
    """Return the results of an evaluation."""
    return [
        load_record(
            Result,
            item,
            answer_id=UUID(item["answer_id"]),
            outcome=Outcome(item["outcome"]),
            status=AnswerStatus(item["status"]) if item["status"] else None,
            use_id=UUID(item["use_id"]) if item.get("use_id") else None,
        )
        for item in stored
    ]
