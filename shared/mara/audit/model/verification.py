"""What a verification finds: rows that were changed, removed, inserted, cut off or forged."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from mara.audit.model.chain import AuditHead
from mara.audit.model.restore import RestoreNote, in_one_line
from mara.audit.model.stored_note import NoteFinding


class TamperKind(StrEnum):
    """What was done to rows."""

    CHANGED = "changed"
    REMOVED = "removed"
    REMOVED_DETAIL = "removed detail"
    INSERTED = "inserted"
    CUT_OFF = "cut off"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Tampering:
    """``first`` and ``last`` are positions; ``entry_id`` is known where the row is there."""

    kind: TamperKind
    first: int
    last: int
    entry_id: UUID | None
    reason: str

    def __str__(self) -> str:
        """One line for operators."""
        place = f"position {self.first}"
        if self.last > self.first:
            place = f"positions {self.first} to {self.last}"
        row = f", row {self.entry_id}" if self.entry_id else ""
        return f"{self.kind}: {place}{row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class StrayAnchor:
    """A key among the anchors that names no head: another program wrote it."""

    key: str

    def __str__(self) -> str:
        """One line for operators."""
        return f"anchor {in_one_line(self.key)}: the key names no head of the chain"


@dataclass(slots=True)
class AuditVerdict:
    """``erased`` rows lost their detail with the account; ``waiting`` ones are in no chain yet."""

    head: AuditHead = field(default_factory=AuditHead)
    rows: int = 0
    erased: int = 0
    waiting: int = 0
    anchors: int = 0
    tamperings: list[Tampering] = field(default_factory=list)
    restores: list[RestoreNote] = field(default_factory=list)
    """Each must be one that the operators know of."""
    notes: list[NoteFinding] = field(default_factory=list)
    """Objects among the notes that excuse nothing, and should not be there."""
    strays: list[StrayAnchor] = field(default_factory=list)

    @property
    def findings(self) -> list[Tampering | NoteFinding | StrayAnchor]:
        """All that is wrong."""
        return [*self.tamperings, *self.notes, *self.strays]

    def add(
        self, kind: TamperKind, place: tuple[int, int], entry_id: UUID | None, reason: str
    ) -> None:
        """Add what was done to the rows at ``place``, from its first position to its last."""
        self.tamperings.append(Tampering(kind, *place, entry_id, reason))
