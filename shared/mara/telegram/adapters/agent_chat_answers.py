"""Asks agents about questions of chats through the service that answers those of the API."""

from dataclasses import dataclass
from uuid import UUID

from mara.agents.errors import AnswerNotFound, ConversationNotFound
from mara.agents.model import Answer
from mara.agents.ports import Answers
from mara.agents.service.answers import AnswerService
from mara.billing.errors import ReservationEnded
from mara.kernel.principal import Principal, Role
from mara.kernel.time_budget import TimeBudget
from mara.kernel.unit_of_work import UnitOfWork
from mara.telegram.model.agent_question import AgentQuestion


@dataclass(frozen=True, slots=True)
class AgentChatAnswering:
    """Implements ``ChatAnswering``."""

    answering: AnswerService
    answers: Answers
    unit_of_work: UnitOfWork

    def ask(self, question: AgentQuestion, budget: TimeBudget) -> Answer:
        """Return the answer that is there, or ask; raises as ``AnswerService.ask``.

        The reservation of an id that failed has ended, so the next one is tried. Raises
        ReservationEnded after the last.
        """
        for answer_id in question.answer_ids[:-1]:
            try:
                return self._one(question, answer_id, budget)
            except ReservationEnded:
                continue
        return self._one(question, question.answer_ids[-1], budget)

    def _one(self, question: AgentQuestion, answer_id: UUID, budget: TimeBudget) -> Answer:
        """Raises ReservationEnded where an earlier try with this id has failed."""
        found = self._find(question.owner_id, answer_id)
        if found is not None:
            return found
        try:
            return self._ask(question, answer_id, question.conversation_id, budget)
        except ConversationNotFound:
            return self._ask(question, answer_id, None, budget)
        except ReservationEnded:
            # Another worker may have answered between the two looks.
            found = self._find(question.owner_id, answer_id)
            if found is None:
                raise
            return found

    def _ask(
        self,
        question: AgentQuestion,
        answer_id: UUID,
        conversation_id: UUID | None,
        budget: TimeBudget,
    ) -> Answer:
        return self.answering.ask_once(
            Principal(question.owner_id, Role.USER),
            question.agent_id,
            question.text,
            answer_id=answer_id,
            conversation_id=conversation_id,
            budget=budget,
        )

    def _find(self, owner_id: UUID, answer_id: UUID) -> Answer | None:
        with self.unit_of_work(owner_id):
            try:
                return self.answers.get(owner_id, answer_id)
            except AnswerNotFound:
                return None
