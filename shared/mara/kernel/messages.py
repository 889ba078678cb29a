"""Messages between parts of the application, sent through queues and the topic."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """Named in the imperative (``IngestDocument``): exactly one consumer handles it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def queue(cls) -> str:
        """``IngestDocument`` travels on the queue ``ingest-document``."""
        return _hyphenated(cls.__name__)


@cache
def _hyphenated(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


class Event(Message):
    """Named in the past (``DepositCredited``): any number of consumers may subscribe."""


class Publish(Protocol):
    """Stores a message in the outbox of the open transaction."""

    def __call__(self, message: Message) -> None:
        """Store the message with the transaction that is open; it is delivered at least once."""


class PublishAll(Protocol):
    """Stores many messages in the outbox of the open transaction, by one statement."""

    def __call__(self, messages: Sequence[Message]) -> None:
        """Store the messages with the transaction that is open; each is delivered at least once."""
