"""The ports of the agents domain: its repositories and the catalog of language models.

Every repository sees the rows of one owner only, except ``Agents.owner_of``. What belongs to
another owner is not found.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from mara.agents.model import Agent, Answer, Conversation, Feedback
from mara.agents.model.evaluation import Case, Evaluation, Version
from mara.agents.model.pending import PendingAnswer
from mara.kernel.page import PageRequest


class Agents(Protocol):
    """The repository of agents."""

    def add(self, agent: Agent) -> None:
        """Insert a new agent."""

    def get(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """Return the agent. Raises AgentNotFound."""

    def owner_of(self, agent_id: UUID) -> UUID:
        """Return the owner of an agent of any account. Raises AgentNotFound.

        It needs the unit of work of the system: another one sees the agents of its owner only.
        """

    def lock(self, owner_id: UUID, agent_id: UUID) -> Agent:
        """Return the agent, locked until the transaction ends. Raises AgentNotFound."""

    def save(self, agent: Agent) -> None:
        """Update a stored agent."""

    def list(self, owner_id: UUID, page: PageRequest) -> list[Agent]:
        """Return a page, and one agent more than its limit if there are more.

        The filter is ``text`` (of the name). Raises InvalidCursor.
        """

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of agents that the filters of ``page`` admit."""

    def delete(self, owner_id: UUID, agent_id: UUID) -> None:
        """Delete the agent with its conversations and answers. Raises AgentNotFound."""


class Versions(Protocol):
    """The repository of the versions of agents."""

    def save(self, version: Version) -> None:
        """Insert the version, or update ``published_at``: its settings never change."""

    def get(self, owner_id: UUID, agent_id: UUID, number: int) -> Version:
        """Return one version. Raises VersionNotFound."""

    def list(self, owner_id: UUID, agent_id: UUID) -> Sequence[Version]:
        """Return at most 100 versions, the newest first, with their scores."""


class Cases(Protocol):
    """The repository of evaluation cases; an answer has at most one."""

    def save(self, case: Case) -> None:
        """Insert the case, or update whether its answer helped."""

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> Sequence[Case]:
        """Return at most ``limit`` cases of the agent, the newest first."""

    def last_change(self, owner_id: UUID, agent_id: UUID) -> datetime | None:
        """Return when a case of the agent was last saved, ``None`` if it has none."""


class Evaluations(Protocol):
    """The repository of evaluations."""

    def save(self, evaluation: Evaluation) -> None:
        """Insert the evaluation, or update its results, its score and what stopped it."""

    def list(self, owner_id: UUID, agent_id: UUID, limit: int) -> Sequence[Evaluation]:
        """Return at most ``limit`` evaluations of the agent, the newest first."""

    def last(self, owner_id: UUID, agent_id: UUID, version: int) -> Evaluation | None:
        """Return the newest evaluation of a version, ``None`` if there is none."""


class Conversations(Protocol):
    """The repository of conversations."""

    def add(self, conversation: Conversation) -> None:
        """Insert a new conversation."""

    def get(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        """Return the conversation. Raises ConversationNotFound."""

    def lock(self, owner_id: UUID, conversation_id: UUID) -> Conversation:
        """Return it, locked until the transaction ends. Raises ConversationNotFound."""

    def save(self, conversation: Conversation) -> None:
        """Update a stored conversation."""

    def list(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> list[Conversation]:
        """Return a page, and one more than its limit if there are more.

        The filter is ``text`` (of the title). Raises InvalidCursor.
        """

    def count(self, owner_id: UUID, agent_id: UUID, page: PageRequest) -> int:
        """Return the number of conversations that the filters of ``page`` admit."""

    def delete(self, owner_id: UUID, conversation_id: UUID) -> None:
        """Delete the conversation with its answers. Raises ConversationNotFound."""


class Answers(Protocol):
    """The repository of answers."""

    def add(self, answer: Answer) -> None:
        """Insert a new answer."""

    def get(self, owner_id: UUID, answer_id: UUID) -> Answer:
        """Return the answer. Raises AnswerNotFound."""

    def of_conversation(self, owner_id: UUID, conversation_id: UUID, limit: int) -> list[Answer]:
        """Return the last ``limit`` answers of the conversation, the oldest first."""

    def set_feedback(self, owner_id: UUID, answer_id: UUID, feedback: Feedback) -> None:
        """Replace the feedback on the answer."""


class PendingAnswers(Protocol):
    """The repository of questions that a queue answers."""

    def add(self, pending: PendingAnswer) -> None:
        """Insert a new question."""

    def find(self, owner_id: UUID, answer_id: UUID) -> PendingAnswer | None:
        """Return the question, ``None`` if it is answered or unknown."""

    def count(self, owner_id: UUID, agent_id: UUID) -> int:
        """Return how many questions to the agent are queued."""

    def claim(
        self, owner_id: UUID, answer_id: UUID, at: datetime, until: datetime
    ) -> PendingAnswer | None:
        """Lease a queued question; ``None`` if it is none or another worker has it."""

    def save(self, pending: PendingAnswer) -> None:
        """Update state, failure and lease; without an effect if the question is gone."""

    def remove(self, owner_id: UUID, answer_id: UUID) -> bool:
        """Delete the question; return False if it is gone already."""


class AnswerMetering(Protocol):
    """What answers may use of their owner's plan. The id of an answer identifies its reservation.

    Reservations that are neither settled nor released expire.
    """

    def reserve(
        self, owner_id: UUID, answer_id: UUID, *, tokens: int, lasts: timedelta | None = None
    ) -> int:
        """Reserve one answer and ``tokens`` for a model to write; return the reserved tokens.

        Opens transactions of its own. The same answer is one reservation, which keeps its tokens.
        ``lasts`` is for how long, where the default is too short. Raises UsageLimitReached,
        InsufficientFunds, NotInPlan, ReservationEnded.
        """

    def settle(self, owner_id: UUID, answer_id: UUID, *, answers: int, tokens: int) -> int:
        """Count what was used, in the caller's open transaction; return the price in micro-USDT.

        What was reserved and not used is given back. Raises ReservationNotFound, ReservationEnded.
        """

    def release(self, owner_id: UUID, answer_id: UUID) -> None:
        """Give everything back, in a transaction of its own; no effect without a reservation."""


class AgentLevel(Protocol):
    """The number of agents of a user; each method stands in the caller's transaction."""

    def take(self, owner_id: UUID) -> None:
        """Count a new agent. Raises UsageLimitReached; then roll back."""

    def give(self, owner_id: UUID) -> None:
        """Count an agent that is deleted."""


class LanguageModelCatalog(Protocol):
    """The models of the configured model server."""

    @property
    def default(self) -> str:
        """The model of agents that name none."""

    def names(self) -> Sequence[str]:
        """Return the models that the server has now. Raises LanguageModelUnavailable."""
