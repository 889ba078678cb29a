"""Answers questions in six steps, each in its own module.

1. ``question``: read the agent and the conversation; 2. ``retrieval``: search for passages;
3. ``decision``: answer or refuse; 4. ``composition``: draft the answer; 5. ``verification``: check
its citations; 6. ``record``: store it. A step imports only the modules of earlier steps.
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
        """Answer a question and store the answer in its conversation, a new one by default.

        Raises AgentNotFound, ConversationNotFound, SearchUnavailable, EmbeddingUnavailable.
        """
        question = self.questions.read(caller, agent_id, text, conversation_id)
        retrievals = self.retriever.retrieve(caller, question)
        decision = decide(retrievals)
        draft = self.composer.compose(question, decision)
        reply = verified(question, decision, draft)
        return self.recorder.keep(question, decision, reply)

    def preview(self, caller: Principal, agent: Agent, text: str) -> Reply:
        """Answer with the settings of ``agent`` as given, without storing the answer."""
        question = Question(agent, text)
        decision = decide(self.retriever.retrieve(caller, question))
        return verified(question, decision, self.composer.compose(question, decision))
