"""What the bucket holds among the notes of restores, from any writer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.audit.model.chain import AuditHead
from mara.audit.model.restore import RestoreIntent, RestoreNote, in_one_line


@dataclass(frozen=True, slots=True)
class StoredNote:
    """An object below the prefix of notes: a note, an intent, or neither."""

    key: str
    written_at: datetime
    """In the bucket's own time."""
    note: RestoreNote | None = None
    intent: RestoreIntent | None = None

    @classmethod
    def read(cls, key: str, written_at: datetime, content: bytes) -> "StoredNote":
        """Read an object, which anyone with a right to the prefix may have written."""
        try:
            known = json.loads(content)
            intent = RestoreIntent.load(known)
            if "given_up" not in known:
                return cls(key, written_at, intent=intent)
            given_up = tuple(AuditHead.parse(head) for head in known["given_up"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls(key, written_at)
        return cls(key, written_at, note=RestoreNote.of(intent, given_up))


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """An object that nothing confirms: none of what it gives up is excused."""

    key: str
    reason: str

    def __str__(self) -> str:
        """One line for operators."""
        return f"note {in_one_line(self.key)}: {self.reason}"


Intents = dict[UUID, tuple[StoredNote, RestoreIntent]]
"""The oldest first. The first object of an id counts: a later one can not move its head."""


def intents_of(stored: Iterable[StoredNote]) -> Intents:
    """Return the intents of ``stored``, which has the oldest first."""
    found: Intents = {}
    for one in stored:
        if one.intent:
            found.setdefault(one.intent.id, (one, one.intent))
    return found
