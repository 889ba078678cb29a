"""Decides which anchors the notes of restores excuse, and which notes nothing confirms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mara.audit.model.chain import AuditHead, ChainLink
from mara.audit.model.restore import RestoreNote
from mara.audit.model.stored_note import Intents, NoteFinding, StoredNote, intents_of

Rows = Mapping[UUID | None, Sequence[ChainLink]]


@dataclass(slots=True)
class Excuses:
    """What accepted notes give up is left out of a verification; the rest are its alarms."""

    notes: list[RestoreNote] = field(default_factory=list)
    accepted: list[RestoreNote] = field(default_factory=list)
    findings: list[NoteFinding] = field(default_factory=list)
    unconfirmed: list[ChainLink] = field(default_factory=list)
    """Rows of restores that no accepted note confirms."""

    @property
    def given_up(self) -> set[AuditHead]:
        """The anchors that are excused."""
        return {head for note in self.accepted for head in note.given_up}

    @property
    def heads(self) -> set[AuditHead]:
        """What was restored: one more anchor for each."""
        return {note.head for note in self.accepted}


def review(
    stored: Sequence[StoredNote],
    anchored_at: Mapping[AuditHead, datetime],
    restored: Sequence[ChainLink],
) -> Excuses:
    """Compare each note with its intent, with the anchors, and with its row in the chain.

    ``stored`` has the oldest first. The bucket's own times count: the writer of a note chooses
    those inside it. A note may miss its row where a later one went back behind it.
    """
    rows: dict[UUID | None, list[ChainLink]] = {}
    for link in restored:
        rows.setdefault(link.entry.object_id, []).append(link)
    first: dict[UUID, RestoreNote] = {}
    for one in stored:
        if one.note:
            first.setdefault(one.note.id, one.note)
    excuses, intents = Excuses(), intents_of(stored)
    kept: AuditHead | None = None
    for one in reversed(stored):
        if (note := one.note) is None:
            if one.intent is None:
                excuses.findings.insert(0, NoteFinding(one.key, "it is no note of a restore"))
            continue
        excuses.notes.insert(0, note)
        is_lost = kept is not None and note.head.position >= kept.position
        reason = _fault(one, note, intents, anchored_at)
        reason = reason or _fault_of_row(note, rows, is_lost=is_lost)
        reason = reason or _fault_of_intent(one, note, intents)
        if first[note.id] != note:  # the same note twice is a request that was repeated
            reason = "an earlier note has the same row"
        if reason:
            excuses.findings.insert(0, NoteFinding(one.key, reason))
            continue
        excuses.accepted.insert(0, note)
        kept = min(kept, note.head) if kept else note.head
    accepted = {note.id: note for note in excuses.accepted}
    excuses.findings += _faults_of_intents(stored, intents, accepted)
    excuses.unconfirmed = [link for link in restored if not _is_confirmed(link, accepted)]
    return excuses


def _fault(
    one: StoredNote,
    note: RestoreNote,
    intents: Intents,
    anchored_at: Mapping[AuditHead, datetime],
) -> str | None:
    if any(head.position <= note.head.position for head in note.given_up):
        return f"it gives up rows that it says it kept, up to position {note.head.position}"
    begun = intents[note.id][0] if note.id in intents else one
    at = min(begun.written_at, one.written_at)
    late = [head for head in note.given_up if anchored_at.get(head, at) > at]
    if late:
        return f"it gives up the anchor {min(late).position}, which was written after its intent"
    return None


def _fault_of_row(note: RestoreNote, rows: Rows, *, is_lost: bool) -> str | None:
    links = rows.get(note.id)
    if not links:
        return None if is_lost else "the chain has no row of this restore"
    if not any(note.intent.is_recorded_by(link) for link in links):
        return f"its row, at position {links[0].position}, names another head"
    return None


def _fault_of_intent(one: StoredNote, note: RestoreNote, intents: Intents) -> str | None:
    if note.id not in intents:
        return "it has no intent"
    begun, intent = intents[note.id]
    if intent != note.intent:
        return "its intent says something else"
    return "its intent was written after it" if begun.written_at > one.written_at else None


def _faults_of_intents(
    stored: Sequence[StoredNote], intents: Intents, accepted: Mapping[UUID, RestoreNote]
) -> Iterator[NoteFinding]:
    """Name those that no note finished, unless a restore that began later is noted."""
    for one in stored:
        if one.intent and one.intent != intents[one.intent.id][1]:
            yield NoteFinding(one.key, "an earlier intent has the same id")
    for begun, intent in reversed(intents.values()):
        if intent.id in accepted:
            return
        yield NoteFinding(begun.key, "a restore was begun, and no accepted note finishes it")


def _is_confirmed(link: ChainLink, accepted: Mapping[UUID, RestoreNote]) -> bool:
    note = accepted.get(link.entry.object_id) if link.entry.object_id else None
    return note is not None and note.intent.is_recorded_by(link)
