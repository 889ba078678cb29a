"""Step 8 of an answer: store it with its price, and with its inputs, which explain it later."""

from dataclasses import dataclass, replace

from mara.agents.errors import AnswerSettled
from mara.agents.model import Answer, AnswerBasis, Conversation, Reply, Retrieved
from mara.agents.model.prompts import PROMPT_VERSION
from mara.agents.model.titles import title_of
from mara.agents.ports import Answers, Conversations, PendingAnswers
from mara.agents.service.decision import Decision
from mara.agents.service.question import Question
from mara.agents.service.reservation import AnswerReservation
from mara.kernel.clock import Clock
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import UnitOfWork
from mara.metrics.model.families import ANSWERS, CONFIDENCE
from mara.metrics.service import recorder
from mara.search.model import Hit
from mara.search.ports import Embedder


@dataclass(frozen=True, slots=True)
class AnswerRecorder:
    """Stores answers, and starts or continues their conversation.

    The answer and what it costs are one transaction: neither is there without the other.
    """

    conversations: Conversations
    answers: Answers
    pending: PendingAnswers
    embedder: Embedder
    reservation: AnswerReservation
    unit_of_work: UnitOfWork
    now: Clock

    def keep(self, question: Question, decision: Decision, reply: Reply) -> Answer:
        """Store the answer, in a new conversation if the question has none.

        Raises ConversationNotFound if the conversation was deleted in the meantime, and
        AnswerSettled if the question was queued and is answered or deleted.
        """
        agent = question.agent
        answer = Answer(
            id=question.answer_id,
            owner_id=agent.owner_id,
            agent_id=agent.id,
            agent_version=agent.version,
            conversation_id=question.conversation_id or new_id(),
            question=question.text,
            reply=reply,
            retrieval=[_retrieved(hit) for hit in decision.passages],
            created_at=self.now(),
            basis=self._basis(question, decision),
        )
        with self.unit_of_work(answer.owner_id):
            # The answer and the end of the question are one transaction: it is answered once.
            if question.is_queued and not self.pending.remove(answer.owner_id, answer.id):
                raise AnswerSettled("It was answered or deleted meanwhile.")
            if question.conversation_id is None:
                self._start_conversation(answer)
            else:
                self._continue_conversation(answer)
            answer = replace(answer, reply=self.reservation.settle(question, reply))
            self.answers.add(answer)
        recorder().count(ANSWERS, answer.reply.status)
        recorder().observe(CONFIDENCE, answer.reply.confidence)
        return answer

    def _basis(self, question: Question, decision: Decision) -> AnswerBasis:
        settings = question.agent.settings
        return AnswerBasis(
            searched=decision.searched,
            document_ids=settings.document_ids,
            mode=settings.mode,
            model=settings.model,
            embedder=self.embedder.model_id,
            prompt_version=PROMPT_VERSION,
        )

    def _start_conversation(self, answer: Answer) -> None:
        self.conversations.add(
            Conversation(
                id=answer.conversation_id,
                owner_id=answer.owner_id,
                agent_id=answer.agent_id,
                created_at=answer.created_at,
                updated_at=answer.created_at,
                title=title_of(answer.question),
            )
        )

    def _continue_conversation(self, answer: Answer) -> None:
        conversation = self.conversations.lock(answer.owner_id, answer.conversation_id)
        self.conversations.save(replace(conversation, updated_at=answer.created_at))


def _retrieved(hit: Hit) -> Retrieved:
    return Retrieved(
        chunk_id=hit.chunk.id,
        document_id=hit.chunk.document_id,
        score=hit.score,
        lexical=hit.lexical,
        semantic=hit.semantic,
        coverage=hit.coverage,
    )
