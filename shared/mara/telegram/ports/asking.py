"""Ports of the worker to the rest of the platform: agents, accounts, and other bots."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from mara.agents.model import Answer
from mara.kernel.time_budget import TimeBudget
from mara.telegram.model.agent_question import AgentQuestion
from mara.telegram.model.incoming import IncomingMessage


class ConnectedBots(Protocol):
    """All bots of the platform; it opens transactions of its own."""

    def knows(self, telegram_id: int) -> bool:
        """Whether any account has connected the bot."""

    def wrote(self, chat_id: int, message_id: int, text: str) -> bool:
        """Whether any of them sent this message, or is about to send its text to the chat."""


Begin = Callable[[], bool]
"""Counts a try of an update and renews its lease; False if that is lost, or no rule may see it."""


class ChatObserver(Protocol):
    """Sees the messages of the chats of a bot; it opens transactions of its own."""

    def watch(
        self, owner_id: UUID, config_id: UUID, message: IncomingMessage, begin: Begin
    ) -> bool:
        """See a message, once or several times; a message of a connected bot is not shown.

        Return whether it is an alert. Where ``begin``, called first, is False, it does nothing.
        """

    def has_fired(self, owner_id: UUID, config_id: UUID, message: IncomingMessage) -> bool:
        """Return whether the message was taken as an alert."""


class ChatAnswering(Protocol):
    """Asks agents; each method opens transactions of its own."""

    def ask(self, question: AgentQuestion, budget: TimeBudget) -> Answer:
        """Return the answer that has one of the ids already, or ask the agent.

        One answer is charged for its ids. It continues the conversation if that still exists and
        is one of this agent. Raises as ``AnswerService.ask``, and ReservationEnded if an answer of
        each id has failed.
        """


class OwnerFacts(Protocol):
    """What the owner of a bot may read in the chat; each opens a transaction of its own."""

    def available(self, owner_id: UUID) -> int:
        """Return the available balance in micro-USDT."""

    def agent_name(self, owner_id: UUID, agent_id: UUID) -> str | None:
        """Return the name of the agent; None if it was deleted."""
