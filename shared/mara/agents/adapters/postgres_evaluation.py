"""Versions of agents, evaluation cases and evaluations kept in PostgreSQL."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.agents.adapters.postgres import retrieved_from
from mara.agents.errors import VersionNotFound
from mara.agents.model import AgentSettings, AnswerMode, AnswerStatus, Language
from mara.agents.model.evaluation import Case, Cited, Evaluation, Outcome, Result, Version
from mara.platform.database import connection

VERSION = "agent_id, owner_id, version, settings, created_at, published_at"
SAVE_VERSION = f"""
    INSERT INTO agent_versions ({VERSION}) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (agent_id, version) DO UPDATE SET published_at = excluded.published_at
"""
GET_VERSION = f"""
    SELECT {VERSION} FROM agent_versions WHERE owner_id = %s AND agent_id = %s AND version = %s
"""
LIST_VERSIONS = f"""
    SELECT {VERSION}, (
        SELECT score FROM evaluations e
        WHERE e.owner_id = v.owner_id AND e.agent_id = v.agent_id AND e.agent_version = v.version
        ORDER BY e.id DESC LIMIT 1)
    FROM agent_versions v WHERE owner_id = %s AND agent_id = %s ORDER BY version DESC LIMIT 100
"""
CASE = "answer_id, owner_id, agent_id, question, helped, cited, retrieval, created_at"
SAVE_CASE = f"""
    INSERT INTO evaluation_cases ({CASE}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (answer_id) DO UPDATE SET helped = excluded.helped,
        created_at = excluded.created_at
"""
LIST_CASES = f"""
    SELECT {CASE} FROM evaluation_cases WHERE owner_id = %s AND agent_id = %s
    ORDER BY answer_id DESC LIMIT %s
"""
LAST_CHANGE = "SELECT max(created_at) FROM evaluation_cases WHERE owner_id = %s AND agent_id = %s"
EVALUATION = """id, owner_id, agent_id, agent_version, score, results, prompt_version, model_id,
    created_at"""
INSERT_EVALUATION = f"""
    INSERT INTO evaluations ({EVALUATION}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
LIST_EVALUATIONS = f"""
    SELECT {EVALUATION} FROM evaluations WHERE owner_id = %s AND agent_id = %s
    ORDER BY id DESC LIMIT %s
"""
LAST_EVALUATION = f"""
    SELECT {EVALUATION} FROM evaluations
    WHERE owner_id = %s AND agent_id = %s AND agent_version = %s ORDER BY id DESC LIMIT 1
"""


class PostgresVersions:
    def save(self, version: Version) -> None:
        parameters = (
            version.agent_id,
            version.owner_id,
            version.number,
            _json(asdict(version.settings)),
            version.created_at,
            version.published_at,
        )
        connection().execute(SAVE_VERSION, parameters)

    def get(self, owner_id: UUID, agent_id: UUID, number: int) -> Version:
        row = connection().execute(GET_VERSION, (owner_id, agent_id, number)).fetchone()
        if row is None:
            raise VersionNotFound(f"The agent has no version {number}.")
        return _version(row)

    def list(self, owner_id: UUID, agent_id: UUID) -> list[Version]:
        return [_version(row) for row in connection().execute(LIST_VERSIONS, (owner_id, agent_id))]


class PostgresCases:
    def save(self, case: Case) -> None:
        parameters = (
            case.answer_id,
            case.owner_id,
            case.agent_id,
            case.question,
            case.helped,
            _json([asdict(cited) for cited in case.cited]),
            _json([asdict(retrieved) for retrieved in case.retrieval]),
            case.created_at,
        )
        connection().execute(SAVE_CASE, parameters)

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> list[Case]:
        rows = connection().execute(LIST_CASES, (owner_id, agent_id, limit))
        return [_case(row) for row in rows]

    def last_change(self, owner_id: UUID, agent_id: UUID) -> datetime | None:
        row = connection().execute(LAST_CHANGE, (owner_id, agent_id)).fetchone()
        return row[0] if row else None


class PostgresEvaluations:
    def add(self, evaluation: Evaluation) -> None:
        parameters = (
            evaluation.id,
            evaluation.owner_id,
            evaluation.agent_id,
            evaluation.agent_version,
            evaluation.score,
            _json([asdict(result) for result in evaluation.results]),
            evaluation.prompt_version,
            evaluation.model_id,
            evaluation.created_at,
        )
        connection().execute(INSERT_EVALUATION, parameters)

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> list[Evaluation]:
        rows = connection().execute(LIST_EVALUATIONS, (owner_id, agent_id, limit))
        return [_evaluation(row) for row in rows]

    def last(self, owner_id: UUID, agent_id: UUID, version: int) -> Evaluation | None:
        row = connection().execute(LAST_EVALUATION, (owner_id, agent_id, version)).fetchone()
        return _evaluation(row) if row else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _version(row: tuple[Any, ...]) -> Version:
    agent_id, owner_id, number, kept, created_at, published_at, *scores = row
    language = kept["language"]
    settings = AgentSettings(
        **{
            **kept,
            "mode": AnswerMode(kept["mode"]),
            "language": Language(language) if language else None,
            "document_ids": tuple(UUID(document_id) for document_id in kept["document_ids"]),
        }
    )
    return Version(agent_id, owner_id, number, settings, created_at, published_at, *scores)


def _case(row: tuple[Any, ...]) -> Case:
    answer_id, owner_id, agent_id, question, helped, cited, retrieval, created_at = row
    return Case(
        answer_id=answer_id,
        owner_id=owner_id,
        agent_id=agent_id,
        question=question,
        helped=helped,
        cited=[Cited(UUID(item["chunk_id"]), UUID(item["document_id"])) for item in cited],
        retrieval=[retrieved_from(item) for item in retrieval],
        created_at=created_at,
    )


def _evaluation(row: tuple[Any, ...]) -> Evaluation:
    id_, owner_id, agent_id, version, score, results, prompt_version, model_id, created_at = row
    return Evaluation(
        id=id_,
        owner_id=owner_id,
        agent_id=agent_id,
        agent_version=version,
        score=score,
        results=_results(results),
        prompt_version=prompt_version,
        model_id=model_id,
        created_at=created_at,
    )


def _results(kept: Sequence[dict[str, Any]]) -> list[Result]:
    return [
        Result(
            answer_id=UUID(item["answer_id"]),
            question=item["question"],
            outcome=Outcome(item["outcome"]),
            status=AnswerStatus(item["status"]) if item["status"] else None,
        )
        for item in kept
    ]
