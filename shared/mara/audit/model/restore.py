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
