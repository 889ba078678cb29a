"""Answers questions in eight steps, each in its own module.

1. ``question``: read the agent and the conversation; 2. ``reservation``: reserve what the answer
may use of the owner's plan; 3. ``retrieval``: search for passages; 4. ``decision``: answer or
refuse; 5. ``sections``: read the sections of the passages; 6. ``composition``: draft the answer;
7. ``verification``: check its citations; 8. ``record``: store it with its price. A step imports
only the modules of earlier steps.
"""

from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from mara.agents.errors import AnswerSettled
from mara.agents.model import Answer, Reply
from mara.agents.model.pending import PendingAnswer
from mara.agents.model.prompts import Draft
from mara.agents.service.composition import Composer
from mara.agents.service.decision import Decision, decide
from mara.agents.service.question import Question, QuestionReader
from mara.agents.service.record import AnswerRecorder
from mara.agents.service.reservation import AnswerReservation
from mara.agents.service.retrieval import PassageRetriever
from mara.agents.service.sections import SectionReader
from mara.agents.service.verification import verified
from mara.billing.errors import ReservationEnded
from mara.kernel.principal import Principal, Role
from mara.kernel.time_budget import UNLIMITED, TimeBudget


@dataclass(frozen=True, slots=True)
class AnswerService:
    """Answers from the documents of an agent's owner, with verified citations, or refuses."""

    questions: QuestionReader
    reservation: AnswerReservation
    retriever: PassageRetriever
    sections: SectionReader
    composer: Composer
    recorder: AnswerRecorder

    def ask(
        self,
        caller: Principal,
        agent_id: UUID,
        text: str,
        *,
        conversation_id: UUID | None,
        budget: TimeBudget = UNLIMITED,
    ) -> Answer:
        """Answer a question and store the answer in its conversation, a new one by default.

        The model gets what the search leaves of the ``budget``; if that is not enough, the answer
        consists of quotes. Raises AgentNotFound, ConversationNotFound, SearchUnavailable,
        EmbeddingUnavailable, and before any model runs UsageLimitReached, InsufficientFunds,
        NotInPlan.
        """
        read = self.questions.read(caller, agent_id, text, conversation_id)
        with self.reservation.reserved(read) as question:
            return self._answer(caller, question, budget)

    def ask_once(  # noqa: PLR0913 - as ``ask``, and the id
        self,
        caller: Principal,
        agent_id: UUID,
        text: str,
        *,
        answer_id: UUID,
        budget: TimeBudget,
        conversation_id: UUID | None = None,
    ) -> Answer:
        """Answer with this id, which is charged once; by default in a new conversation.

        Raises as ``ask``, and ReservationEnded if an earlier try with this id has ended.
        """
        read = self.questions.read(caller, agent_id, text, conversation_id)
        with self.reservation.reserved(replace(read, answer_id=answer_id)) as question:
            return self._answer(caller, question, budget)

    def ask_queued(self, pending: PendingAnswer, budget: TimeBudget) -> Answer:
        """Answer a question of the queue; the answer replaces it, in one transaction.

        Its reservation was made when it was accepted, and stays if this fails: the caller decides
        whether there is another try. Raises as ``ask``, and AnswerSettled if the question was
        answered or deleted meanwhile.
        """
        caller = Principal(pending.owner_id, Role.USER)
        read = self.questions.read(
            caller, pending.agent_id, pending.question, pending.conversation_id
        )
        try:
            question = self.reservation.reserve(replace(read, answer_id=pending.id, is_queued=True))
        except ReservationEnded as error:
            raise AnswerSettled("It was answered or given up meanwhile.") from error
        return self._answer(caller, question, budget)

    def give_up(self, owner_id: UUID, answer_id: UUID) -> None:
        """Release what a question of the queue that gets no answer has reserved.

        No effect on a question that is answered.
        """
        self.reservation.metering.release(owner_id, answer_id)

    def preview(
        self, caller: Principal, question: Question, budget: TimeBudget = UNLIMITED
    ) -> Reply:
        """Answer a question that has its reservation, without storing the answer."""
        decision = self._decide(caller, question)
        draft = self.composer.compose(question, decision, budget)
        return self._verified(question, decision, draft)

    def _answer(self, caller: Principal, question: Question, budget: TimeBudget) -> Answer:
        decision = self._decide(caller, question)
        draft = self.composer.compose(question, decision, budget)
        return self.recorder.keep(question, decision, self._verified(question, decision, draft))

    def _verified(self, question: Question, decision: Decision, draft: Draft) -> Reply:
        find = partial(self.questions.with_namesakes, question.agent.owner_id)
        return verified(question, decision, draft, find)

    def _decide(self, caller: Principal, question: Question) -> Decision:
        decision = decide(self.retriever.retrieve(caller, question))
        return self.sections.complete(caller, question, decision)
