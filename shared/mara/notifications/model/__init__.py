"""Changes of objects: which object of a user has which state since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

RETENTION = timedelta(hours=24)
"""How long changes are kept."""


class ChangeKind(StrEnum):
    """The kind of an object whose changes are recorded."""

    DOCUMENT = "document"
    DEPOSIT = "deposit"
    ANSWER = "answer"
    SUBSCRIPTION = "subscription"
    ALERT = "alert"
    NOTIFICATION = "notification"


@dataclass(frozen=True, slots=True)
class Change:
    """An object came into a state, or its progress in that state changed.

    ``parent`` is the id of an answer's agent, or the network of a deposit.
    """

    kind: ChangeKind
    object_id: UUID
    state: str
    at: datetime
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Changes in their order, and the cursor that leads to those after them.

    ``more`` tells that further changes are there already.
    """

    changes: Sequence[Change]
    cursor: str
    more: bool
