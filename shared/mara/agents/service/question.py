"""Step 1 of an answer: read the agent, its published settings, and the earlier turns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from mara.agents.errors import ConversationNotFound
from mara.agents.model import Agent, Language, Turn
from mara.agents.model.language import language_of
from mara.agents.model.withdrawal import documents_of, withdrawn
from mara.agents.ports import Agents, Answers, Conversations, Versions
from mara.documents.ports import OwnDocuments
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model.alert_text import AlertText
from mara.search.model.long_alert import shortened

TURNS_MAX = 20
"""The number of earlier turns of a conversation that are read."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to an agent; ``agent`` has the settings of its published version.

    The text of a long alert is shortened: see ``mara.search.model.long_alert``.

    ``turns`` are the earlier turns of the conversation, the oldest first. ``answer_id`` is the id
    of the answer to come. ``may_generate`` is whether a model may write it.
    """

    agent: Agent
    text: str
    conversation_id: UUID | None = None
    turns: Sequence[Turn] = ()
    answer_id: UUID = field(default_factory=new_id)
    is_queued: bool = False
    may_generate: bool = True

    @property
    def language(self) -> Language:
        """The language of the answer."""
        return language_of(self.text, self.agent.settings.language)

    @property
    def other_alerts(self) -> Sequence[str]:
        """Names of the alerts in the question that fire and that the answer is not about."""
        return AlertText.read(self.text).others

    @property
    def search_texts(self) -> Sequence[str]:
        """The search texts in order: the question, then with the question before it, if any.

        A follow-up question may depend on the question before it.
        """
        if not self.turns:
            return (self.text,)
        # On one line: search scores each line separately, and the earlier question must not match
        # alone.
        follow_up = " ".join(f"{self.turns[-1].question} {self.text}".split())
        return (self.text, follow_up)


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """Reads the context of a question from the repositories."""

    agents: Agents
    versions: Versions
    conversations: Conversations
    answers: Answers
    documents: OwnDocuments
    unit_of_work: UnitOfWork

    def read(
        self, caller: Principal, agent_id: UUID, text: str, conversation_id: UUID | None
    ) -> Question:
        """Read the agent and the last turns. Raises AgentNotFound, ConversationNotFound."""
        with self.unit_of_work(caller.user_id):
            agent = self._published(caller.user_id, agent_id)
            turns = self._turns(caller.user_id, agent_id, conversation_id)
        return Question(agent, shortened(text), conversation_id, turns)

    def with_namesakes(self, owner_id: UUID, document_ids: Collection[UUID]) -> Collection[UUID]:
        """Return those of ``document_ids`` whose name another document has; one query for all."""
        with self.unit_of_work(owner_id):
            return self.documents.with_namesakes(owner_id, document_ids)

    def _published(self, owner_id: UUID, agent_id: UUID) -> Agent:
        agent = self.agents.get(owner_id, agent_id)
        if agent.published_version == agent.version:
            return agent
        published = self.versions.get(owner_id, agent_id, agent.published_version)
        return replace(agent, settings=published.settings, version=published.number)

    def _turns(
        self, owner_id: UUID, agent_id: UUID, conversation_id: UUID | None
    ) -> Sequence[Turn]:
        if conversation_id is None:
            return ()
        if self.conversations.get(owner_id, conversation_id).agent_id != agent_id:
            raise ConversationNotFound("The conversation belongs to another agent.")
        earlier = self.answers.of_conversation(owner_id, conversation_id, TURNS_MAX)
        deleted = self.documents.unknown(owner_id, documents_of(earlier))
        shown = (withdrawn(answer, deleted) for answer in earlier)
        return [Turn(answer.question, answer.reply.text) for answer in shown]
