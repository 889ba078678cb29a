"""Evaluation: questions whose answers people judged are asked again, and the results are scored."""

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
    """The settings of an agent at one version number, from 1; they never change.

    ``published_at`` is when the version was last published, ``None`` if never. ``score`` is that
    of its last evaluation; it is set only in lists of versions.
    """

    agent_id: UUID
    owner_id: UUID
    number: int
    settings: AgentSettings
    created_at: datetime
    published_at: datetime | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class CitedChunk:
    """A citation as an evaluation compares it: ids only, without the quote of a ``Citation``."""

    chunk_id: UUID
    document_id: UUID


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the citations and passages of its answer, and whether the answer helped.

    ``created_at`` is the time of the last judgement. A case is independent of its conversation and
    remains when that is deleted.
    """

    answer_id: UUID
    owner_id: UUID
    agent_id: UUID
    question: str
    helped: bool
    cited: Sequence[CitedChunk]
    retrieval: Sequence[Retrieved]
    created_at: datetime


class Outcome(StrEnum):
    """The outcome of one case."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """All documents that the case expects are deleted, so no agent can pass it."""
    LEFT_OUT = "left_out"
    """The time limit was reached before the case was run."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one case; ``status`` is ``None`` if the case was not run."""

    answer_id: UUID
    question: str
    outcome: Outcome
    status: AnswerStatus | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results of a version's cases; ``score`` is as in ``score_of``."""

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
    """Compare a new reply with the judged answer, by its first citation.

    If the answer helped, the first citation must be from a document that the answer cited; an
    answer that helped by refusing must be refused again. If it did not help, the first citation
    must not be the passage that it cited first; a refusal that did not help must be an answer now.
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
    """Whether a document that the case expects still exists; ``gone`` has the deleted ones."""
    documents = {cited.document_id for cited in case.cited}
    return not case.helped or not documents or not documents <= set(gone)


def is_complete(results: Sequence[Result]) -> bool:
    """Whether no case was left out for lack of time."""
    return all(result.outcome is not Outcome.LEFT_OUT for result in results)


def score_of(results: Sequence[Result]) -> float | None:
    """Return the share of passed cases among those that ran, 0..1; ``None`` if none ran."""
    run = [r.outcome for r in results if r.outcome in {Outcome.PASSED, Outcome.FAILED}]
    return run.count(Outcome.PASSED) / len(run) if run else None
