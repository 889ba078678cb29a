"""What the agents domain needs from the outside world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from mara.agents.model import Agent, Answer, Conversation, Feedback
from mara.agents.model.analysis import Analysis
from mara.agents.model.evaluation import Case, Evaluation, Version
from mara.agents.model.prompting import ANSWER_SCHEMA, ChatMessage
from mara.kernel.page import PageRequest


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote, and the tokens it took."""

    text: str
    input_tokens: int
    output_tokens: int


class LanguageModel(Protocol):
    @property
    def prompt_tokens_max(self) -> int:
        """How long a prompt may be for its answer to fit into the model's context behind it."""

    def chat(
        self,
        messages: Sequence[ChatMessage],
        *,
        model: str | None,
        temperature: float,
        schema: Mapping[str, Any] = ANSWER_SCHEMA,
    ) -> Completion:
        """One JSON object of the shape of ``schema``, if the model does as it is told.

        ``model`` ``None`` means the default one. Raises LanguageModelUnavailable: down, unknown,
        too slow, or broken off.
        """


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


class Analyses(Protocol):
    def find(self, owner_id: UUID, document_id: UUID) -> Analysis | None: ...

    def save(self, analysis: Analysis) -> None:
        """The only one of its document."""
