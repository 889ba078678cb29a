"""The services of wallets and ledger on a simulated chain and an in-memory database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Balance
from mara.ledger.service import LedgerService
from mara.wallets.model import (
    BlockRange,
    Deposit,
    DepositRules,
    Network,
    ScanCursor,
    Token,
    Wallet,
)
from mara.wallets.service.monitoring import MonitoringService
from mara.wallets.service.providers import Providers
from mara.wallets.service.reconciliation import ReconciliationService
from mara.wallets.service.scanner import ScannerService, StepResult
from mara.wallets.service.settlement import Settlement
from tests.support.chains import USDT, Payment, SimulatedChain, SimulatedProvider
from tests.support.fakes.database import FakeDatabase
from tests.support.fakes.ledger import FakeLedger
from tests.support.fakes.wallets import (
    FakeChainMetrics,
    FakeChainStatuses,
    FakeDeposits,
    FakeScanCursors,
    FakeWallets,
)
from tests.support.killing import Killer, Mortal

if TYPE_CHECKING:
    from mara.wallets.ports import Deposits, ScanCursors

FIVE = 5_000_000
STRANGER = b"\x99" * 20
RULES = DepositRules(
    network=Network.ARBITRUM,
    chain_id=1,
    contract="0x" + "01" * 20,
    token=USDT,
    native=Token("ETH", 18),
    minimum_micro_usdt=1_000_000,
    two_provider_threshold_micro_usdt=1_000_000_000,
    blocks_per_scan_max=8,
    finality="when Ethereum has made it final",
    eta_s=900,
    start_block=1,
)


@dataclass
class SteppingClock:
    """Advances by a millisecond at each reading."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 26, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass
class World:
    """One network with two honest providers, ``first`` and ``second``, and users with wallets."""

    rules: DepositRules = RULES
    chain: SimulatedChain = field(default_factory=SimulatedChain)
    database: FakeDatabase = field(default_factory=FakeDatabase)
    clock: SteppingClock = field(default_factory=SteppingClock)
    killer: Killer = field(default_factory=Killer)

    def __post_init__(self) -> None:
        self.first = SimulatedProvider(self.chain, "first")
        self.second = SimulatedProvider(self.chain, "second")
        self.metrics = FakeChainMetrics()
        self.deposits: Deposits = self._mortal(FakeDeposits(self.database))
        self.cursors: ScanCursors = self._mortal(FakeScanCursors(self.database))
        self.ledger = LedgerService(FakeLedger(self.database), self.clock)
        self.settlement = Settlement(
            self.rules, self.deposits, self._mortal(self.ledger), self.database.publish
        )

    def _mortal(self, part: object) -> Any:
        return Mortal(part, self.killer)

    def add_user(self, number: int = 1) -> tuple[UUID, bytes]:
        """A user with a wallet; the id and the address."""
        owner_id, address = new_id(), bytes([number]) * 20
        network = self.rules.network
        wallet = Wallet(owner_id, network, address, address, self.clock(), "0x" + address.hex())
        with self.database.unit_of_work():
            FakeWallets(self.database).add(wallet)
        return owner_id, address

    def pay(self, recipient: bytes, amount: int = FIVE) -> str:
        """Mine a block with one transfer; the transaction's hash."""
        return self.mine_logs(Payment(recipient, amount))

    def mine_logs(self, *logs: Payment, succeeded: bool = True) -> str:
        paid = self.chain.transaction(*logs, succeeded=succeeded)
        self.chain.mine(paid)
        return paid.hash

    def mine(self, blocks: int = 10) -> None:
        for _ in range(blocks):
            self.chain.mine()

    def providers(self, *chains: Any) -> Providers:
        asked = [self._mortal(one) for one in chains or (self.first, self.second)]
        network, unit_of_work = self.rules.network, self.database.unit_of_work
        return Providers(network, asked, self.cursors, unit_of_work, self.clock)

    def scanner(self, *chains: Any) -> ScannerService:
        return ScannerService(
            self.settlement,
            self.providers(*chains),
            self.cursors,
            self.deposits,
            self.database.unit_of_work,
            self.clock,
        )

    def scan(self, *chains: Any) -> StepResult:
        return self.scanner(*chains).run(self.clock() + timedelta(minutes=1))

    def reconciliation(self, *chains: Any) -> ReconciliationService:
        return ReconciliationService(
            self.settlement,
            self.providers(*chains),
            self.cursors,
            self.deposits,
            self.database.unit_of_work,
            self.clock,
        )

    def claim(self, owner_id: UUID, transaction: str, *chains: Any) -> list[Deposit]:
        principal = Principal(owner_id, Role.USER)
        return list(self.reconciliation(*chains).claim(principal, transaction))

    def rescan(self, first: int, last: int, *chains: Any) -> int:
        return self.reconciliation(*chains).rescan(BlockRange(first, last))

    def monitoring(self, *networks: Network) -> MonitoringService:
        on = networks or (self.rules.network,)
        return MonitoringService(on, FakeChainStatuses(self.database), self.metrics, self.clock)

    def cursor(self) -> ScanCursor:
        return self.database.committed.cursors[self.rules.network].cursor

    def states(self) -> dict[str, str]:
        """The state of each deposit, by transaction."""
        deposits = self.database.committed.deposits.values()
        return {one.key.transaction: one.state.value for one in deposits}

    def balance(self, owner_id: UUID) -> Balance:
        """The user's balance in a ledger without differences."""
        with self.database.unit_of_work(SYSTEM):
            assert self.ledger.repository.audit().differences == ()
            return self.ledger.repository.get_balance(owner_id)

    def forget(self, transaction: str) -> None:
        """Delete a deposit, as a defect might; the ledger keeps its transfer."""
        deposits = self.database.committed.deposits
        for deposit in list(deposits.values()):
            if deposit.key.transaction == transaction:
                del deposits[deposit.id]


def world_with(**rules: Any) -> World:
    """A world with other deposit rules."""
    return World(rules=replace(RULES, **rules))
