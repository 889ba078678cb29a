"""Answers questions in six steps, each in a module of its own.

Understand the question -> retrieve passages -> decide -> compose -> verify -> keep: ``question``,
``retrieval``, ``decision``, ``composition``, ``verification``, ``record``. A step uses the results
of the steps before it, and no module of a later one.
"""

from dataclasses import dataclass
from uuid import UUID

from mara.agents.model import Agent, Answer, Reply
from mara.agents.service.composition import Composer
from mara.agents.service.decision import decide
from mara.agents.service.question import Question, QuestionReader
from mara.agents.service.record import AnswerRecorder
from mara.agents.service.retrieval import PassageRetriever
from mara.agents.service.verification import verified
from mara.kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class AnswerService:
    """Answers from the documents of an agent's owner, with verified citations, or refuses."""

    questions: QuestionReader
    retriever: PassageRetriever
    composer: Composer
    recorder: AnswerRecorder

    def ask(
        self, caller: Principal, agent_id: UUID, text: str, *, conversation_id: UUID | None
    ) -> Answer:
        """Raises AgentNotFound, ConversationNotFound."""
        question = self.questions.read(caller, agent_id, text, conversation_id)
        retrievals = self.retriever.retrieve(caller, question)
        decision = decide(retrievals)
        draft = self.composer.compose(question, decision)
        reply = verified(question, decision, draft)
        return self.recorder.keep(question, decision, reply)

    def preview(self, caller: Principal, agent: Agent, text: str) -> Reply:
        """Answer with the settings of ``agent`` as given, and store nothing."""
        question = Question(agent, text)
        decision = decide(self.retriever.retrieve(caller, question))
        return verified(question, decision, self.composer.compose(question, decision))
