"""Reads the chain from its first row to its last, and names what was done to it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from mara.audit.model.chain import AuditHead, ChainLink
from mara.audit.model.verification import AuditVerdict, TamperKind


@dataclass(slots=True)
class ChainInspection:
    """Looks at each row with the next one: only that tells a changed row from an inserted one."""

    anchors: Collection[AuditHead]
    verdict: AuditVerdict = field(default_factory=AuditVerdict)
    _before: AuditHead = field(default_factory=AuditHead)
    _anchored: Mapping[int, set[bytes]] = field(init=False)
    _is_adrift: bool = False

    def __post_init__(self) -> None:
        """Group the anchors by their positions."""
        anchored: dict[int, set[bytes]] = {}
        for anchor in self.anchors:
            anchored.setdefault(anchor.position, set()).add(anchor.hash)
        self._anchored = anchored
        self.verdict.anchors = len(self.anchors)

    def run(self, links: Iterable[ChainLink]) -> AuditVerdict:
        """Inspect all rows, which come in the order of their positions."""
        present: ChainLink | None = None
        for following in links:
            if present:
                self._inspect(present, following)
            present = following
        if present:
            self._inspect(present, None)
        self._find_cut()
        return self.verdict

    def _inspect(self, link: ChainLink, following: ChainLink | None) -> None:
        before, verdict = self._before, self.verdict
        verdict.rows += 1
        verdict.erased += link.lacks_detail and link.is_owner_erased
        place, entry_id = (link.position, link.position), link.entry.id
        gap = link.position > before.position + 1
        if gap:
            missing = (before.position + 1, link.position - 1)
            verdict.add(TamperKind.REMOVED, missing, None, "no row has these positions")
        continued = following is None or following.previous == link.hash
        is_next = following is not None and following.position <= link.position + 1
        if following and is_next and not continued and following.previous == before.hash:
            verdict.add(
                TamperKind.INSERTED, place, entry_id, "the next row follows the row before it"
            )
            self._before = AuditHead(link.position, before.hash)
            return
        if not link.is_intact:
            verdict.add(TamperKind.CHANGED, place, entry_id, "its content has another hash")
        elif not gap and link.previous != before.hash and before.position == 0:
            verdict.add(TamperKind.CHANGED, place, entry_id, "it does not begin the chain")
        elif is_next and not continued:
            reason = "the next row follows another: it was replaced, or rows after it were removed"
            verdict.add(TamperKind.CHANGED, place, entry_id, reason)
        elif not link.has_true_detail:
            verdict.add(TamperKind.CHANGED, place, entry_id, "its detail has another hash")
        elif link.lacks_detail and not link.is_owner_erased:
            reason = "no erasure of its account is recorded"
            verdict.add(TamperKind.REMOVED_DETAIL, place, entry_id, reason)
        self._compare(link)
        self._before = verdict.head = link.head

    def _compare(self, link: ChainLink) -> None:
        """Report the first anchor that differs: after it all do."""
        known = self._anchored.get(link.position)
        if known is None or known == {link.hash} or self._is_adrift:
            return
        self._is_adrift = True
        place = (link.position, link.position)
        if link.hash in known:
            reason = "the chain was cut off before it and continued: it has two anchors"
            self.verdict.add(TamperKind.CUT_OFF, place, link.entry.id, reason)
        elif not self.verdict.tamperings:
            reason = "the chain up to it is not the one that was anchored"
            self.verdict.add(TamperKind.CHANGED, place, link.entry.id, reason)

    def _find_cut(self) -> None:
        last = max(self._anchored, default=0)
        if last > self._before.position:
            place = (self._before.position + 1, last)
            reason = "an anchor has them, and no row"
            self.verdict.add(TamperKind.CUT_OFF, place, None, reason)
