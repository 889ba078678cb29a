"""A restore of the database from a backup, as it is noted beside the anchors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.audit.model.chain import AuditHead, ChainLink


@dataclass(frozen=True, slots=True)
class RestoreIntent:
    """A restore that is to be noted; it is written before its row, and names the head for good.

    A call that is repeated takes the head from here: the administrator of the database writes
    rows, and cannot write intents.
    """

    id: UUID
    at: datetime
    source: str
    """What was restored, in the words of the operator's command."""
    head: AuditHead

    def is_recorded_by(self, link: ChainLink) -> bool:
        """Whether the row is that of this restore, after the rows that it kept."""
        content: object = link.detail.content if link.detail and link.has_true_detail else None
        return (
            link.entry.object_id == self.id
            and link.position > self.head.position
            and isinstance(content, Mapping)
            and content.get("head") == str(self.head)
        )

    def dump(self) -> bytes:
        """Return the intent as it is stored."""
        return json.dumps(_fields(self)).encode()

    @classmethod
    def load(cls, known: dict[str, Any]) -> "RestoreIntent":
        """Read what JSON held. Raises ValueError, KeyError, TypeError."""
        if not isinstance(known["source"], str):
            raise TypeError("the source is no text")
        return cls(
            UUID(known["id"]),
            datetime.fromisoformat(known["at"]),
            known["source"],
            AuditHead.parse(known["head"]),
        )


@dataclass(frozen=True, slots=True)
class RestoreNote:
    """Rows after ``head`` were lost with the database that was replaced.

    ``given_up`` are the anchors of these rows, each by name: an anchor that is written later is
    never excused by the note. All else is that of the intent.
    """

    id: UUID
    at: datetime
    source: str
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
        return f"restored {self.at:%Y-%m-%dT%H:%M:%SZ}, {in_one_line(self.source)}: {lost}"

    @property
    def intent(self) -> RestoreIntent:
        """The intent that must have been written before."""
        return RestoreIntent(self.id, self.at, self.source, self.head)

    def dump(self) -> bytes:
        """Return the note as it is stored."""
        given_up = [str(head) for head in self.given_up]
        return json.dumps({**_fields(self), "given_up": given_up}).encode()

    @classmethod
    def of(cls, intent: RestoreIntent, given_up: tuple[AuditHead, ...]) -> "RestoreNote":
        """Return the note that finishes a restore."""
        return cls(intent.id, intent.at, intent.source, intent.head, given_up)


def _fields(one: RestoreIntent | RestoreNote) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "at": one.at.isoformat(),
        "source": one.source,
        "head": str(one.head),
    }


def in_one_line(text: str) -> str:
    """Return ``text`` with escapes for what is not printable: line ends, and terminal controls."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )
