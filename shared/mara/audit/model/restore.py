"""A restore of the database from a backup, as it is noted beside the anchors."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.audit.model.chain import AuditHead


@dataclass(frozen=True, slots=True)
class RestoreNote:
    """Rows after ``head`` were lost with the database that was replaced.

    ``given_up`` are the anchors of these rows, each by name: an anchor that is written later is
    never excused by the note.
    """

    id: UUID
    at: datetime
    source: str
    """What was restored, in the words of the operator's command."""
    head: AuditHead
    given_up: tuple[AuditHead, ...]

    def __str__(self) -> str:
        """One line for operators."""
        lost = "no anchored row was lost"
        if self.given_up:
            first, last = self.head.position + 1, max(self.given_up).position
            lost = f"positions {first} to {last} of the chain before it were given up"
            number = len(self.given_up)
            lost += f" ({number} anchor{'s' if number > 1 else ''})"
        return f"restored {self.at:%Y-%m-%dT%H:%M:%SZ}, {self.source}: {lost}"

    def dump(self) -> bytes:
        """Return the note as it is stored."""
        return json.dumps(
            {
                "id": str(self.id),
                "at": self.at.isoformat(),
                "source": self.source,
                "head": str(self.head),
                "given_up": [str(head) for head in self.given_up],
            }
        ).encode()

    @classmethod
    def load(cls, content: bytes) -> "RestoreNote":
        """Read a stored note. Raises ValueError, KeyError."""
        known: dict[str, Any] = json.loads(content)
        return cls(
            UUID(known["id"]),
            datetime.fromisoformat(known["at"]),
            known["source"],
            AuditHead.parse(known["head"]),
            tuple(AuditHead.parse(head) for head in known["given_up"]),
        )


@dataclass(frozen=True, slots=True)
class RestoreDeed:
    """The row of a restore, in the chain or not yet; ``id`` is that of its note."""

    id: UUID
    head: AuditHead


@dataclass(frozen=True, slots=True)
class StoredNote:
    """An object below the prefix of notes; ``note`` is None where it is something else."""

    key: str
    written_at: datetime
    """In the bucket's own time."""
    note: RestoreNote | None

    @classmethod
    def read(cls, key: str, written_at: datetime, content: bytes) -> "StoredNote":
        """Read an object, which anyone with a right to the prefix may have written."""
        try:
            note = RestoreNote.load(content)
        except (ValueError, KeyError, TypeError, AttributeError):
            note = None
        return cls(key, written_at, note)


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """A note that nothing confirms: none of what it gives up is excused."""

    key: str
    reason: str

    def __str__(self) -> str:
        """One line for operators."""
        return f"note {self.key}: {self.reason}"
