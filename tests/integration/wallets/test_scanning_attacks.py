"""What races, honest faults and lies of single providers might cost somebody money, and may not."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wallets.adapters.scan_cursors import PostgresScanCursors
from mara.wallets.errors import ChainUnavailable
from mara.wallets.model import BlockRange, BlockRef, RangeTransfers, Receipt, TokenTransfer
from tests.support.accounts import Account, make_account
from tests.support.books import credited
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.scanning import deposits, give_wallet, reconciliation, said, scanner
from tests.support.world import RULES

ANNA = b"\1" * 20
FIVE = 5_000_000
pytestmark = pytest.mark.usefixtures("database")


@dataclass
class ForgetfulProvider(SimulatedProvider):
    """Leaves out of its lists what ``forgets`` names; its receipts are honest.

    ``meanwhile`` happens once, when it is asked for receipts.
    """

    forgets: set[str] = field(default_factory=set)
    meanwhile: Callable[[], object] | None = None

    def _listed(self, asked: BlockRange) -> list[TokenTransfer]:
        return [t for t in super()._listed(asked) if t.transaction not in self.forgets]

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        found = super().get_receipts(transactions)
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return found


class RepeatingProvider(SimulatedProvider):
    """Lists everything twice, as nodes behind a careless cache do."""

    def _listed(self, asked: BlockRange) -> list[TokenTransfer]:
        return 2 * super()._listed(asked)


class BehindProvider(SimulatedProvider):
    """Refuses to list what it has not heard of."""

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        if any(asked.last > self._latest for asked in ranges):
            raise ChainUnavailable("The end of the range is unknown.")
        return super().get_transfers(ranges)


@dataclass
class MovingProvider(SimulatedProvider):
    """Says that one transaction stands in the last block, wherever it is."""

    moves: str = ""

    def _listed(self, asked: BlockRange) -> list[TokenTransfer]:
        moved = self._receipt(self.moves)
        here = moved and moved.block.number in asked
        return [*super()._listed(asked), *(moved.transfers.values() if moved and here else ())]

    def _receipt(self, transaction: str) -> Receipt | None:
        receipt = super()._receipt(transaction)
        if receipt is None or transaction != self.moves:
            return receipt
        last = self.chain.blocks[-1]
        where = BlockRef(last.number, last.hash)
        moved = {at: replace(t, block=where) for at, t in receipt.transfers.items()}
        return replace(receipt, block=where, transfers=moved)


@dataclass
class Stage:
    anna: Account
    chain: SimulatedChain = field(default_factory=SimulatedChain)

    def pay(self, amount: int = FIVE) -> str:
        paid = self.chain.transaction(Payment(ANNA, amount))
        self.chain.mine(paid)
        return paid.hash

    def mine(self, blocks: int = 10) -> None:
        for _ in range(blocks):
            self.chain.mine()

    def scan(self, *providers: Any, **rules: Any) -> None:
        service = scanner(providers, rules=replace(RULES, **rules))
        service.run(service.now() + timedelta(minutes=1))

    def states(self) -> dict[str, str]:
        return {name: state for (name, _), (_, _, state) in deposits().items()}


@pytest.fixture
def stage() -> Stage:
    stage = Stage(make_account("anna"))
    give_wallet(stage.anna.id, ANNA)
    return stage


class TestAClaimBesideTheScanner:
    def test_that_was_credited_is_not_undone_by_what_was_read_before(self, stage: Stage) -> None:
        honest = SimulatedProvider(stage.chain, "honest")
        lagging = ForgetfulProvider(stage.chain, "lagging")
        stage.scan(honest)
        claimed = stage.pay()
        stage.pay()
        reconciliation([honest]).claim(stage.anna.principal, claimed)

        def claim_again() -> None:
            stage.mine()
            reconciliation([honest]).claim(stage.anna.principal, claimed)

        lagging.forgets.add(claimed)
        lagging.meanwhile = claim_again
        scanner([lagging]).step()
        assert stage.states()[claimed] == "credited"
        assert said("deposit-orphaned") == 0

    def test_that_one_provider_alone_vouches_for_waits_for_another(self, stage: Stage) -> None:
        liar = SimulatedProvider(stage.chain, "liar", forges=Payment(ANNA, FIVE))
        honest = SimulatedProvider(stage.chain, "honest")
        stage.mine()
        (forged,) = liar.get_transfers([BlockRange(1, 1)])[0].transfers
        (claimed,) = reconciliation([liar, honest]).claim(stage.anna.principal, forged.transaction)
        assert claimed.state == "final"
        assert credited() == {}

    def test_of_a_block_that_is_closed_waits_for_a_provider_that_calls_it_final(
        self, stage: Stage
    ) -> None:
        paid = stage.pay()
        stage.mine()
        stage.scan(ForgetfulProvider(stage.chain, "forgetful", forgets={paid}))
        unsure = SimulatedProvider(stage.chain, "unsure", hastily_final=-stage.chain.final)
        with pytest.raises(ChainUnavailable):
            reconciliation([unsure]).claim(stage.anna.principal, paid)
        assert deposits() == {}


class TestAProvider:
    def test_that_lists_a_transfer_twice_credits_it_once(self, stage: Stage) -> None:
        stage.pay()
        stage.mine()
        stage.scan(RepeatingProvider(stage.chain, "repeating"))
        assert credited() == {stage.anna.id: FIVE}

    def test_that_is_behind_is_no_witness_that_a_deposit_is_gone(self, stage: Stage) -> None:
        honest = SimulatedProvider(stage.chain, "honest")
        stage.scan(honest)
        paid = stage.pay()
        stage.scan(honest)
        assert stage.states() == {paid: "seen"}
        stage.mine()
        forgetful = ForgetfulProvider(stage.chain, "forgetful", forgets={paid})
        behind = BehindProvider(stage.chain, "behind", behind=stage.chain.latest)
        with suppress(ChainUnavailable):
            stage.scan(forgetful, behind, honest)
        assert "orphaned" not in stage.states().values()
        assert said("deposit-orphaned") == 0

    def test_that_forges_at_the_head_takes_no_final_deposit_away(self, stage: Stage) -> None:
        first, second = (SimulatedProvider(stage.chain, name) for name in ("first", "second"))
        stage.scan(first)
        paid = stage.pay(2 * RULES.two_provider_threshold_micro_usdt)
        stage.mine()
        stage.scan(first)
        assert stage.states() == {paid: "final"}
        stage.mine(1)
        liar = MovingProvider(stage.chain, "liar", moves=paid)
        stage.scan(liar)
        stage.mine()
        for _ in range(3):
            stage.scan(first, second)
        assert stage.states() == {paid: "credited"}

    def test_that_forges_what_another_did_not_see_credits_none(self, stage: Stage) -> None:
        honest = SimulatedProvider(stage.chain, "honest")
        liar = SimulatedProvider(stage.chain, "liar")
        stage.mine(3)
        stage.scan(honest)
        liar.forges = Payment(ANNA, FIVE)
        for _ in range(3):
            stage.mine()
            with suppress(ChainUnavailable):
                stage.scan(liar, honest)
        assert "final" in stage.states().values()
        assert credited() == {}

    def test_that_overlooks_a_deposit_at_the_head_keeps_none_from_it(self, stage: Stage) -> None:
        paid = stage.pay()
        forgetful = ForgetfulProvider(stage.chain, "forgetful", forgets={paid})
        stage.scan(forgetful)
        assert stage.states() == {}
        stage.mine()
        stage.scan(SimulatedProvider(stage.chain, "honest"), forgetful)
        assert credited() == {stage.anna.id: FIVE}

    def test_that_stands_still_is_told_of_and_not_taken_for_a_chain_at_rest(
        self, stage: Stage
    ) -> None:
        honest, frozen = (SimulatedProvider(stage.chain, name) for name in ("honest", "frozen"))
        stage.chain.lag_final = 50
        stage.mine()
        stage.scan(honest, frozen)
        stage.mine(5)
        frozen.behind = 5
        with pytest.raises(ChainUnavailable, match="frozen has no block"):
            stage.scan(honest, frozen)
        with transaction(SYSTEM):
            assert PostgresScanCursors().latest_block(RULES.network) == stage.chain.latest
            failures = connection().execute("SELECT provider FROM chain_providers").fetchall()
        assert failures == [("frozen",)]


class TestTheTokensCheck:
    def test_that_nobody_answered_was_none(self, stage: Stage) -> None:
        down = SimulatedProvider(stage.chain, "down", down=True)
        with pytest.raises(ChainUnavailable):
            scanner([down]).check_token()
