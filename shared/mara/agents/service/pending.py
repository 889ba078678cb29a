"""Questions that a queue answers: accept them, tell their state, and answer them once."""

from dataclasses import dataclass, replace
from uuid import UUID

from mara.agents.errors import (
    AnswerNotFound,
    AnswerSettled,
    TooManyQuestions,
)
from mara.agents.messages import AnswerQuestion
from mara.agents.model import Conversation
from mara.agents.model.pending import (
    ANSWER_WITHIN,
    LEASE,
    PENDING_MAX,
    RESERVED_FOR,
    PendingAnswer,
)
from mara.agents.model.titles import title_of
from mara.agents.ports import Agents, Conversations, PendingAnswers
from mara.agents.service.answers import AnswerService
from mara.agents.service.question import Question, QuestionReader
from mara.agents.service.reservation import AnswerReservation
from mara.kernel.clock import Clock
from mara.kernel.errors import Conflict, DomainError, Unavailable, code_of
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.time_budget import TimeBudget
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AcceptanceOfQuestions:
    """Accepts questions for the queue."""

    questions: QuestionReader
    reservation: AnswerReservation
    agents: Agents
    conversations: Conversations
    pending: PendingAnswers
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def accept(
        self, caller: Principal, agent_id: UUID, text: str, *, conversation_id: UUID | None
    ) -> PendingAnswer:
        """Queue a question, in a new conversation by default.

        It is refused here, so that no question waits in vain. Raises AgentNotFound,
        ConversationNotFound, TooManyQuestions, UsageLimitReached, InsufficientFunds, NotInPlan.
        """
        read = self.questions.read(caller, agent_id, text, conversation_id)
        with self.reservation.reserved(read, RESERVED_FOR) as question:
            return self._accept(question)

    def _accept(self, question: Question) -> PendingAnswer:
        owner_id, agent_id, at = question.agent.owner_id, question.agent.id, self.now()
        conversation_id, text = question.conversation_id, question.text
        with self.unit_of_work(owner_id):
            # The lock makes the count true for parallel requests.
            self.agents.lock(owner_id, agent_id)
            if self.pending.count(owner_id, agent_id) >= PENDING_MAX:
                raise TooManyQuestions(f"{PENDING_MAX} questions wait already.", retry_after_s=30)
            if conversation_id is None:
                conversation_id = new_id()
                title = title_of(text)
                self.conversations.add(
                    Conversation(conversation_id, owner_id, agent_id, at, at, title)
                )
            else:
                self.conversations.get(owner_id, conversation_id)  # it may be deleted meanwhile
            accepted = PendingAnswer(
                question.answer_id, owner_id, agent_id, conversation_id, text, at
            )
            self.pending.add(accepted)
            self.publish(AnswerQuestion(owner_id=owner_id, answer_id=accepted.id))
        return accepted


@dataclass(frozen=True, slots=True)
class PendingAnswerService:
    """Tells what became of questions of the queue."""

    pending: PendingAnswers
    unit_of_work: UnitOfWork
    now: Clock

    def find(self, caller: Principal, agent_id: UUID, answer_id: UUID) -> PendingAnswer | None:
        """Return the question with its state now; ``None`` if it is answered or unknown."""
        with self.unit_of_work(caller.user_id):
            found = self.pending.find(caller.user_id, answer_id)
        if found is not None and found.agent_id != agent_id:
            raise AnswerNotFound("It is another agent's.")
        return found.at(self.now()) if found else None


@dataclass(frozen=True, slots=True)
class QueuedAnswerService:
    """Answers accepted questions, each once, whatever the queue delivers."""

    answering: AnswerService
    pending: PendingAnswers
    unit_of_work: UnitOfWork
    now: Clock

    def answer(self, owner_id: UUID, answer_id: UUID) -> None:
        """Answer the question and store the answer, or mark the question as failed.

        Raises AnswerSettled for a redelivery; an Unavailable if a later try may succeed in time;
        and the error that made the question fail.
        """
        claimed = self._claim(owner_id, answer_id)
        budget = TimeBudget(self.now, self.now() + ANSWER_WITHIN)
        try:
            self.answering.ask_queued(claimed, budget)
        except Conflict:
            # Answered by another worker, or deleted meanwhile.
            self.answering.give_up(owner_id, answer_id)
            raise
        except Unavailable as error:
            if self.now() + ANSWER_WITHIN > claimed.gives_up_at:
                self._give_up(claimed, code_of(type(error)))
            else:
                self._save(replace(claimed, leased_until=None))
            raise
        except DomainError as error:
            self._give_up(claimed, code_of(type(error)))
            raise
        except Exception:
            self._give_up(claimed, "internal")
            raise

    def _claim(self, owner_id: UUID, answer_id: UUID) -> PendingAnswer:
        at = self.now()
        with self.unit_of_work(owner_id):
            claimed = self.pending.claim(owner_id, answer_id, at, at + LEASE)
            is_late = claimed is not None and claimed.at(at).failure is not None
            if claimed is not None and is_late:
                self.pending.save(claimed.at(at))
            # Its agent or conversation may be deleted, and what it has reserved is not.
            is_gone = claimed is None and self.pending.find(owner_id, answer_id) is None
        if is_late or is_gone:
            self.answering.give_up(owner_id, answer_id)
        if claimed is None or is_late:
            raise AnswerSettled("It is answered, failed, deleted, or in work.")
        return claimed

    def _give_up(self, claimed: PendingAnswer, code: str) -> None:
        self._save(claimed.failed(code))
        self.answering.give_up(claimed.owner_id, claimed.id)

    def _save(self, pending: PendingAnswer) -> None:
        with self.unit_of_work(pending.owner_id):
            self.pending.save(pending)
