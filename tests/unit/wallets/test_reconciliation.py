"""Claims and rescans: they find what is missing, and credit nothing twice."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.ledger.model import Balance
from mara.wallets.errors import (
    ChainContradiction,
    ChainUnavailable,
    InvalidRange,
    InvalidTransaction,
    TransactionNotFound,
)
from mara.wallets.model import BlockRange, ChainHead, Network, RangeTransfers, ScanCursor
from tests.support.chains import Payment, SimulatedProvider
from tests.support.fakes.wallets import FakeScanCursors
from tests.support.world import FIVE, STRANGER, World


class ForkedProvider(SimulatedProvider):
    """Its blocks differ from those in its receipts."""

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        head = super().get_head(numbers)
        return replace(head, hashes=dict.fromkeys(numbers, "0xbad"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def anna(world: World) -> tuple[UUID, bytes]:
    return world.add_user(1)


class TestClaim:
    def test_credits_the_callers_deposits_once_and_no_others(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        boris = world.add_user(2)
        paid = world.mine_logs(
            Payment(anna[1], FIVE), Payment(boris[1], FIVE), Payment(anna[1], 2 * FIVE)
        )
        world.mine()
        claimed = world.claim(anna[0], paid)
        assert [one.amount_micro_usdt for one in claimed] == [FIVE, 2 * FIVE]
        assert [one.state for one in claimed] == ["credited", "credited"]
        assert world.claim(anna[0], paid) == claimed
        assert world.balance(boris[0]) == Balance()
        world.scan()
        assert world.balance(anna[0]) == Balance(available=3 * FIVE)
        assert world.balance(boris[0]) == Balance(available=FIVE)

    def test_credits_no_transfer_of_zero_and_none_to_strangers(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.mine_logs(Payment(anna[1], 0), Payment(STRANGER, FIVE), Payment(anna[1], FIVE))
        world.mine()
        assert [one.amount_micro_usdt for one in world.claim(anna[0], paid)] == [FIVE]

    def test_asks_the_preferred_provider_first(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        (deposit,) = world.claim(anna[0], world.pay(anna[1]))
        assert deposit.reader == "first"

    def test_may_be_of_one_micro_usdt(self, world: World, anna: tuple[UUID, bytes]) -> None:
        paid = world.pay(anna[1], 1)
        world.mine()
        assert world.claim(anna[0], paid)[0].state == "suspense"

    def test_before_finality_is_seen(self, world: World, anna: tuple[UUID, bytes]) -> None:
        (deposit,) = world.claim(anna[0], world.pay(anna[1]))
        assert (deposit.state, world.balance(anna[0])) == ("seen", Balance())

    def test_credits_from_the_block_on_that_is_final(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.pay(anna[1])
        world.mine(world.chain.lag_final - 1)
        assert world.claim(anna[0], paid)[0].state == "seen"
        world.mine(1)
        assert world.claim(anna[0], paid)[0].state == "credited"

    @pytest.mark.parametrize("form", ["{}", "0x{}", " 0x{} "])
    def test_accepts_the_forms_of_explorers(
        self, world: World, anna: tuple[UUID, bytes], form: str
    ) -> None:
        assert world.claim(anna[0], form.format(world.pay(anna[1])[2:].upper()))

    @pytest.mark.parametrize("text", ["", "0x12", "0x" + "g" * 64, "0x" + "1" * 65])
    def test_rejects_what_is_not_a_hash(self, world: World, text: str) -> None:
        with pytest.raises(InvalidTransaction):
            world.claim(new_id(), text)

    def test_finds_nothing_that_does_not_pay_the_caller(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        boris = world.add_user(2)
        transactions = [
            world.pay(boris[1]),
            world.mine_logs(Payment(anna[1], FIVE, ours=False)),
            world.mine_logs(Payment(anna[1], FIVE), succeeded=False),
            world.pay(anna[1], 0),
            "0x" + "1" * 64,
        ]
        world.mine()
        for transaction in transactions:
            with pytest.raises(TransactionNotFound) as found:
                world.claim(anna[0], transaction)
            assert found.value.detail == "Check the network and the transaction's hash."
        assert world.states() == {}

    def test_needs_one_provider_that_has_the_transaction(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.pay(anna[1])
        world.first.behind = 1
        assert world.claim(anna[0], paid)[0].reader == "second"
        world.second.down = True
        with pytest.raises(TransactionNotFound):
            world.claim(anna[0], paid)
        world.first.down = True
        with pytest.raises(ChainUnavailable):
            world.claim(anna[0], paid)

    def test_of_a_forged_transaction_waits_for_a_second_provider(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        world.mine()
        world.first.forges = Payment(anna[1], FIVE)
        forged = world.first._forged(1).transaction
        (deposit,) = world.claim(anna[0], forged)
        assert (deposit.state, world.balance(anna[0])) == ("final", Balance())

    def test_needs_no_confirmation_if_there_is_one_provider(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.pay(anna[1])
        world.mine()
        assert world.claim(anna[0], paid, world.first)[0].state == "credited"

    def test_fails_if_providers_disagree_on_the_block(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.pay(anna[1])
        world.mine()
        world.second.other_hashes = True
        with pytest.raises(ChainUnavailable, match="do not agree"):
            world.claim(anna[0], paid)
        assert world.states() == {}

    def test_waits_until_every_provider_calls_it_final(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.pay(anna[1])
        world.mine()
        world.second.hastily_final = -100
        with pytest.raises(ChainUnavailable, match="do not agree"):
            world.claim(anna[0], paid)

    def test_fails_if_the_receipt_names_another_block_than_the_readers(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        paid = world.pay(anna[1])
        forked = ForkedProvider(world.chain, "forked")
        with pytest.raises(ChainContradiction, match="another block"):
            world.claim(anna[0], paid, forked)

    def test_in_a_finalized_block_that_is_not_final_for_the_reader_fails(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        world.mine()
        world.scan()
        missed = world.chain.blocks[world.cursor().finalized.number]
        paid = world.chain.transaction(Payment(anna[1], FIVE))
        index = world.chain.blocks.index(missed)
        world.chain.blocks[index] = type(missed)(missed.number, missed.hash, (paid,))
        unsure = SimulatedProvider(world.chain, "unsure", hastily_final=-100)
        with pytest.raises(ChainUnavailable, match="is behind"):
            world.claim(anna[0], paid.hash, unsure)
        assert world.states() == {}
        assert world.claim(anna[0], paid.hash)[0].state == "credited"


class TestRescan:
    @pytest.fixture
    def missed(self, world: World, anna: tuple[UUID, bytes]) -> str:
        """A deposit that was scanned, credited and lost."""
        transactions = [world.pay(anna[1]) for _ in range(5)]
        world.mine()
        world.scan()
        world.forget(transactions[2])
        return transactions[2]

    def test_settles_what_is_missing_without_a_second_credit(
        self, world: World, anna: tuple[UUID, bytes], missed: str
    ) -> None:
        assert world.rescan(1, 7) == 1
        assert world.states()[missed] == "credited"
        assert world.balance(anna[0]) == Balance(available=5 * FIVE)
        assert world.rescan(1, 7) == 0

    @pytest.mark.parametrize(("first", "last", "found"), [(1, 2, 0), (3, 3, 1), (4, 7, 0)])
    def test_reads_the_blocks_of_the_range_only(
        self, world: World, missed: str, first: int, last: int, found: int
    ) -> None:
        assert missed
        assert world.rescan(first, last) == found

    def test_needs_a_second_provider_for_what_one_reports(
        self, world: World, anna: tuple[UUID, bytes]
    ) -> None:
        world.mine()
        world.scan()
        world.first.forges = Payment(anna[1], FIVE)
        assert world.rescan(1, 4) == 0
        assert set(world.states().values()) <= {"final"}
        assert world.balance(anna[0]) == Balance()

    def test_locks_the_cursor_while_it_writes(self, world: World, missed: str) -> None:
        locked = []

        class RecordingCursors(FakeScanCursors):
            def get_for_update(self, network: Network) -> ScanCursor | None:
                locked.append(network)
                return super().get_for_update(network)

        world.cursors = RecordingCursors(world.database)
        assert world.rescan(3, 3) == 1
        assert world.states()[missed] == "credited"
        assert locked == [world.rules.network]

    def test_of_blocks_that_are_not_finalized_is_rejected(self, world: World) -> None:
        world.mine()
        with pytest.raises(InvalidRange, match=r"block is none\."):
            world.rescan(1, 2)
        world.scan()
        final = world.chain.final
        assert world.rescan(1, final) == 0
        with pytest.raises(InvalidRange, match=str(final)):
            world.rescan(1, final + 1)

    def test_fails_if_providers_disagree(
        self, world: World, anna: tuple[UUID, bytes], missed: str
    ) -> None:
        world.first.other_hashes = True
        with pytest.raises(ChainUnavailable):
            world.rescan(1, 3)
        assert missed not in world.states()

    def test_fails_if_the_reader_lists_another_chain(self, world: World, missed: str) -> None:
        class Listing(SimulatedProvider):
            def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
                return [replace(one, last_hash="0xbad") for one in super().get_transfers(ranges)]

        with pytest.raises(ChainContradiction, match="first has another block"):
            world.rescan(1, 3, Listing(world.chain, "first"), world.second)
        assert missed not in world.states()
