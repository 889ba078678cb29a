"""Looking back: what was asked and answered, and whether it helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.errors import AnswerNotFound
from mara.agents.model import Answer, Conversation, Feedback
from mara.agents.ports import Agents, Answers, Conversations
from mara.kernel.clock import Clock
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork

ANSWERS_SHOWN_MAX = 200
"""Of one conversation, the last ones."""


@dataclass(frozen=True, slots=True)
class ConversationService:
    agents: Agents
    conversations: Conversations
    answers: Answers
    unit_of_work: UnitOfWork
    now: Clock

    def list(self, caller: Principal, agent_id: UUID, page: PageRequest) -> Page[Conversation]:
        """Raises AgentNotFound."""
        with self.unit_of_work(caller.user_id):
            self.agents.get(caller.user_id, agent_id)
            found = self.conversations.list(caller.user_id, agent_id, page)
        return Page.of(found, page, lambda conversation: conversation.id)

    def get(
        self, caller: Principal, conversation_id: UUID
    ) -> tuple[Conversation, Sequence[Answer]]:
        """With its last answers, the oldest first. Raises ConversationNotFound."""
        with self.unit_of_work(caller.user_id):
            conversation = self.conversations.get(caller.user_id, conversation_id)
            answers = self.answers.of_conversation(
                caller.user_id, conversation_id, ANSWERS_SHOWN_MAX
            )
        return conversation, answers

    def delete(self, caller: Principal, conversation_id: UUID) -> None:
        """With its answers. Raises ConversationNotFound."""
        with self.unit_of_work(caller.user_id):
            self.conversations.delete(caller.user_id, conversation_id)

    def give_feedback(
        self,
        caller: Principal,
        agent_id: UUID,
        answer_id: UUID,
        *,
        helped: bool,
        comment: str | None,
    ) -> Feedback:
        """The last word counts. Raises AnswerNotFound."""
        feedback = Feedback(helped, comment, self.now())
        with self.unit_of_work(caller.user_id):
            answer = self.answers.get(caller.user_id, answer_id)
            if answer.agent_id != agent_id:
                raise AnswerNotFound("It is another agent's.")
            self.answers.set_feedback(caller.user_id, answer_id, feedback)
        return feedback
