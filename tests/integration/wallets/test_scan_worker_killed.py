"""A scan worker that dies in the middle of a range: another one credits its deposits, once."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from mara.entrypoints import schedule as frame
from mara.entrypoints.schedule import LEASE, schedule_by_input
from mara.platform.database import disconnect
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.model import BlockRange
from mara.wallets.service.scanner import ScannerService
from mara.wallets.service.settlement import Settlement
from mara.wiring.ledger import ledger_service
from tests.support.accounts import make_account
from tests.support.books import credited
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.killing import Killer, Mortal
from tests.support.local_cloud import until
from tests.support.scanning import Saying, deposits, give_wallet, parts, scanner
from tests.support.world import RULES

pytestmark = pytest.mark.usefixtures("database")

FORK = get_context("fork")
ADDRESS = b"\x01" * 20
AMOUNT = 5_000_000
SLACK_S = 2.0
"""For the scan itself, and for the last look before the lease ended."""


@dataclass
class Stop(Killer):
    """Stops the process at the ``after``-th touch for good, and tells that it has."""

    stopped: Any = None

    def touch(self) -> None:
        self.touched += 1
        if self.touched == self.after:
            self.stopped.set()
            signal.pause()


class StoppedAtTransfers(SimulatedProvider):
    """Has read the transfers of a range, and does not come back from it."""

    stopped: Any

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Any:
        super().get_transfers(ranges)
        self.stopped.set()
        signal.pause()


def stops_reading(chain: SimulatedChain, stopped: Any) -> ScannerService:
    provider = StoppedAtTransfers(chain)
    provider.stopped = stopped
    return scanner([provider])


def stops_crediting(chain: SimulatedChain, stopped: Any) -> ScannerService:
    """The money is posted, in a transaction that is not committed and holds its locks."""
    ledger: Any = Mortal(ledger_service(), Stop(after=2, stopped=stopped))
    settlement = Settlement(RULES, PostgresDeposits(), ledger, Saying(Killer()))
    made = replace(parts([SimulatedProvider(chain)], RULES, None), settlement=settlement)
    return ScannerService(**vars(made))


def tick(service: ScannerService) -> dict[str, Any]:
    """One tick of the schedule, in this process."""

    def scan(_network: str, _now: datetime) -> int:
        return service.run(service.now() + timedelta(minutes=1)).settled

    return schedule_by_input("scan", "network")(scan)({"network": RULES.network.value}, None)


@pytest.fixture
def chain() -> SimulatedChain:
    """Scanned up to a block, after which a deposit became final."""
    chain = SimulatedChain()
    chain.mine()
    service = scanner([SimulatedProvider(chain)])
    service.run(service.now() + timedelta(minutes=1))
    return chain


@pytest.fixture
def owner_id(chain: SimulatedChain) -> UUID:
    account = make_account("anna")
    give_wallet(account.id, ADDRESS)
    chain.mine(chain.transaction(Payment(ADDRESS, AMOUNT)))
    for _ in range(chain.lag_final + 1):
        chain.mine()
    return account.id


@pytest.mark.parametrize(
    "lease",
    [timedelta(seconds=1.5), pytest.param(LEASE, marks=pytest.mark.proof)],
    ids=["a short lease", "the lease of schedules"],
)
@pytest.mark.parametrize("stops", [stops_reading, stops_crediting])
def test_another_worker_credits_the_deposit_once_within_the_lease(
    chain: SimulatedChain,
    owner_id: UUID,
    lease: timedelta,
    stops: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frame, "LEASE", lease)
    disconnect()  # the worker has a connection of its own
    stopped: Any = FORK.Event()
    worker = FORK.Process(target=lambda: tick(stops(chain, stopped)))
    worker.start()
    assert stopped.wait(20)
    other = scanner([SimulatedProvider(chain)])
    assert tick(other)["status"] == "skipped"
    assert credited() == {}
    os.kill(worker.pid or 0, signal.SIGKILL)
    killed_at = monotonic()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    limit_s = lease.total_seconds() + SLACK_S
    until("another tick works", lambda: tick(other)["status"] == "done", timeout_s=limit_s)
    assert credited() == {owner_id: AMOUNT}
    assert monotonic() - killed_at <= limit_s
    assert [state for _, _, state in deposits().values()] == ["credited"]
    assert tick(other) == {"status": "done", "result": 0}
    assert credited() == {owner_id: AMOUNT}


def test_the_lease_is_thirty_seconds_at_most() -> None:
    assert timedelta(seconds=30) >= LEASE
