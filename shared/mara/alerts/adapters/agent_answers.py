"""Asks agents about alerts through the service that answers questions of the API."""

from dataclasses import dataclass, replace
from uuid import UUID

from mara.agents.errors import AnswerNotFound
from mara.agents.model import Answer, AnswerStatus, Reply
from mara.agents.ports import Answers
from mara.agents.service.answers import AnswerService
from mara.alerts.model.alert_post import AlertPost
from mara.alerts.ports import AlertMetering
from mara.kernel.principal import Principal, Role
from mara.kernel.time_budget import TimeBudget
from mara.kernel.unit_of_work import DatabaseUnavailable, UnitOfWork


@dataclass(frozen=True, slots=True)
class AgentAnswering:
    """Implements ``AlertAnswering``; an answered alert counts beside the answer itself."""

    answering: AnswerService
    answers: Answers
    metering: AlertMetering
    unit_of_work: UnitOfWork

    def version_of(self, owner_id: UUID, agent_id: UUID) -> int:
        """Return the version that answers. Raises AgentNotFound."""
        read = self.answering.questions.read(_owner(owner_id), agent_id, "", None)
        return read.agent.version

    def ask(self, post: AlertPost, answer_id: UUID, budget: TimeBudget) -> Answer:
        """Ask once for each ``answer_id``: the answer that a crash left behind is returned."""
        answer = self._find(post.owner_id, answer_id) or self._ask(post, answer_id, budget)
        with self.unit_of_work(post.owner_id):
            is_charged = answer.reply.status is AnswerStatus.ANSWERED
            self.metering.settle(post.owner_id, answer_id, int(is_charged))
        return answer

    def ask_for_test(self, post: AlertPost, budget: TimeBudget) -> Reply:
        """Ask with quotes only; nothing is charged or stored."""
        caller = _owner(post.owner_id)
        read = self.answering.questions.read(caller, post.agent_id, post.question, None)
        return self.answering.preview(caller, replace(read, may_generate=False), budget)

    def _ask(self, post: AlertPost, answer_id: UUID, budget: TimeBudget) -> Answer:
        self.metering.reserve(post.owner_id, answer_id)
        try:
            return self.answering.ask_once(
                _owner(post.owner_id),
                post.agent_id,
                post.question,
                answer_id=answer_id,
                budget=budget,
            )
        except DatabaseUnavailable:
            raise  # the answer may be stored: its reservation is settled once that is known
        except Exception:
            self.metering.release(post.owner_id, answer_id)
            raise

    def _find(self, owner_id: UUID, answer_id: UUID) -> Answer | None:
        with self.unit_of_work(owner_id):
            try:
                return self.answers.get(owner_id, answer_id)
            except AnswerNotFound:
                return None


def _owner(owner_id: UUID) -> Principal:
    return Principal(owner_id, Role.USER)
