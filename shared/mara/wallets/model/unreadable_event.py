"""Events of the token that a provider lists and that cannot be read as transfers."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

CONTENT_MAX = 1000
"""Characters of an event's content that are kept."""


class EventPart(StrEnum):
    """The part of an event that could not be read. ``form``: the event is no object at all."""

    FORM = "form"
    AMOUNT = "amount"
    RECIPIENT = "recipient"
    TRANSACTION = "transaction"
    BLOCK = "block"
    LOG_INDEX = "log_index"


class UnreadablePart(ValueError):
    """A part of an event is malformed, or its value is absurd."""

    def __init__(self, part: EventPart) -> None:
        """``part`` is the malformed one."""
        super().__init__(f"the event's {part} cannot be read")
        self.part = part


@dataclass(frozen=True, slots=True)
class UnreadableEvent:
    """An event that is recorded and passed: it cannot be credited, and must not stop the scan.

    ``content`` is the event as JSON in ASCII, cut to ``CONTENT_MAX`` characters. The other fields
    are None where they cannot be read. ``is_of_token`` is False if the event may belong to another
    token (Aptos, whose events do not name the token).
    """

    part: EventPart
    content: str
    block_number: int | None = None
    transaction: str | None = None
    log_index: int | None = None
    recipient: bytes | None = None
    is_of_token: bool = True

    @property
    def id(self) -> str:
        """Identifies the event when it is read again, by its place or else by its content."""
        place = (self.transaction, self.block_number, self.log_index)
        named = self.content if None in place else repr(place)
        return hashlib.sha256(named.encode()).hexdigest()


def content_of(event: Any) -> str:
    """The event as ASCII text without control characters, so that any database stores it."""
    return json.dumps(event, default=repr, sort_keys=True)[:CONTENT_MAX]
