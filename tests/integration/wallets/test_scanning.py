"""The scanner on chains that reorganise, with providers that fail and lie."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.wallets.errors import ChainUnavailable, ConcurrentUpdate, FinalityBroken, TokenMismatch
from mara.wallets.model import BlockRange, RangeTransfers, Token
from mara.wallets.service.scanner import ScannerService
from tests.support.accounts import make_account
from tests.support.books import credited, suspended
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.scanning import deposits, give_wallet, said, scanner
from tests.support.world import RULES

ANNA, BORIS, STRANGER = (bytes([n]) * 20 for n in (1, 2, 3))
FIVE = 5_000_000
pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Stage:
    chain: SimulatedChain
    first: SimulatedProvider
    second: SimulatedProvider
    owners: dict[bytes, UUID]

    def scanner(self, **rules: Any) -> ScannerService:
        return scanner([self.first, self.second], rules=replace(RULES, **rules))

    def scan(self, **rules: Any) -> None:
        service = self.scanner(**rules)
        service.run(service.now() + timedelta(minutes=1))

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.chain.mine()

    def states(self) -> list[str]:
        return [state for _, _, state in deposits().values()]


@pytest.fixture
def stage() -> Stage:
    chain = SimulatedChain()
    owners = {ANNA: make_account("anna").id, BORIS: make_account("boris").id}
    for address, owner_id in owners.items():
        give_wallet(owner_id, address)
    first, second = SimulatedProvider(chain, "first"), SimulatedProvider(chain, "second")
    return Stage(chain, first, second, owners)


class TestADeposit:
    def test_is_seen_then_safe_then_credited_once(self, stage: Stage) -> None:
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.scan()
        assert stage.states() == ["seen"]
        assert credited() == {}
        stage.mine(stage.chain.lag_safe)
        stage.scan()
        assert stage.states() == ["safe"]
        stage.mine(stage.chain.lag_final)
        stage.scan()
        assert stage.states() == ["credited"]
        stage.mine(20)
        stage.scan()
        assert credited() == {stage.owners[ANNA]: FIVE}
        assert (said("deposit-seen"), said("deposit-credited")) == (1, 1)

    def test_is_one_of_several_in_a_transaction(self, stage: Stage) -> None:
        stage.chain.mine(
            stage.chain.transaction(
                Payment(ANNA, FIVE), Payment(BORIS, FIVE), Payment(ANNA, 2 * FIVE)
            )
        )
        stage.mine(10)
        stage.scan()
        assert credited() == {
            stage.owners[ANNA]: 3 * FIVE,
            stage.owners[BORIS]: FIVE,
        }

    def test_is_of_our_token_alone_and_succeeded(self, stage: Stage) -> None:
        stage.chain.mine(
            stage.chain.transaction(Payment(ANNA, FIVE, ours=False)),
            stage.chain.transaction(Payment(ANNA, FIVE), succeeded=False),
            stage.chain.transaction(Payment(STRANGER, FIVE), Payment(ANNA, 0)),
        )
        stage.mine(10)
        stage.scan()
        assert deposits() == {}

    def test_below_the_minimum_goes_to_suspense(self, stage: Stage) -> None:
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, RULES.minimum_micro_usdt - 1)))
        stage.mine(10)
        stage.scan()
        assert stage.states() == ["suspense"]
        assert credited() == {}
        assert suspended() == {stage.owners[ANNA]: RULES.minimum_micro_usdt - 1}


class TestAReorganisation:
    def test_that_moves_a_deposit_credits_it_once(self, stage: Stage) -> None:
        paid = stage.chain.transaction(Payment(STRANGER, 1), Payment(ANNA, FIVE))
        stage.chain.mine(paid)
        stage.scan()
        stage.chain.reorganise(1)
        stage.mine(1)
        stage.chain.mine(stage.chain.transaction(Payment(STRANGER, 1)), paid)
        stage.scan()
        assert stage.states() == ["seen"]
        stage.mine(10)
        stage.scan()
        assert credited() == {stage.owners[ANNA]: FIVE}
        assert list(deposits()) == [(paid.hash, 1)]

    def test_that_removes_a_deposit_keeps_it_as_orphaned(self, stage: Stage) -> None:
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.scan()
        stage.chain.reorganise(1)
        stage.mine(12)
        stage.scan()
        assert stage.states() == ["orphaned"]
        assert credited() == {}
        assert said("deposit-orphaned") == 1

    def test_that_brings_an_orphan_back_credits_it(self, stage: Stage) -> None:
        paid = stage.chain.transaction(Payment(ANNA, FIVE))
        stage.chain.mine(paid)
        stage.scan()
        stage.chain.reorganise(1)
        stage.mine(3)
        stage.scan()
        assert stage.states() == ["orphaned"]
        stage.chain.mine(paid)
        stage.mine(10)
        stage.scan()
        assert stage.states() == ["credited"]
        assert credited() == {stage.owners[ANNA]: FIVE}

    def test_of_what_was_final_stops_the_scan(self, stage: Stage) -> None:
        stage.mine(20)
        stage.scan()
        stage.first.other_hashes = stage.second.other_hashes = True
        with pytest.raises(FinalityBroken):
            stage.scan()


class TestAProvider:
    def test_that_is_down_is_replaced(self, stage: Stage) -> None:
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.mine(10)
        stage.scan(start_block=1)
        stage.first.down = True
        stage.chain.mine(stage.chain.transaction(Payment(BORIS, FIVE)))
        stage.mine(10)
        stage.scan()
        assert stage.states() == ["credited", "credited"]

    def test_outage_of_all_is_an_error_and_skips_nothing(self, stage: Stage) -> None:
        stage.scan()
        stage.first.down = stage.second.down = True
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.mine(100)
        with pytest.raises(ChainUnavailable):
            stage.scan()
        stage.first.down = stage.second.down = False
        stage.scan()
        assert stage.states() == ["credited"]

    def test_that_is_behind_delays_and_loses_nothing(self, stage: Stage) -> None:
        stage.mine(3)
        stage.scan()
        stage.first.behind = 1
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        with suppress(ChainUnavailable):
            stage.scan()
        stage.mine(10)
        stage.scan()
        stage.first.behind = 0
        stage.scan()
        assert stage.states() == ["credited"]

    @pytest.mark.parametrize("liar", ["first", "second"])
    def test_that_lists_nothing_hides_nothing(self, stage: Stage, liar: str) -> None:
        getattr(stage, liar).lists_nothing = True
        for _ in range(6):
            stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
            stage.scan()
        stage.mine(10)
        for _ in range(4):
            stage.scan()
        assert credited() == {stage.owners[ANNA]: 6 * FIVE}

    def test_that_forges_a_large_deposit_alone_credits_none(self, stage: Stage) -> None:
        stage.first.forges = Payment(ANNA, FIVE)
        stage.mine(12)
        for _ in range(4):
            with suppress(ChainUnavailable):
                stage.scan(two_provider_threshold_micro_usdt=0)
            stage.mine(3)
        assert credited() == {}

    def test_that_calls_blocks_final_too_early_is_not_believed_alone(self, stage: Stage) -> None:
        stage.first.hastily_final = 6
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.scan()
        stage.mine(1)
        stage.scan()
        assert credited() == {}

    def test_that_accepts_few_at_once_gets_smaller_ranges(self, stage: Stage) -> None:
        stage.first.transfers_max = stage.second.transfers_max = 2
        for _ in range(12):
            stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.mine(10)
        stage.scan()
        assert credited() == {stage.owners[ANNA]: 12 * FIVE}

    def test_with_another_token_stops_the_scan(self, stage: Stage) -> None:
        stage.second.says = Token("USDT", 18)
        with pytest.raises(TokenMismatch, match="18 decimals"):
            stage.scanner().check_token()


class TestCost:
    @pytest.mark.parametrize("wallets", [0, 40])
    def test_is_two_calls_a_step_however_many_wallets(self, stage: Stage, wallets: int) -> None:
        for number in range(wallets):
            give_wallet(make_account(f"user{number}").id, bytes([9, number]) * 10)
        stage.mine(4)
        stage.scan()
        stage.mine(2)
        stage.first.calls.clear()
        stage.second.calls.clear()
        stage.scanner().step()
        assert sorted(stage.first.calls + stage.second.calls) == ["get_head", "get_transfers"]


class TestTwoScanners:
    def test_that_take_the_same_step_write_it_once(self, stage: Stage) -> None:
        stage.chain.mine(stage.chain.transaction(Payment(ANNA, FIVE)))
        stage.mine(10)
        stage.scan(start_block=1)
        stage.chain.mine(stage.chain.transaction(Payment(BORIS, FIVE)))
        stage.mine(10)
        stage.scanner().step()
        slow = OvertakenProvider(stage.chain, "slow", overtake=stage.scan)
        with pytest.raises(ConcurrentUpdate):
            scanner([slow]).step()
        assert credited() == {stage.owners[ANNA]: FIVE, stage.owners[BORIS]: FIVE}


@dataclass
class OvertakenProvider(SimulatedProvider):
    """While it reads, somebody else takes the scan further."""

    overtake: Callable[[], None] = lambda: None

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        readings = super().get_transfers(ranges)
        self.overtake()
        return readings
