"""What answers are measured by: questions whose answers people judged, asked again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mara.agents.model import AgentSettings, AnswerStatus, Citation, Reply, Retrieved

IN_ONE_REQUEST = timedelta(seconds=20)
"""The time for the cases of an evaluation in one HTTP request; API Gateway times out after 29 s."""


@dataclass(frozen=True, slots=True)
class Version:
    """The settings of an agent as they were; ``published_at`` is when it last began to answer.

    ``score`` is that of its last evaluation, where it is asked for.
    """

    agent_id: UUID
    owner_id: UUID
    number: int
    settings: AgentSettings
    created_at: datetime
    published_at: datetime | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    chunk_id: UUID
    document_id: UUID


@dataclass(frozen=True, slots=True)
class Case:
    """A question, what was found for it then, and whether what was cited helped."""

    answer_id: UUID
    owner_id: UUID
    agent_id: UUID
    question: str
    helped: bool
    cited: Sequence[Cited]
    retrieval: Sequence[Retrieved]
    created_at: datetime


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """What it expects was deleted: no agent can pass it."""
    LEFT_OUT = "left_out"
    """Time was over before it was its turn."""


@dataclass(frozen=True, slots=True)
class Result:
    answer_id: UUID
    question: str
    outcome: Outcome
    status: AnswerStatus | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``score`` is the share of the cases run that passed; ``None`` where none was run."""

    id: UUID
    owner_id: UUID
    agent_id: UUID
    agent_version: int
    score: float | None
    results: Sequence[Result]
    prompt_version: int
    model_id: str
    created_at: datetime


def judge(case: Case, reply: Reply) -> Outcome:
    """An answer that helped must be led by one of its documents again; one that did not, not by
    the passage that misled.
    """
    first: Citation | None = reply.citations[0] if reply.citations else None
    if case.helped and not case.cited:
        passed = reply.status is AnswerStatus.NOT_IN_DOCUMENTS
    elif case.helped:
        documents = {cited.document_id for cited in case.cited}
        passed = first is not None and first.document_id in documents
    elif not case.cited:
        passed = first is not None
    else:
        passed = first is None or first.chunk_id != case.cited[0].chunk_id
    return Outcome.PASSED if passed else Outcome.FAILED


def can_be_passed(case: Case, gone: Collection[UUID]) -> bool:
    """Whether anything is left of what it expects; ``gone`` are documents that were deleted."""
    documents = {cited.document_id for cited in case.cited}
    return not case.helped or not documents or not documents <= set(gone)


def is_complete(results: Sequence[Result]) -> bool:
    """Whether every case that could be run was."""
    return all(result.outcome is not Outcome.LEFT_OUT for result in results)


def score_of(results: Sequence[Result]) -> float | None:
    run = [r.outcome for r in results if r.outcome in {Outcome.PASSED, Outcome.FAILED}]
    return run.count(Outcome.PASSED) / len(run) if run else None
