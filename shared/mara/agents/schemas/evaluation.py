"""The shape of versions, evaluations and replayed answers on the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.model import Agent, Answer, AnswerMode, AnswerStatus
from mara.agents.model.evaluation import Evaluation, Outcome, Version
from mara.agents.schemas import TurnOut


class VersionIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 1}]})

    version: int = Field(ge=1)


class EvaluationIn(BaseModel):
    """No ``version`` means the newest."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    version: int | None = Field(default=None, ge=1)


class GateIn(BaseModel):
    """``min_score`` is what a version must score to answer; null opens the gate."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"min_score": 0.9}]})

    min_score: float | None = Field(ge=0, le=1, allow_inf_nan=False)


class PublicationOut(BaseModel):
    """Which version of an agent answers, which is the newest, and what the gate asks for."""

    agent_id: UUID
    version: int
    published_version: int
    gate: float | None

    @classmethod
    def of(cls, agent: Agent) -> Self:
        return cls(
            agent_id=agent.id,
            version=agent.version,
            published_version=agent.published_version,
            gate=agent.gate,
        )


class VersionOut(BaseModel):
    """``published_at`` is when it last began to answer; null if it never did.

    ``score`` is that of its last evaluation.
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
    """The newest first."""

    items: Sequence[VersionOut]


class ResultOut(BaseModel):
    answer_id: UUID
    question: str
    outcome: Outcome
    status: AnswerStatus | None


class EvaluationOut(BaseModel):
    """``score`` is the share of the cases run that passed; null where none was run."""

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
    """The newest first."""

    items: Sequence[EvaluationOut]


class RetrievedOut(BaseModel):
    """A passage the answer could draw on, with what search said of it then.

    ``text`` is null where its document was deleted since.
    """

    chunk_id: UUID
    document_id: UUID
    score: float
    lexical: float | None
    semantic: float | None
    text: str | None


class BasisOut(BaseModel):
    """``searched`` is the text looked for; no ``document_ids`` means all of the owner's."""

    searched: str
    document_ids: Sequence[UUID]
    mode: AnswerMode
    model: str | None
    embedder: str
    prompt_version: int


class ReplayOut(TurnOut):
    """An answer with all it was drawn from; ``basis`` is null for answers older than it."""

    agent_version: int
    basis: BasisOut | None
    retrieval: Sequence[RetrievedOut]

    @classmethod
    def with_texts(cls, answer: Answer, texts: Mapping[UUID, str]) -> Self:
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
