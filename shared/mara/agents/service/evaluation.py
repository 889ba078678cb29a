"""Runs an agent's evaluation cases: asks the questions again and counts the passed ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from mara.agents.model import Agent
from mara.agents.model.evaluation import (
    Case,
    Evaluation,
    Outcome,
    Result,
    can_be_passed,
    judge,
    score_of,
)
from mara.agents.model.prompts import PROMPT_VERSION
from mara.agents.ports import Agents, Cases, Evaluations, Versions
from mara.agents.service.answers import AnswerService
from mara.documents.ports import OwnDocuments
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.time_budget import UNLIMITED, TimeBudget
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.search.ports import Embedder

ONE_CASE = timedelta(seconds=4)
"""The time that the last case may take after the time for the cases is over."""
CASES_MAX = 500
"""The number of cases of one evaluation: the newest ones."""


@dataclass(frozen=True, slots=True)
class EvaluationService:
    """Evaluates versions of agents, and lists the evaluations."""

    agents: Agents
    versions: Versions
    cases: Cases
    evaluations: Evaluations
    answering: AnswerService
    documents: OwnDocuments
    embedder: Embedder
    unit_of_work: UnitOfWork
    now: Clock

    def evaluate(
        self,
        caller: Principal,
        agent_id: UUID,
        version: int | None = None,
        *,
        within: timedelta | None = None,
    ) -> Evaluation:
        """Run the cases against a version, by default the newest, and store the result.

        Cases that did not start ``within`` that time have the outcome ``LEFT_OUT``. Raises
        AgentNotFound, VersionNotFound.
        """
        with self.unit_of_work(caller.user_id):
            agent = self.agents.get(caller.user_id, agent_id)
            number = agent.version if version is None else version
            tried = self.versions.get(caller.user_id, agent_id, number)
            cases = self.cases.list(caller.user_id, agent_id, CASES_MAX)
        candidate = replace(agent, settings=tried.settings, version=tried.number)
        results = list(self._run(caller, candidate, cases, within))
        evaluation = Evaluation(
            id=new_id(),
            owner_id=caller.user_id,
            agent_id=agent_id,
            agent_version=tried.number,
            score=score_of(results),
            results=results,
            prompt_version=PROMPT_VERSION,
            model_id=self.embedder.model_id,
            created_at=self.now(),
        )
        with self.unit_of_work(caller.user_id):
            self.evaluations.add(evaluation)
        return evaluation

    def owner_of(self, agent_id: UUID) -> UUID:
        """Return the owner of an agent, for commands without a caller. Raises AgentNotFound."""
        with self.unit_of_work(SYSTEM):
            return self.agents.owner_of(agent_id)

    def list(self, caller: Principal, agent_id: UUID, limit: int) -> Sequence[Evaluation]:
        """Return at most ``limit`` evaluations, the newest first. Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            self.agents.get(caller.user_id, agent_id)
            return self.evaluations.list(caller.user_id, agent_id, limit)

    def _run(
        self, caller: Principal, agent: Agent, cases: Sequence[Case], within: timedelta | None
    ) -> Iterator[Result]:
        documents = {cited.document_id for case in cases for cited in case.cited}
        with self.unit_of_work(caller.user_id):
            gone = self.documents.unknown(caller.user_id, documents)
        began = self.now()
        # A case that has begun may be answered by quotes, so that the request ends in time.
        budget = TimeBudget(self.now, began + within + ONE_CASE) if within else UNLIMITED
        for case in cases:
            if not can_be_passed(case, gone):
                yield Result(case.answer_id, case.question, Outcome.SKIPPED)
            elif within is not None and self.now() - began > within:
                yield Result(case.answer_id, case.question, Outcome.LEFT_OUT)
            else:
                reply = self.answering.preview(caller, agent, case.question, budget)
                outcome = judge(case, reply)
                yield Result(case.answer_id, case.question, outcome, reply.status)
