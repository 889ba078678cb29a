"""The scanner on real nodes, and on our simulator of Aptos."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

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
        rules = replace(RULES, network=self.network, start_block=self.start_block)
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
