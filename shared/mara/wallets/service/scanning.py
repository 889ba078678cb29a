"""The scanner: reads a chain range by range, and loses nothing whatever chain or providers do.

Each block is read twice: at the head, for the user to see what is on its way, and again once it is
final, for the ledger; by different providers where there are several. Ranges are contiguous, and
linked by the hash of their last block, which commits to all blocks before it. A step's effects and
the move of the scan are one transaction, and a step that finds the scan moved writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.wallets.errors import (
    ChainContradiction,
    ChainUnavailable,
    FinalityBroken,
    RangeRefused,
    TokenMismatch,
)
from mara.wallets.model import (
    Block,
    BlockRange,
    Deposit,
    FailureKind,
    Look,
    OpenRange,
    Reading,
    Scan,
)
from mara.wallets.ports import Chain, Deposits, Scans
from mara.wallets.service.providers import Providers
from mara.wallets.service.settling import Placed, Settlement, place
from mara.wallets.service.stepping import (
    Findings,
    Plan,
    bolder,
    check_closing,
    check_head,
    findings,
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. ``lag`` counts blocks from the last one read to the chain's last.

    ``refused`` is why what was read could not be believed, and ``latest`` the chain's last block.
    """

    advanced: bool
    lag: int = 0
    settled: int = 0
    refused: ChainContradiction | None = None
    latest: int = 0


@dataclass(frozen=True, slots=True)
class ScannerService:
    settlement: Settlement
    providers: Providers
    scans: Scans
    deposits: Deposits
    unit_of_work: UnitOfWork
    now: Clock

    def check_token(self) -> None:
        """Raises TokenMismatch where a provider shows another contract than is configured.

        Raises ChainUnavailable where none shows any: nothing was checked then.
        """
        expected = self.settlement.rules.token
        asked = self.providers.answers(lambda chain: chain.token(), self.providers.chains)
        shown = list(asked)
        if not shown:
            raise ChainUnavailable(f"No provider of {self.providers.network} shows the token.")
        for chain, token in shown:
            if token != expected:
                raise TokenMismatch(
                    f"{chain.provider}: the contract says {token.symbol} with {token.decimals} "
                    f"decimals, and {expected.symbol} with {expected.decimals} is configured."
                )

    def run(self, until: datetime) -> Step:
        """Step until all is read or the time is over; what all steps did together.

        Raises ChainUnavailable, FinalityBroken, ScanMoved; and ChainContradiction where providers
        contradict each other so that nothing could be read: that is no chain at rest.
        """
        settled = turn = idle = latest = 0
        advanced = False
        refused: ChainContradiction | None = None
        step = Step(advanced=False)
        while idle < len(self.providers.chains) and self.now() < until:
            step = self.step(turn, latest)
            latest = max(latest, step.latest)
            advanced |= step.advanced
            settled += step.settled
            idle = 0 if step.advanced else idle + 1
            refused = step.refused or refused
            turn += 1
        settled += self.confirm(turn)
        if refused and not advanced:
            raise refused
        return Step(advanced, step.lag, settled)

    def step(self, turn: int = 0, known: int = 0) -> Step:
        """Look once, read once, and write once; ``turn`` decides which provider begins.

        ``known`` is the chain's last block as another one showed it: who stands still, and sees
        nothing left to read, does not hide that there is.

        Raises ChainUnavailable where none serves, FinalityBroken, ScanMoved.
        """
        with self.unit_of_work(SYSTEM):
            scan = self.scans.get(self.providers.network)
        if scan is None:
            return self._begin(turn)
        chain, look = self._look(scan, turn)
        if look.hashes[scan.head.number] != scan.head.hash:
            return self._rewind(scan, chain)
        plan = Plan(scan.next_range(look.latest.number, look.final), scan.closable(look.final))
        if not plan.ranges(scan.blocks_per_scan):
            return self._rest(scan, look, known)
        try:
            return self._read(scan, plan, turn, (chain, look))
        except RangeRefused:
            return self._shrink(scan, look)
        except ChainContradiction as error:
            lag = look.latest.number - scan.head.number
            return Step(advanced=False, lag=lag, refused=error, latest=look.latest.number)

    def _begin(self, turn: int) -> Step:
        """At the configured block, or at what is final today, if all providers agree on it."""
        asked = self.providers.in_turn(turn)
        _, look = self.providers.first(lambda chain: chain.look(()), asked)
        start = self.settlement.rules.start_block
        number = look.final if start is None else start - 1
        closed = Block(number, self.providers.agreed_hash(number, turn))
        blocks = self.settlement.rules.blocks_per_scan_max
        scan = Scan(self.providers.network, closed, (), blocks)
        with self.unit_of_work(SYSTEM):
            self.scans.add(scan)
        return Step(advanced=True, lag=look.latest.number - number)

    def _look(self, scan: Scan, turn: int) -> tuple[Chain, Look]:
        """By a provider that knows the chain as far as it is read.

        One that shows other blocks at the head is believed only where none shows ours. Raises
        FinalityBroken where all that answer show another block for what is closed.
        """
        known = (scan.closed.number, scan.head.number)
        broken: list[Chain] = []
        undone: list[tuple[Chain, Look]] = []
        asked = self.providers.in_turn(turn)
        for chain, look in self.providers.answers(lambda chain: chain.look(known), asked):
            closed, head = (look.hashes[number] for number in known)
            if closed is not None and closed != scan.closed.hash:
                broken.append(chain)
            elif closed is None or head is None:
                said = f"It is behind block {scan.head.number}."
                self.providers.note(chain, FailureKind.BEHIND, said)
            elif head != scan.head.hash:
                undone.append((chain, look))
            else:
                return chain, look
        if undone:
            return undone[0]
        if broken:
            names = ", ".join(chain.provider for chain in broken)
            raise FinalityBroken(f"Block {scan.closed.number} is another one at {names}.")
        raise ChainUnavailable(f"No provider of {self.providers.network} is up to date.")

    def _rewind(self, scan: Scan, chain: Chain) -> Step:
        """To the last range that still links; its followers are read anew."""
        look = chain.look([part.last for part in scan.open])
        kept = 0
        for part in scan.open:
            if look.hashes[part.last] != part.last_hash:
                break
            kept += 1
        with self.unit_of_work(SYSTEM):
            self.scans.save(scan.rewound(kept), latest=look.latest.number, now=self.now())
        return Step(advanced=True, lag=look.latest.number - scan.head.number)

    def _shrink(self, scan: Scan, look: Look) -> Step:
        """Raises ChainUnavailable where even one block is too much."""
        if scan.blocks_per_scan == 1:
            raise ChainUnavailable("The provider refuses to list a single block.")
        smaller = replace(scan, blocks_per_scan=scan.blocks_per_scan // 2)
        with self.unit_of_work(SYSTEM):
            self.scans.save(smaller, latest=look.latest.number, now=self.now())
        return Step(advanced=True, lag=look.latest.number - scan.head.number)

    def _read(self, scan: Scan, plan: Plan, turn: int, seen: tuple[Chain, Look]) -> Step:
        """Raises RangeRefused, ChainContradiction, ChainUnavailable, ScanMoved."""
        looker, look = seen
        ranges = plan.ranges(scan.blocks_per_scan)
        first_readers = {part.reader for part in plan.closing}
        asked = self.providers.in_turn(turn, last=(first_readers, {looker.provider}))
        reader, readings = self.providers.first(lambda chain: chain.read(ranges), asked)
        try:
            head, closed = self._believe(plan, readings, reader, look)
            self._ask_for_missing(closed.missing, plan, reader, turn)
        except ChainContradiction as error:
            self.providers.note(reader, FailureKind.CONTRADICTION, error.detail)
            raise
        last_hash = readings[0].last_hash
        grown = bolder(scan, self.settlement.rules.blocks_per_scan_max)
        if plan.closing:
            grown = grown.closed_by(plan.closing)
        if plan.head and last_hash:
            grown = grown.advanced(
                OpenRange(plan.head.first, plan.head.last, last_hash, reader.provider)
            )
        return self._write(grown, look, head, closed)

    def _believe(
        self, plan: Plan, readings: Sequence[Reading], reader: Chain, look: Look
    ) -> tuple[Findings, Findings]:
        """Raises ChainContradiction, ChainUnavailable."""
        if plan.head:
            check_head(plan.head, look, readings[0], reader)
        if plan.closing:
            check_closing(plan.closing[-1], readings[-1], reader)
        return self._find(plan, readings, reader)

    def _find(
        self, plan: Plan, readings: Sequence[Reading], reader: Chain
    ) -> tuple[Findings, Findings]:
        """Of the head and of what is closing: who of us is there, by one statement."""
        transfers = [
            transfer
            for reading in readings
            for transfer in reading.transfers
            if transfer.amount_micro_usdt > 0
        ]
        network = self.providers.network
        with self.unit_of_work(SYSTEM):
            owners = self.deposits.owners(network, {transfer.recipient for transfer in transfers})
            expected_head = self._expected(plan.head)
            expected_closed = self._expected(plan.closed)
        own = [transfer for transfer in transfers if transfer.recipient in owners]
        receipts = reader.receipts({transfer.transaction for transfer in own}) if own else {}
        placed = place(own, receipts, owners, reader.provider)
        return (
            findings(placed, plan.head, expected_head),
            replace(
                findings(placed, plan.closed, expected_closed),
                doubted=[found for found in placed if plan.read_before_by_another(found)],
            ),
        )

    def _expected(self, blocks: BlockRange | None) -> Sequence[Deposit]:
        return self.deposits.in_flight(self.providers.network, blocks) if blocks else ()

    def _ask_for_missing(
        self, missing: Sequence[Deposit], plan: Plan, reader: Chain, turn: int
    ) -> None:
        """Raises ChainContradiction where another provider still has what this one lists no more,
        or none that knows these blocks says that it is gone.

        Where there is no other, the same one is asked in another way.
        """
        if not missing or plan.closed is None:
            return
        transactions = {deposit.key.transaction for deposit in missing}
        last, witnesses = plan.closing[-1], 0
        asked = self.providers.answers(
            lambda chain: (chain.look((last.last,)), chain.receipts(transactions)),
            self.providers.others(turn, reader.provider) or [reader],
        )
        for other, (look, receipts) in asked:
            # Who is behind, or on a fork, has no receipt either.
            witnesses += look.hashes[last.last] == last.last_hash
            for transaction, receipt in receipts.items():
                if receipt and receipt.succeeded and receipt.block.number in plan.closed:
                    raise ChainContradiction(
                        f"{reader.provider} lists no transfer in {transaction}, and "
                        f"{other.provider} has it in block {receipt.block.number}."
                    )
        if not witnesses:
            raise ChainContradiction(f"Nobody confirms what {reader.provider} lists no more.")

    def _write(
        self,
        scan: Scan,
        look: Look,
        head: Findings,
        closed: Findings,
    ) -> Step:
        """``scan`` is as it shall be. Raises ScanMoved."""
        now = self.now()
        with self.unit_of_work(SYSTEM):
            # First, since it makes others wait who took the same step.
            self.scans.save(scan, latest=look.latest.number, now=now)
            self.settlement.orphan(closed.missing)
            settled = self.settlement.settle(closed.placed, now, doubted=closed.doubted)
            self.settlement.orphan(head.missing)
            self.settlement.see(head.placed, now)
            self.deposits.mark_safe(self.providers.network, look.safe)
        lag = look.latest.number - scan.head.number
        return Step(advanced=True, lag=lag, settled=settled)

    def _rest(self, scan: Scan, look: Look, known: int) -> Step:
        """Nothing is left to read, as this provider sees it."""
        latest = max(look.latest.number, known)
        with self.unit_of_work(SYSTEM):
            self.scans.save(scan, latest=latest, now=self.now())
            self.deposits.mark_safe(self.providers.network, look.safe)
        return Step(advanced=False, lag=latest - scan.head.number)

    def confirm(self, turn: int = 0) -> int:
        """Ask other providers for large deposits that one alone calls final; how many it settled.

        Whatever none confirms goes on waiting, and is counted among what operators are shown.
        """
        with self.unit_of_work(SYSTEM):
            waiting = self.deposits.waiting(self.providers.network)
        return sum(self._confirm(deposit, turn) for deposit in waiting)

    def _confirm(self, deposit: Deposit, turn: int) -> bool:
        transaction, number = deposit.key.transaction, deposit.block.number
        asked = self.providers.answers(
            lambda chain: (chain.look((number,)), chain.receipts((transaction,))),
            self.providers.others(turn, deposit.reader),
        )
        for chain, (look, receipts) in asked:
            receipt = receipts[transaction]
            if receipt is None or look.final < number:
                continue
            said = receipt.transfers.get(deposit.key.position) if receipt.succeeded else None
            if said is None:
                continue
            placed = Placed(said, deposit.key.position, deposit.owner_id, chain.provider)
            with self.unit_of_work(SYSTEM):
                if self.settlement.confirm(deposit, placed, self.now()):
                    return True
        return False
