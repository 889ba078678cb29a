"""What one part says to another, through a queue."""

import re
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """Named in the imperative (``IngestDocument``): one queue takes it, and somebody must act."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def queue(cls) -> str:
        """``IngestDocument`` travels on the queue ``ingest-document``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class Event(Message):
    """Named in the past (``DepositCredited``): whoever wants to know of it subscribes."""


class Publish(Protocol):
    def __call__(self, message: Message) -> None:
        """Store the message with the transaction that is open; it is delivered at least once."""
