"""The scanner: reads a chain range by range, and misses no deposit under faults and reorgs.

Each block is read twice: at the head, so that users see deposits in flight, and again after it is
final, to credit them; by different providers if there are several. Ranges are contiguous and
linked by the hash of their last block, which commits to all blocks before it. The effects of a step
and the cursor's update are one transaction; a step whose cursor was updated meanwhile writes
nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.metrics.model.families import BLOCKS_READ
from mara.metrics.service import recorder
from mara.wallets.errors import (
    ChainContradiction,
    ChainUnavailable,
    FinalityBroken,
    RangeRefused,
    TokenMismatch,
)
from mara.wallets.model import BlockRef, ChainHead, FailureKind, ScanCursor, UnfinalizedRange
from mara.wallets.ports import Chain, Deposits, ScanCursors
from mara.wallets.service.confirmation import Confirmation
from mara.wallets.service.providers import Providers
from mara.wallets.service.range_reader import RangeReader, ReadRanges
from mara.wallets.service.scan_plan import ScanPlan, grow_range
from mara.wallets.service.settlement import Settlement


@dataclass(frozen=True, slots=True)
class StepResult:
    """The result of one step. ``lag`` is the number of unread blocks up to the latest one.

    ``rejected`` is the reason why the provider's answer was rejected, and ``latest`` the number of
    the chain's latest block. ``unreadable`` is the number of events that were passed.
    """

    advanced: bool
    lag: int
    settled: int = 0
    rejected: ChainContradiction | None = None
    latest: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class ScannerService:
    """Advances the scan cursor of one network."""

    settlement: Settlement
    providers: Providers
    cursors: ScanCursors
    deposits: Deposits
    unit_of_work: UnitOfWork
    now: Clock

    def check_token(self) -> None:
        """Raises TokenMismatch if a provider reports another symbol or other decimals.

        Raises ChainUnavailable if no provider answers, because nothing was checked then.
        """
        expected = self.settlement.rules.token
        answers = self.providers.ask_each(lambda chain: chain.get_token(), self.providers.chains)
        reported = list(answers)
        if not reported:
            raise ChainUnavailable(f"No provider of {self.providers.network} reports the token.")
        for chain, token in reported:
            if token != expected:
                raise TokenMismatch(
                    f"{chain.provider}: the contract reports {token.symbol} with {token.decimals} "
                    f"decimals, but {expected.symbol} with {expected.decimals} is configured."
                )

    def run(self, until: datetime) -> StepResult:
        """Step until all blocks are read or the time is over; the sum of all steps.

        Raises ChainUnavailable, FinalityBroken, ConcurrentUpdate; and ChainContradiction if no step
        could advance because answers were rejected.
        """
        settled = turn = idle = latest = lag = unreadable = 0
        advanced = False
        rejected: ChainContradiction | None = None
        while idle < len(self.providers.chains) and self.now() < until:
            step = self.step(turn, latest)
            latest, lag = max(latest, step.latest), step.lag
            advanced |= step.advanced
            settled += step.settled
            unreadable += step.unreadable
            idle = 0 if step.advanced else idle + 1
            rejected = step.rejected or rejected
            turn += 1
        settled += self.confirm(turn)
        if rejected and not advanced:
            raise rejected
        return StepResult(advanced, lag, settled, unreadable=unreadable)

    def step(self, turn: int = 0, known_latest: int = 0) -> StepResult:
        """Request the head, read the next ranges, and commit; ``turn`` rotates the providers.

        ``known_latest`` is the latest block that another provider reported: a provider that has
        stalled must not hide that blocks are left to read.

        Raises ChainUnavailable if no provider answers, FinalityBroken, ConcurrentUpdate.
        """
        with self.unit_of_work(SYSTEM):
            cursor = self.cursors.get(self.providers.network)
        if cursor is None:
            return self._start(turn)
        chain, head = self._select_head(cursor, turn)
        if head.hashes[cursor.head.number] != cursor.head.hash:
            return self._rewind(cursor, chain)
        plan = ScanPlan(
            cursor.next_range(head.latest.number, head.final), cursor.finalizable(head.final)
        )
        if not plan.ranges(cursor.blocks_per_scan):
            return self._record_idle(cursor, head, known_latest)
        try:
            read = self._reader().read(plan, cursor.blocks_per_scan, turn, (chain, head))
        except RangeRefused:
            return self._shrink_range(cursor, head)
        except ChainContradiction as error:
            lag = head.latest.number - cursor.head.number
            return StepResult(advanced=False, lag=lag, rejected=error, latest=head.latest.number)
        result = self._commit(self._advanced(cursor, plan, read), head, read)
        recorder().count(BLOCKS_READ, self.providers.network, by=plan.blocks)
        return result

    def confirm(self, turn: int = 0) -> int:
        """Ask other providers for deposits that wait for confirmation; the number settled."""
        confirmation = Confirmation(
            self.settlement, self.providers, self.deposits, self.unit_of_work, self.now
        )
        return confirmation.confirm_all(turn)

    def _reader(self) -> RangeReader:
        return RangeReader(self.providers, self.deposits, self.unit_of_work)

    def _start(self, turn: int) -> StepResult:
        """Create the cursor: before the configured start block, or at the final block.

        All providers must agree on its hash.
        """
        asked = self.providers.rotated(turn)
        _, head = self.providers.ask_first(lambda chain: chain.get_head(()), asked)
        start = self.settlement.rules.start_block
        number = head.final if start is None else start - 1
        finalized = BlockRef(number, self.providers.agreed_hash(number))
        blocks = self.settlement.rules.blocks_per_scan_max
        cursor = ScanCursor(self.providers.network, finalized, (), blocks)
        with self.unit_of_work(SYSTEM):
            self.cursors.add(cursor)
        return StepResult(advanced=True, lag=head.latest.number - number)

    def _select_head(self, cursor: ScanCursor, turn: int) -> tuple[Chain, ChainHead]:
        """The head from a provider that has the cursor's blocks.

        A provider with another block at the cursor's head is used only if no provider has the
        cursor's own: then the chain was reorganized. Raises FinalityBroken if the finalized block
        differs at all providers that answer, and ChainUnavailable if all are behind.
        """
        known = (cursor.finalized.number, cursor.head.number)
        broken: list[Chain] = []
        reorganized: list[tuple[Chain, ChainHead]] = []
        asked = self.providers.rotated(turn)
        for chain, head in self.providers.ask_each(lambda chain: chain.get_head(known), asked):
            finalized_hash, head_hash = (head.hashes[number] for number in known)
            if finalized_hash is not None and finalized_hash != cursor.finalized.hash:
                broken.append(chain)
            elif finalized_hash is None or head_hash is None:
                detail = f"It is behind block {cursor.head.number}."
                self.providers.record_failure(chain, FailureKind.BEHIND, detail)
            elif head_hash != cursor.head.hash:
                reorganized.append((chain, head))
            else:
                return chain, head
        if reorganized:
            return reorganized[0]
        if broken:
            with self.unit_of_work(SYSTEM):
                self.cursors.record_broken_finality(self.providers.network, self.now())
            names = ", ".join(chain.provider for chain in broken)
            raise FinalityBroken(f"Block {cursor.finalized.number} has another hash at {names}.")
        raise ChainUnavailable(f"No provider of {self.providers.network} is up to date.")

    def _rewind(self, cursor: ScanCursor, chain: Chain) -> StepResult:
        """Drop the ranges after the reorganization's fork point; they are read again."""
        known = [part.last for part in cursor.unfinalized]
        head = self.providers.ask(lambda asked: asked.get_head(known), chain)
        kept = 0
        for part in cursor.unfinalized:
            if head.hashes[part.last] != part.last_hash:
                break
            kept += 1
        rewound = cursor.rewound(kept)
        with self.unit_of_work(SYSTEM):
            self.cursors.save(rewound, latest=head.latest.number, now=self.now())
        return StepResult(advanced=True, lag=head.latest.number - rewound.head.number)

    def _shrink_range(self, cursor: ScanCursor, head: ChainHead) -> StepResult:
        """Halve the range size. Raises ChainUnavailable if it is one block already."""
        if cursor.blocks_per_scan == 1:
            raise ChainUnavailable("The provider refuses to list a single block.")
        smaller = replace(cursor, blocks_per_scan=cursor.blocks_per_scan // 2)
        with self.unit_of_work(SYSTEM):
            self.cursors.save(smaller, latest=head.latest.number, now=self.now())
        return StepResult(advanced=True, lag=head.latest.number - cursor.head.number)

    def _advanced(self, cursor: ScanCursor, plan: ScanPlan, read: ReadRanges) -> ScanCursor:
        """The cursor after the plan's ranges were read."""
        advanced = grow_range(cursor, self.settlement.rules.blocks_per_scan_max)
        if plan.finalizing:
            advanced = advanced.finalized_by(plan.finalizing)
        if plan.head and read.head_hash:
            advanced = advanced.extended(
                UnfinalizedRange(plan.head.first, plan.head.last, read.head_hash, read.reader)
            )
        return advanced

    def _commit(self, cursor: ScanCursor, head: ChainHead, read: ReadRanges) -> StepResult:
        """Save the cursor and apply the deposits in one transaction. Raises ConcurrentUpdate."""
        now, final = self.now(), read.finalized
        with self.unit_of_work(SYSTEM):
            # The cursor first: its row lock makes a concurrent step wait, and then fail.
            self.cursors.save(cursor, latest=head.latest.number, now=now)
            if read.unreadable:
                self.cursors.record_unreadable(
                    self.providers.network, read.unreadable, reader=read.reader, now=now
                )
            self.settlement.orphan(final.missing)
            settled = self.settlement.settle(
                final.matched, now, needs_confirmation=final.needs_confirmation
            )
            self.settlement.orphan(read.head.missing)
            self.settlement.record_seen(read.head.matched, now)
            self.deposits.mark_safe(self.providers.network, head.safe)
        lag = head.latest.number - cursor.head.number
        return StepResult(
            advanced=True,
            lag=lag,
            settled=settled,
            unreadable=len(read.unreadable),
        )

    def _record_idle(self, cursor: ScanCursor, head: ChainHead, known_latest: int) -> StepResult:
        """Record that this provider has no unread blocks."""
        latest = max(head.latest.number, known_latest)
        with self.unit_of_work(SYSTEM):
            self.cursors.save(cursor, latest=latest, now=self.now())
            self.deposits.mark_safe(self.providers.network, head.safe)
        return StepResult(advanced=False, lag=latest - cursor.head.number)
