"""Decides which anchors the notes of restores excuse, and which notes nothing confirms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mara.audit.model.chain import AuditHead, ChainLink
from mara.audit.model.restore import NoteFinding, RestoreNote, StoredNote


@dataclass(slots=True)
class Excuses:
    """What ``given_up`` holds is left out of a verification; ``findings`` are its alarms."""

    notes: list[RestoreNote] = field(default_factory=list)
    given_up: set[AuditHead] = field(default_factory=set)
    findings: list[NoteFinding] = field(default_factory=list)


def review(
    stored: Sequence[StoredNote],
    anchored_at: Mapping[AuditHead, datetime],
    restored: Iterable[ChainLink],
) -> Excuses:
    """Compare each note with the anchors, and with its row in the chain.

    ``stored`` has the oldest first. The bucket's own times count: the writer of a note chooses
    those inside it. A note may miss its row where a later one went back behind it.
    """
    rows = {link.entry.object_id: link for link in restored}
    first: dict[UUID, RestoreNote] = {}
    for one in stored:
        if one.note:
            first.setdefault(one.note.id, one.note)
    excuses = Excuses()
    kept: AuditHead | None = None
    for one in reversed(stored):
        if (note := one.note) is None:
            excuses.findings.insert(0, NoteFinding(one.key, "it is no note of a restore"))
            continue
        excuses.notes.insert(0, note)
        is_lost = kept is not None and note.head.position >= kept.position
        reason = _fault(one, note, anchored_at) or _fault_of_row(note, rows, is_lost=is_lost)
        if first[note.id] != note:  # the same note twice is a request that was repeated
            reason = "an earlier note has the same row"
        if reason:
            excuses.findings.insert(0, NoteFinding(one.key, reason))
            continue
        excuses.given_up.update(note.given_up)
        kept = min(kept, note.head) if kept else note.head
    return excuses


def _fault(
    one: StoredNote, note: RestoreNote, anchored_at: Mapping[AuditHead, datetime]
) -> str | None:
    if any(head.position <= note.head.position for head in note.given_up):
        return f"it gives up rows that it says it kept, up to position {note.head.position}"
    late = [
        head for head in note.given_up if anchored_at.get(head, one.written_at) > one.written_at
    ]
    if late:
        return f"it gives up the anchor {min(late).position}, which was written after it"
    return None


def _fault_of_row(
    note: RestoreNote, rows: Mapping[UUID | None, ChainLink], *, is_lost: bool
) -> str | None:
    link = rows.get(note.id)
    if link is None:
        return None if is_lost else "the chain has no row of this restore"
    head = link.detail.content.get("head") if link.detail and link.has_true_detail else None
    if head != str(note.head) or link.position <= note.head.position:
        return f"its row, at position {link.position}, names another head"
    return None
