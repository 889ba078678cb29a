"""Requests and responses of the routes of versions, evaluations and replayed answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.model import Agent, Answer, AnswerMode, AnswerStatus
from mara.agents.model.evaluation import Evaluation, Outcome, Version
from mara.agents.schemas import TurnOut


class VersionIn(BaseModel):
    """The version of an agent to publish or to roll back to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 1}]})

    version: int = Field(ge=1)


class EvaluationIn(BaseModel):
    """The version of an agent to evaluate; no ``version`` means the newest."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    version: int | None = Field(default=None, ge=1)


class GateIn(BaseModel):
    """``min_score`` is the score that a version needs to be published; null removes the gate."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"min_score": 0.9}]})

    min_score: float | None = Field(ge=0, le=1, allow_inf_nan=False)


class PublicationOut(BaseModel):
    """``version`` is the newest, ``published_version`` the one that answers.

    ``gate`` is the score that a version needs to be published; null without a gate.
    """

    agent_id: UUID
    version: int
    published_version: int
    gate: float | None

    @classmethod
    def of(cls, agent: Agent) -> Self:
        """Build the response from the model object."""
        return cls(
            agent_id=agent.id,
            version=agent.version,
            published_version=agent.published_version,
            gate=agent.gate,
        )


class VersionOut(BaseModel):
    """A version of an agent's settings.

    ``published_at`` is when it was last published; null if never. ``score`` is that of its last
    evaluation; null without one.
    """

    version: int
    name: str
    mode: AnswerMode
    instructions: str
    document_ids: Sequence[UUID]
    created_at: datetime
    published_at: datetime | None
    score: float | None

    @classmethod
    def of(cls, version: Version) -> Self:
        """Build the response from the model object."""
        settings = version.settings
        return cls(
            version=version.number,
            name=settings.name,
            mode=settings.mode,
            instructions=settings.instructions,
            document_ids=settings.document_ids,
            created_at=version.created_at,
            published_at=version.published_at,
            score=version.score,
        )


class VersionsOut(BaseModel):
    """The versions of an agent, the newest first."""

    items: Sequence[VersionOut]


class ResultOut(BaseModel):
    """The result of one case; ``status`` is null if the case was not run."""

    answer_id: UUID
    question: str
    outcome: Outcome
    status: AnswerStatus | None


class EvaluationOut(BaseModel):
    """``score`` is the share of passed cases among those that ran; null if none ran."""

    id: UUID
    agent_id: UUID
    agent_version: int
    score: float | None
    results: Sequence[ResultOut]
    prompt_version: int
    embedder: str
    created_at: datetime

    @classmethod
    def of(cls, evaluation: Evaluation) -> Self:
        """Build the response from the model object."""
        results = [
            ResultOut(
                answer_id=result.answer_id,
                question=result.question,
                outcome=result.outcome,
                status=result.status,
            )
            for result in evaluation.results
        ]
        return cls(
            id=evaluation.id,
            agent_id=evaluation.agent_id,
            agent_version=evaluation.agent_version,
            score=evaluation.score,
            results=results,
            prompt_version=evaluation.prompt_version,
            embedder=evaluation.model_id,
            created_at=evaluation.created_at,
        )


class EvaluationsOut(BaseModel):
    """The evaluations of an agent, the newest first."""

    items: Sequence[EvaluationOut]


class RetrievedOut(BaseModel):
    """A passage that was retrieved for an answer, with the scores it had in that search.

    ``text`` is null if its document was deleted since then.
    """

    chunk_id: UUID
    document_id: UUID
    score: float
    lexical: float | None
    semantic: float | None
    text: str | None


class BasisOut(BaseModel):
    """The inputs of an answer; ``searched`` is the search text.

    No ``document_ids`` means all documents of the owner.
    """

    searched: str
    document_ids: Sequence[UUID]
    mode: AnswerMode
    model: str | None
    embedder: str
    prompt_version: int


class ReplayOut(TurnOut):
    """An answer with its inputs; ``basis`` is null for answers from before it was stored."""

    agent_version: int
    basis: BasisOut | None
    retrieval: Sequence[RetrievedOut]

    @classmethod
    def with_texts(cls, answer: Answer, texts: Mapping[UUID, str]) -> Self:
        """Build the response from the model object and the texts of passages by chunk id."""
        retrieval = [
            RetrievedOut(
                chunk_id=found.chunk_id,
                document_id=found.document_id,
                score=found.score,
                lexical=found.lexical,
                semantic=found.semantic,
                text=texts.get(found.chunk_id),
            )
            for found in answer.retrieval
        ]
        basis = answer.basis
        shown = (
            None
            if basis is None
            else BasisOut(
                searched=basis.searched,
                document_ids=basis.document_ids,
                mode=basis.mode,
                model=basis.model,
                embedder=basis.embedder,
                prompt_version=basis.prompt_version,
            )
        )
        turn = TurnOut.of(answer)
        return cls(
            **{name: getattr(turn, name) for name in TurnOut.model_fields},
            agent_version=answer.agent_version,
            basis=shown,
            retrieval=retrieval,
        )
