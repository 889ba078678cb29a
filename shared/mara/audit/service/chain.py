"""Use cases of the chain: a schedule continues it, an operator verifies it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from mara.audit.model.chain import AuditHead, ChainLink, link_up
from mara.audit.model.excuses import review
from mara.audit.model.inspection import ChainInspection
from mara.audit.model.verification import AuditVerdict, StrayAnchor, TamperKind
from mara.audit.ports.chain import Anchors, AuditChain
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

BATCH: Final = 1000
BATCHES_MAX: Final = 30
"""Batches of one run: what is left waits for the next minute."""


@dataclass(frozen=True, slots=True)
class ChainService:
    """Adds rows to the chain, and anchors its head outside the database."""

    chain: AuditChain
    anchors: Anchors
    unit_of_work: UnitOfWork

    def continue_chain(self) -> dict[str, object]:
        """Chain what waits; return how many rows, and the head, for the log.

        The head is written after the commit. A crash in between leaves that to the next run, which
        writes it also where no row is new. Raises AnchorsUnavailable.
        """
        head, chained = self.chain_waiting()
        if head.position:
            self.anchors.write(head)
        return {"chained": chained, "head": str(head)}

    def chain_waiting(self) -> tuple[AuditHead, int]:
        """Chain what waits, without an anchor; return the head, and how many rows there were."""
        chained = 0
        for _ in range(BATCHES_MAX):
            head, added = self._chain_batch()
            chained += added
            if added < BATCH:
                break
        return head, chained

    def _chain_batch(self) -> tuple[AuditHead, int]:
        with self.unit_of_work(SYSTEM):
            head = self.chain.lock_head()
            links = link_up(head, self.chain.list_unchained(BATCH))
            self.chain.add(links)
        return (links[-1].head if links else head), len(links)


@dataclass(frozen=True, slots=True)
class ChainVerificationService:
    """Compares all rows with their hashes, and the chain with its anchors."""

    chain: AuditChain
    anchors: Anchors
    unit_of_work: UnitOfWork

    def verify(self, known: Collection[AuditHead] = ()) -> AuditVerdict:
        """Verify the whole chain; ``known`` are more anchors, such as from the log.

        Raises AnchorsUnavailable.
        """
        # Before the rows: an anchor that is written meanwhile would name rows not read yet.
        stored, anchored = self.anchors.list_notes(), self.anchors.find_all()
        with self.unit_of_work(SYSTEM):
            excuses = review(stored, anchored.times, self.chain.list_restored())
        anchors = {*anchored.times, *known, *excuses.heads}
        inspection = ChainInspection(anchors - excuses.given_up - {AuditHead()})
        verdict = inspection.run(self._links())
        verdict.restores, verdict.notes = excuses.notes, excuses.findings
        verdict.strays = [StrayAnchor(key) for key in anchored.strays]
        for link in excuses.unconfirmed:
            place, reason = (link.position, link.position), "no accepted note has this restore"
            verdict.add(TamperKind.UNCONFIRMED, place, link.entry.id, reason)
        with self.unit_of_work(SYSTEM):
            verdict.waiting = self.chain.count_unchained()
        return verdict

    def _links(self) -> Iterator[ChainLink]:
        after = 0
        while True:
            with self.unit_of_work(SYSTEM):
                found = self.chain.list_links(after, BATCH)
            yield from found
            if len(found) < BATCH:
                return
            after = found[-1].position
