"""The scanner on real nodes, and on our simulator of Aptos."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wallets.adapters.chain_statuses import PostgresChainStatuses
from mara.wallets.model import Network
from tests.support.accounts import make_account
from tests.support.anvil import SLOTS
from tests.support.books import credited
from tests.support.chain_labs import EvmLab, Lab, chain_lab
from tests.support.scanning import deposits, give_wallet, scanner
from tests.support.world import RULES

FIVE = 5_000_000
pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Stage:
    network: Network
    lab: Lab
    address: bytes
    owner_id: UUID
    start_block: int

    def scan(self) -> None:
        rules = replace(RULES, network=self.network, start_block=self.start_block, providers=1)
        service = scanner([self.lab.chain()], rules=rules)
        service.check_token()
        service.run(service.now() + timedelta(minutes=1))

    def states(self) -> list[str]:
        return [state for _, _, state in deposits().values()]


@pytest.fixture(scope="module", params=list(Network))
def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Network, Lab]]:
    with chain_lab(request.param.value, tmp_path_factory.mktemp("lab")) as started:
        yield request.param, started


@pytest.fixture
def stage(lab: tuple[Network, Lab]) -> Stage:
    network, started = lab
    owner_id, address = make_account("anna").id, started.owner(0xA1)
    give_wallet(owner_id, address, network, started.recipient_of(address))
    started.mine(3 * SLOTS)  # what other tests did is final, and before the start
    start = started.chain().get_head(()).final + 1
    return Stage(network, started, address, owner_id, start)


def test_three_transfers_in_a_transaction_are_three_deposits(stage: Stage) -> None:
    other = stage.lab.owner(0xEE)
    stage.lab.pay([(stage.address, FIVE), (other, FIVE), (stage.address, FIVE)])
    stage.lab.pay_in_another_token(stage.address, FIVE)
    stage.lab.mine(3 * SLOTS)
    stage.scan()
    stage.lab.mine(3 * SLOTS)
    stage.scan()
    assert stage.states() == ["credited", "credited"]
    assert credited() == {stage.owner_id: 2 * FIVE}


def test_a_deposit_that_is_undone_is_kept_and_not_credited(stage: Stage) -> None:
    if not isinstance(stage.lab, EvmLab):
        pytest.skip("What Aptos has committed is never undone.")
    stage.lab.pay([(stage.address, FIVE)])
    stage.scan()
    assert stage.states() == ["seen"]
    stage.lab.node.reorganise(2)  # the transfer, and the minting for it
    stage.scan()
    stage.lab.mine(3 * SLOTS)
    stage.scan()
    assert stage.states() == ["orphaned"]
    assert credited() == {}


ABSURD = (2**63, 2**64, 2**200)


class TestAnAbsurdTransfer:
    """It is recorded and passed: its neighbours are credited, and the scan goes on."""

    @pytest.mark.parametrize("amount", ABSURD)
    @pytest.mark.parametrize("to_user", [True, False])
    def test_stops_neither_its_neighbours_nor_the_scan(
        self, stage: Stage, amount: int, *, to_user: bool
    ) -> None:
        stranger = stage.lab.owner(0xEE)
        stage.lab.pay([(stage.address, FIVE)])
        stage.lab.pay_absurdly(stage.address if to_user else stranger, amount)
        stage.lab.pay([(stage.address, 2 * FIVE)])
        stage.scan()
        stage.lab.mine(3 * SLOTS)
        stage.scan()
        stage.lab.pay([(stage.address, FIVE)])
        stage.lab.mine(3 * SLOTS)
        stage.scan()
        assert credited() == {stage.owner_id: 4 * FIVE}
        # The events of Aptos do not name the token: one to a stranger says nothing.
        is_recorded = to_user or stage.network is not Network.APTOS
        assert recorded() == ([(stage.network, "amount")] if is_recorded else [])

    def test_shows_in_the_status(self, stage: Stage) -> None:
        stage.lab.pay_absurdly(stage.address, 2**200)
        stage.lab.mine(3 * SLOTS)
        stage.scan()
        now = datetime.now(UTC)
        since = datetime(2026, 11, 1, tzinfo=UTC)
        (found,) = PostgresChainStatuses().get_statuses([stage.network], now, since=since)
        assert found.unreadable_events == 1

    def test_that_the_balance_cannot_hold_does_not_stop_the_scan_either(self, stage: Stage) -> None:
        for _ in range(3):
            stage.lab.pay_absurdly(stage.address, 2**61)
        stage.lab.pay([(stage.address, FIVE)])
        stage.lab.mine(3 * SLOTS)
        stage.scan()
        stage.lab.pay([(stage.address, FIVE)])
        stage.lab.mine(3 * SLOTS)
        stage.scan()
        states = [(paid == FIVE, state) for _, paid, state in deposits().values()]
        assert states.count((True, "credited")) == 2
        assert sorted(states)[:3] == [(False, "credited"), (False, "final"), (False, "final")]


def recorded() -> list[tuple[str, str]]:
    """The network and the part that could not be read, of each recorded event."""
    with transaction(SYSTEM):
        rows = connection().execute("SELECT network, part FROM unreadable_events").fetchall()
    return [(Network(network), part) for network, part in rows]
