"""Claims of users and doubts of operators: they find what is theirs, and credit nothing twice."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from mara.wallets.errors import (
    ChainContradiction,
    ChainUnavailable,
    InvalidRange,
    InvalidTransaction,
    TransactionNotFound,
)
from mara.wallets.model import BlockRange, Deposit
from tests.support.accounts import Account, make_account
from tests.support.books import credited
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.scanning import deposits, give_wallet, reconciliation, scanner

ANNA, BORIS = (bytes([n]) * 20 for n in (1, 2))
FIVE = 5_000_000
FORGET_EVERY_SECOND = b"""
    DELETE FROM deposits WHERE id IN (
        SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM deposits) d
        WHERE n % 2 = 0)
"""
"""As a fault of ours might: they never happened, and nobody knows."""

pytestmark = pytest.mark.usefixtures("database")


@dataclass
class Stage:
    anna: Account
    boris: Account
    chain: SimulatedChain = field(default_factory=SimulatedChain)
    providers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        give_wallet(self.anna.id, ANNA)
        give_wallet(self.boris.id, BORIS)
        self.providers = [SimulatedProvider(self.chain, name) for name in ("first", "second")]

    def pay(self, *payments: Payment, succeeded: bool = True) -> str:
        paid = self.chain.transaction(*payments, succeeded=succeeded)
        self.chain.mine(paid)
        return paid.hash

    def mine(self, blocks: int = 10) -> None:
        for _ in range(blocks):
            self.chain.mine()

    def scan(self) -> None:
        service = scanner(self.providers)
        service.run(service.now() + timedelta(minutes=1))

    def claim(self, who: Account, name: str) -> list[Deposit]:
        return list(reconciliation(self.providers).claim(who.principal, name))

    def rescan(self, first: int, last: int) -> int:
        return reconciliation(self.providers).rescan(BlockRange(first, last))

    def states(self) -> list[str]:
        return [state for _, _, state in deposits().values()]


@pytest.fixture
def stage() -> Stage:
    return Stage(make_account("anna"), make_account("boris"))


class TestClaim:
    def test_credits_the_callers_share_at_once_and_the_scanner_not_again(
        self, stage: Stage
    ) -> None:
        name = stage.pay(Payment(ANNA, FIVE), Payment(BORIS, FIVE), Payment(ANNA, 2 * FIVE))
        stage.mine()
        claimed = stage.claim(stage.anna, name)
        assert [deposit.amount_micro_usdt for deposit in claimed] == [FIVE, 2 * FIVE]
        assert credited() == {stage.anna.id: 3 * FIVE}
        stage.scan()
        assert credited() == {stage.anna.id: 3 * FIVE, stage.boris.id: FIVE}

    def test_twice_changes_nothing(self, stage: Stage) -> None:
        name = stage.pay(Payment(ANNA, FIVE))
        stage.mine()
        assert stage.claim(stage.anna, name) == stage.claim(stage.anna, name)
        assert credited() == {stage.anna.id: FIVE}

    def test_before_it_is_final_is_seen(self, stage: Stage) -> None:
        name = stage.pay(Payment(ANNA, FIVE))
        (deposit,) = stage.claim(stage.anna, name)
        assert deposit.state == "seen"
        assert credited() == {}

    @pytest.mark.parametrize("spelling", ["{}", "0x{}", " 0x{} "])
    def test_takes_the_hash_as_explorers_show_it(self, stage: Stage, spelling: str) -> None:
        name = stage.pay(Payment(ANNA, FIVE))
        assert stage.claim(stage.anna, spelling.format(name[2:].upper()))

    @pytest.mark.parametrize("name", ["", "0x12", "0x" + "g" * 64, "0x" + "1" * 65, "1e3"])
    def test_of_what_is_no_transaction_is_refused(self, stage: Stage, name: str) -> None:
        with pytest.raises(InvalidTransaction):
            stage.claim(stage.anna, name)

    def test_of_others_of_nobody_or_of_what_failed_finds_nothing(self, stage: Stage) -> None:
        names = [
            stage.pay(Payment(BORIS, FIVE)),
            stage.pay(Payment(ANNA, FIVE, ours=False)),
            stage.pay(Payment(ANNA, FIVE), succeeded=False),
            stage.pay(Payment(ANNA, 0)),
            "0x" + "1" * 64,
        ]
        stage.mine()
        for name in names:
            with pytest.raises(TransactionNotFound):
                stage.claim(stage.anna, name)
        assert deposits() == {}

    def test_is_not_refused_for_a_provider_that_is_behind_or_down(self, stage: Stage) -> None:
        name = stage.pay(Payment(ANNA, FIVE))
        stage.providers[0].behind = 1
        assert [deposit.state for deposit in stage.claim(stage.anna, name)] == ["seen"]
        stage.providers[0].down = True
        assert [deposit.state for deposit in stage.claim(stage.anna, name)] == ["seen"]

    def test_where_no_provider_answers_is_an_outage(self, stage: Stage) -> None:
        name = stage.pay(Payment(ANNA, FIVE))
        for provider in stage.providers:
            provider.down = True
        with pytest.raises(ChainUnavailable):
            stage.claim(stage.anna, name)
        assert deposits() == {}

    def test_where_providers_do_not_agree_waits(self, stage: Stage) -> None:
        name = stage.pay(Payment(ANNA, FIVE))
        stage.mine()
        stage.providers[1].other_hashes = True
        with pytest.raises(ChainUnavailable):
            stage.claim(stage.anna, name)
        assert deposits() == {}


class TestRescan:
    def test_leaves_to_wait_what_one_provider_alone_has(self, stage: Stage) -> None:
        stage.mine()
        stage.scan()
        stage.providers[0].forges = Payment(ANNA, FIVE)
        assert stage.rescan(1, 4) == 0
        assert set(stage.states()) <= {"final"}
        assert credited() == {}

    def test_finds_what_was_missed_and_only_that(
        self, stage: Stage, past_the_rules: psycopg.Connection[Any]
    ) -> None:
        for _ in range(9):
            stage.pay(Payment(ANNA, FIVE))
        stage.pay(Payment(BORIS, 1))
        stage.mine()
        stage.scan()
        past_the_rules.execute(FORGET_EVERY_SECOND)
        missed = 10 - len(deposits())
        assert stage.rescan(1, 12) == missed
        assert len(deposits()) == 10
        assert stage.rescan(1, 12) == 0

    def test_of_blocks_that_are_not_closed_is_refused(self, stage: Stage) -> None:
        stage.mine()
        with pytest.raises(InvalidRange):
            stage.rescan(1, 2)
        stage.scan()
        with pytest.raises(InvalidRange):
            stage.rescan(1, stage.chain.final + 1)

    def test_by_a_provider_with_other_blocks_settles_nothing(self, stage: Stage) -> None:
        stage.pay(Payment(ANNA, FIVE))
        stage.mine()
        stage.scan()
        stage.providers[0].other_hashes = True
        with pytest.raises(ChainUnavailable):
            stage.rescan(1, 3)
        stage.providers[1].down = True
        with pytest.raises((ChainContradiction, ChainUnavailable)):
            stage.rescan(1, 3)
        assert credited() == {stage.anna.id: FIVE}
