"""What the agents domain needs from the outside world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.agents.model import Agent, Answer, Conversation, Feedback
from mara.agents.model.evaluation import Case, Evaluation, Version
from mara.kernel.page import PageRequest


class Agents(Protocol):
    def add(self, agent: Agent) -> None: ...

    def get(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """Raises AgentNotFound."""

    def lock(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """Get, and keep others from changing it till the transaction ends. Raises AgentNotFound."""

    def save(self, agent: Agent) -> None: ...

    def list(self, owner_id: UUID, page: PageRequest) -> list[Agent]:
        """The newest first, one more than the page's limit where there are more."""

    def delete(self, owner_id: UUID, agent_id: UUID) -> None:
        """With its conversations. Raises AgentNotFound."""


class Versions(Protocol):
    def save(self, version: Version) -> None:
        """Add it, or change when it was published: the settings of a version never change."""

    def get(self, owner_id: UUID, agent_id: UUID, number: int) -> Version:
        """Raises VersionNotFound."""

    def list(self, owner_id: UUID, agent_id: UUID) -> Sequence[Version]:
        """The newest first, a hundred at most."""


class Cases(Protocol):
    def save(self, case: Case) -> None:
        """Add it, or change whether the answer helped."""

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> Sequence[Case]:
        """The newest first."""

    def last_change(self, owner_id: UUID, agent_id: UUID) -> datetime | None:
        """When the last one was added or judged anew."""


class Evaluations(Protocol):
    def add(self, evaluation: Evaluation) -> None: ...

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> Sequence[Evaluation]:
        """The newest first."""

    def last(self, owner_id: UUID, agent_id: UUID, version: int) -> Evaluation | None:
        """The newest of this version."""


class Conversations(Protocol):
    def add(self, conversation: Conversation) -> None: ...

    def get(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        """Raises ConversationNotFound."""

    def lock(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        """As get, and nobody deletes it till the transaction ends. Raises ConversationNotFound."""

    def save(self, conversation: Conversation) -> None: ...

    def list(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> list[Conversation]:
        """The newest first, one more than the page's limit where there are more."""

    def delete(self, owner_id: UUID, conversation_id: UUID) -> None:
        """With its answers. Raises ConversationNotFound."""


class Answers(Protocol):
    def add(self, answer: Answer) -> None: ...

    def get(self, owner_id: UUID, answer_id: UUID) -> Answer:
        """Raises AnswerNotFound."""

    def of_conversation(self, owner_id: UUID, conversation_id: UUID, limit: int) -> list[Answer]:
        """The last ``limit``, the oldest first."""

    def set_feedback(self, owner_id: UUID, answer_id: UUID, feedback: Feedback) -> None: ...


class ModelCatalog(Protocol):
    """The models of the configured model server."""

    @property
    def default(self) -> str:
        """The model of agents that name none."""

    def names(self) -> Sequence[str]:
        """Raises LanguageModelUnavailable."""
