"""Use case: an operator notes that the database was restored from a backup."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mara.audit.errors import OtherRestoreBegun
from mara.audit.model.chain import AuditHead
from mara.audit.model.deed import AuditAction, Deed
from mara.audit.model.restore import RestoreIntent, RestoreNote
from mara.audit.model.stored_note import intents_of
from mara.audit.ports import AuditLog
from mara.audit.ports.chain import Anchors, AuditChain
from mara.audit.service.chain import BATCH, ChainService
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class RestoreService:
    """Tells a restore apart from rows that were cut off: without it both look alike.

    First the intent goes to the bucket, then the row to the chain, then the note to the bucket:
    each step finds what the one before left, also in a call that is repeated.
    """

    chain: AuditChain
    anchors: Anchors
    log: AuditLog
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]

    def note(self, source: str, *, is_another: bool = False) -> RestoreNote:
        """Record the restore of ``source`` as a deed, and name the anchors that it gives up.

        To be called before anything else writes to the restored database. Where it fails, the
        next call finishes what this one began, with the first source and head; ``is_another``
        begins a new one instead, after one more restore. Raises AnchorsUnavailable,
        OtherRestoreBegun.
        """
        intent = None if is_another else self._find_begun()
        if intent is None:
            intent = self._begin(source)
        self._record(intent)
        note = RestoreNote.of(intent, self._lost_since(intent))
        self.anchors.write_note(note)
        self._run.continue_chain()  # and anchor the new head
        return note

    @property
    def _run(self) -> ChainService:
        return ChainService(self.chain, self.anchors, self.unit_of_work)

    def _find_begun(self) -> RestoreIntent | None:
        """Return the newest intent, if it has no note: the bucket alone decides that."""
        stored = self.anchors.list_notes()
        begun = [intent for _, intent in intents_of(stored).values()]
        if not begun or begun[-1].id in {one.note.id for one in stored if one.note}:
            return None
        intent = begun[-1]
        if not self._has(intent.head):
            raise OtherRestoreBegun(
                f"The chain lacks the head {intent.head} of the restore that was begun at"
                f" {intent.at:%Y-%m-%dT%H:%M:%SZ} and is not noted."
            )
        return intent

    def _begin(self, source: str) -> RestoreIntent:
        with self.unit_of_work(SYSTEM):
            head = self.chain.lock_head()
        intent = RestoreIntent(self.new_id(), self.now(), source, head)
        self.anchors.write_intent(intent)
        return intent

    def _record(self, intent: RestoreIntent) -> None:
        """Record the deed, unless a call before did, and chain it after all that waits."""
        self._run.chain_waiting()
        with self.unit_of_work(SYSTEM):
            if any(intent.is_recorded_by(link) for link in self.chain.list_restored()):
                return
            detail = {"source": intent.source, "head": str(intent.head)}
            deed = Deed(AuditAction.RESTORED, None, None, "restore", intent.id, detail)
            self.log.record(deed)
        self._run.chain_waiting()

    def _lost_since(self, intent: RestoreIntent) -> tuple[AuditHead, ...]:
        """Return the anchors after its head that the chain lacks, and that are older than it.

        Newer ones are of the restored database, which must have them.
        """
        stored = self.anchors.list_notes()
        begun_at = intents_of(stored)[intent.id][0].written_at
        known = [(one.note.head, one.written_at) for one in stored if one.note]
        known += self.anchors.find_all().times.items()
        kept = intent.head.position
        ahead = {head for head, at in known if head.position > kept and at <= begun_at}
        return tuple(sorted(ahead - self._heads_after(intent.head)))

    def _has(self, head: AuditHead) -> bool:
        with self.unit_of_work(SYSTEM):
            links = self.chain.list_links(head.position - 1, 1)
        return head == AuditHead() or any(link.head == head for link in links)

    def _heads_after(self, head: AuditHead) -> set[AuditHead]:
        found: set[AuditHead] = set()
        after = head.position
        while True:
            with self.unit_of_work(SYSTEM):
                links = self.chain.list_links(after, BATCH)
            found |= {link.head for link in links}
            if len(links) < BATCH:
                return found
            after = links[-1].position
