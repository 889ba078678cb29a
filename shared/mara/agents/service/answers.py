"""Answers questions in seven steps, each in its own module.

1. ``question``: read the agent and the conversation; 2. ``retrieval``: search for passages;
3. ``decision``: answer or refuse; 4. ``sections``: read the sections of the passages;
5. ``composition``: draft the answer; 6. ``verification``: check its citations; 7. ``record``: store
it. A step imports only the modules of earlier steps.
"""

from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from mara.agents.model import Agent, Answer, Reply
from mara.agents.model.pending import PendingAnswer
from mara.agents.model.prompts import Draft
from mara.agents.service.composition import Composer
from mara.agents.service.decision import Decision, decide
from mara.agents.service.question import Question, QuestionReader
from mara.agents.service.record import AnswerRecorder
from mara.agents.service.retrieval import PassageRetriever
from mara.agents.service.sections import SectionReader
from mara.agents.service.verification import verified
from mara.kernel.principal import Principal, Role
from mara.kernel.time_budget import UNLIMITED, TimeBudget


@dataclass(frozen=True, slots=True)
class AnswerService:
    """Answers from the documents of an agent's owner, with verified citations, or refuses."""

    questions: QuestionReader
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
        EmbeddingUnavailable.
        """
        question = self.questions.read(caller, agent_id, text, conversation_id)
        return self._answer(caller, question, budget)

    def ask_queued(self, pending: PendingAnswer, budget: TimeBudget) -> Answer:
        """Answer a question of the queue; the answer replaces it, in one transaction.

        Raises as ``ask``, and AnswerSettled if the question was answered or deleted meanwhile.
        """
        caller = Principal(pending.owner_id, Role.USER)
        question = self.questions.read(
            caller, pending.agent_id, pending.question, pending.conversation_id
        )
        return self._answer(caller, replace(question, answer_id=pending.id), budget)

    def preview(
        self, caller: Principal, agent: Agent, text: str, budget: TimeBudget = UNLIMITED
    ) -> Reply:
        """Answer with the settings of ``agent`` as given, without storing the answer."""
        question = Question(agent, text)
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
