"""Runs an agent's evaluation cases: asks the questions again and counts the passed ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from mara.agents.model import Agent
from mara.agents.model.evaluation import (
    INTERRUPTED,
    OUT_OF_TIME,
    Case,
    Evaluation,
    can_be_passed,
    not_run,
    result_of,
)
from mara.agents.model.prompts import PROMPT_VERSION
from mara.agents.ports import Agents, Cases, Evaluations, Versions
from mara.agents.service.answers import AnswerService
from mara.agents.service.question import Question
from mara.agents.service.reservation import AnswerReservation
from mara.documents.ports import OwnDocuments
from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError, code_of
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
    reservation: AnswerReservation
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
        """Run the cases against a version, by default the newest.

        Each result is stored with what it cost, as an answer is. ``stopped_by`` tells why the other
        cases have the outcome ``LEFT_OUT``: they did not start ``within`` that time, or an error
        came after the first result. Raises AgentNotFound, VersionNotFound, and if no case has a
        result UsageLimitReached, InsufficientFunds, NotInPlan, SearchUnavailable,
        EmbeddingUnavailable.
        """
        agent, cases, evaluation = self._begin(caller, agent_id, version)
        began = self.now()
        # A case that has begun may be answered by quotes, so that the request ends in time.
        budget = TimeBudget(self.now, began + within + ONE_CASE) if within else UNLIMITED
        for case in cases:
            if within is not None and self.now() - began > within:
                return self._end(evaluation, OUT_OF_TIME)
            try:
                evaluation = self._ask(caller, agent, case, evaluation, budget=budget)
            except DomainError as error:
                if not evaluation.has_run:
                    raise
                return self._end(evaluation, code_of(type(error)))
        return self._end(evaluation, None)

    def owner_of(self, agent_id: UUID) -> UUID:
        """Return the owner of an agent, for commands without a caller. Raises AgentNotFound."""
        with self.unit_of_work(SYSTEM):
            return self.agents.owner_of(agent_id)

    def list(self, caller: Principal, agent_id: UUID, limit: int) -> Sequence[Evaluation]:
        """Return at most ``limit`` evaluations, the newest first. Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            self.agents.get(caller.user_id, agent_id)
            return self.evaluations.list(caller.user_id, agent_id, limit)

    def _begin(
        self, caller: Principal, agent_id: UUID, version: int | None
    ) -> tuple[Agent, Sequence[Case], Evaluation]:
        """The agent with the settings of the version, and the cases to run against it."""
        owner_id = caller.user_id
        with self.unit_of_work(owner_id):
            agent = self.agents.get(owner_id, agent_id)
            number = agent.version if version is None else version
            tried = self.versions.get(owner_id, agent_id, number)
            cases = self.cases.list(owner_id, agent_id, CASES_MAX)
            documents = {cited.document_id for case in cases for cited in case.cited}
            gone = self.documents.unknown(owner_id, documents)
        evaluation = Evaluation(
            id=new_id(),
            owner_id=owner_id,
            agent_id=agent_id,
            agent_version=tried.number,
            score=None,
            results=[not_run(case, gone) for case in cases],
            prompt_version=PROMPT_VERSION,
            model_id=self.embedder.model_id,
            created_at=self.now(),
            stopped_by=INTERRUPTED,
        )
        candidate = replace(agent, settings=tried.settings, version=tried.number)
        return candidate, [case for case in cases if can_be_passed(case, gone)], evaluation

    def _ask(
        self,
        caller: Principal,
        agent: Agent,
        case: Case,
        evaluation: Evaluation,
        *,
        budget: TimeBudget,
    ) -> Evaluation:
        """Run a case; its result and its price are one transaction."""
        asked = Question(agent, case.question, answer_id=evaluation.use_of(case))
        with self.reservation.reserved(asked) as question:
            reply = self.answering.preview(caller, question, budget)
            with self.unit_of_work(agent.owner_id):
                settled = self.reservation.settle(question, reply)
                result = result_of(case, settled, question.answer_id)
                return self._save(evaluation.with_result(result))

    def _end(self, evaluation: Evaluation, stopped_by: str | None) -> Evaluation:
        with self.unit_of_work(evaluation.owner_id):
            return self._save(replace(evaluation, stopped_by=stopped_by))

    def _save(self, evaluation: Evaluation) -> Evaluation:
        """Raises AgentNotFound if the agent was deleted meanwhile."""
        self.agents.get(evaluation.owner_id, evaluation.agent_id)
        self.evaluations.save(evaluation)
        return evaluation
