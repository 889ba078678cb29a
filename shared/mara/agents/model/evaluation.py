"""Evaluation: questions whose answers people judged are asked again, and the results are scored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from mara.agents.model import AgentSettings, AnswerStatus, Citation, Reply, Retrieved

IN_ONE_REQUEST = timedelta(seconds=20)
"""The time for the cases of an evaluation in one HTTP request; API Gateway times out after 29 s."""
OUT_OF_TIME = "out_of_time"
INTERRUPTED = "interrupted"
"""What stopped an evaluation that did not end: it runs now, or the process that ran it is gone."""


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
    """The evaluation stopped before the case was run."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one case; ``status`` and ``use_id`` are ``None`` if the case was not run.

    ``use_id`` is what the statement names if the new answer cost ``price_micro_usdt``.
    """

    answer_id: UUID
    question: str
    outcome: Outcome
    status: AnswerStatus | None = None
    use_id: UUID | None = None
    price_micro_usdt: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results of a version's cases; ``score`` is as in ``score_of``.

    ``stopped_by`` is why cases were left out: OUT_OF_TIME, INTERRUPTED, or the code of an error;
    ``None`` if none was.
    """

    id: UUID
    owner_id: UUID
    agent_id: UUID
    agent_version: int
    score: float | None
    results: Sequence[Result]
    prompt_version: int
    model_id: str
    created_at: datetime
    stopped_by: str | None = None

    @property
    def has_run(self) -> bool:
        """Whether a case has a result."""
        return any(result.use_id for result in self.results)

    def use_of(self, case: Case) -> UUID:
        """The id of what the case uses of the plan: one for each evaluation and case."""
        return uuid5(self.id, str(case.answer_id))

    def with_result(self, result: Result) -> "Evaluation":
        """The evaluation with the result in place of the one that its case had."""
        results = [result if one.answer_id == result.answer_id else one for one in self.results]
        is_whole = all(one.outcome is not Outcome.LEFT_OUT for one in results)
        stopped_by = None if is_whole else self.stopped_by
        return replace(self, results=results, score=score_of(results), stopped_by=stopped_by)


def result_of(case: Case, reply: Reply, use_id: UUID) -> Result:
    """The result of a case that was run; ``reply`` has its price."""
    price = reply.usage.price_micro_usdt
    return Result(case.answer_id, case.question, judge(case, reply), reply.status, use_id, price)


def not_run(case: Case, gone: Collection[UUID]) -> Result:
    """The result of a case before it is run; ``gone`` are the deleted documents."""
    outcome = Outcome.LEFT_OUT if can_be_passed(case, gone) else Outcome.SKIPPED
    return Result(case.answer_id, case.question, outcome)


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


def score_of(results: Sequence[Result]) -> float | None:
    """Return the share of passed cases among those that ran, 0..1; ``None`` if none ran."""
    run = [r.outcome for r in results if r.outcome in {Outcome.PASSED, Outcome.FAILED}]
    return run.count(Outcome.PASSED) / len(run) if run else None
