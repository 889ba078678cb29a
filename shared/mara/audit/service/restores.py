"""Use case: an operator notes that the database was restored from a backup."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from mara.audit.model.chain import AuditHead
from mara.audit.model.deed import AuditAction, Deed
from mara.audit.model.restore import RestoreNote
from mara.audit.ports import AuditLog
from mara.audit.ports.chain import Anchors, AuditChain
from mara.audit.service.chain import BATCH, ChainService
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class RestoreService:
    """Tells a restore apart from rows that were cut off: without it both look alike."""

    chain: AuditChain
    anchors: Anchors
    log: AuditLog
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]

    def note(self, source: str) -> RestoreNote:
        """Record the restore of ``source`` as a deed, and name the anchors that it gives up.

        To be called before anything else writes to the restored database. A crash leaves a deed
        without a note: call it again. Raises AnchorsUnavailable.
        """
        notes = [one.note for one in self.anchors.list_notes() if one.note]
        ahead = [*self.anchors.list(), *(note.head for note in notes)]
        note_id = self.new_id()
        with self.unit_of_work(SYSTEM):
            head = self.chain.lock_head()
            head = self._head_of_last_try({note.id for note in notes}) or head
            detail = {"source": source, "head": str(head)}
            deed = Deed(AuditAction.RESTORED, None, None, "restore", note_id, detail)
            self.log.record(deed)
        run = ChainService(self.chain, self.anchors, self.unit_of_work)
        run.chain_waiting()
        again = self._heads_after(head)  # of rows that waited when the backup was taken
        lost = {one for one in ahead if one.position > head.position} - again
        note = RestoreNote(note_id, self.now(), source, head, tuple(sorted(lost)))
        self.anchors.write_note(note)
        run.continue_chain()  # and anchor the new head
        return note

    def _head_of_last_try(self, noted: Collection[UUID]) -> AuditHead | None:
        """Return the head that was restored, where a call before left its deed without a note.

        The deed is in the chain by then, and so is what waited: the head of now is not the
        restored one any more.
        """
        deed = self.chain.find_last_restored()
        if deed is None or deed.id in noted:
            return None
        return deed.head

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
