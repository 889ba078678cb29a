"""Settlement: what is credited, when two providers are required, and what is never undone."""

from dataclasses import replace
from uuid import UUID

import pytest

from mara.ledger.model import Balance
from mara.wallets.errors import ChainContradiction
from mara.wallets.messages import DepositCredited, DepositOrphaned, DepositSeen
from mara.wallets.model import BlockRef, Deposit, DepositState, Receipt, TokenTransfer
from mara.wallets.service.settlement import MatchedTransfer, match_transfers
from tests.support.world import FIVE, World

BLOCK = BlockRef(7, "0x07")
OTHER_BLOCK = BlockRef(8, "0x08")
TRANSACTION = "0x" + "ab" * 32
ADDRESS = b"\x01" * 20


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def owner_id(world: World) -> UUID:
    return world.add_user()[0]


def matched(
    owner_id: UUID, amount: int = FIVE, *, reader: str = "first", block: BlockRef = BLOCK
) -> MatchedTransfer:
    transfer = TokenTransfer(TRANSACTION, block, 3, ADDRESS, amount)
    return MatchedTransfer(transfer, 2, owner_id, reader)


def see(world: World, *found: MatchedTransfer) -> None:
    with world.database.unit_of_work():
        world.settlement.record_seen(found, world.clock())


def settle(world: World, *found: MatchedTransfer, confirm: bool = False) -> int:
    needs = found if confirm else ()
    with world.database.unit_of_work():
        return world.settlement.settle(found, world.clock(), needs_confirmation=needs)


def orphan(world: World, *deposits: Deposit) -> None:
    with world.database.unit_of_work():
        world.settlement.orphan(deposits)


def only(world: World) -> Deposit:
    (deposit,) = world.database.committed.deposits.values()
    return deposit


class TestSettle:
    def test_credits_once_however_often_it_is_repeated(self, world: World, owner_id: UUID) -> None:
        assert [settle(world, matched(owner_id)) for _ in range(3)] == [1, 0, 0]
        assert world.balance(owner_id) == Balance(available=FIVE)
        assert only(world).state is DepositState.CREDITED
        assert world.database.published(DepositSeen) == 1
        assert world.database.published(DepositCredited) == 1

    def test_identifies_the_deposit_by_its_position_in_the_transaction(
        self, world: World, owner_id: UUID
    ) -> None:
        first = matched(owner_id)
        assert settle(world, first, replace(first, position=5)) == 2
        assert world.balance(owner_id).available == 2 * FIVE

    @pytest.mark.parametrize(
        ("below", "available", "suspense"), [(0, 1_000_000, 0), (1, 0, 999_999)]
    )
    def test_posts_an_amount_below_the_minimum_to_suspense(
        self, world: World, owner_id: UUID, below: int, available: int, suspense: int
    ) -> None:
        amount = world.rules.minimum_micro_usdt - below
        assert settle(world, matched(owner_id, amount)) == 1
        assert world.balance(owner_id) == Balance(available=available, suspense=suspense)
        assert only(world).state == ("suspense" if below else "credited")
        assert world.database.published(DepositCredited) == 1 - below

    def test_credits_one_that_was_seen_before(self, world: World, owner_id: UUID) -> None:
        see(world, matched(owner_id))
        seen = only(world)
        assert (seen.state, seen.seen_at) == (DepositState.SEEN, seen.seen_at)
        settle(world, matched(owner_id))
        assert (only(world).id, only(world).seen_at) == (seen.id, seen.seen_at)
        assert world.database.published(DepositSeen) == 1

    def test_credits_the_owner_and_amount_that_the_final_block_names(
        self, world: World, owner_id: UUID
    ) -> None:
        see(world, matched(owner_id, 2 * FIVE))
        other, _ = world.add_user(2)
        settle(world, matched(other, FIVE))
        assert (world.balance(owner_id).available, world.balance(other).available) == (0, FIVE)

    def test_goes_on_after_one_that_is_settled_or_waits(self, world: World, owner_id: UUID) -> None:
        settled = matched(owner_id)
        settle(world, settled)
        waiting = replace(matched(owner_id, 2_000_000_000), position=3)
        assert settle(world, settled, waiting, replace(settled, position=4)) == 1
        assert world.balance(owner_id) == Balance(available=2 * FIVE)


class TestTwoProviderThreshold:
    def test_an_amount_at_the_threshold_needs_one_provider(
        self, world: World, owner_id: UUID
    ) -> None:
        assert settle(world, matched(owner_id, world.rules.two_provider_threshold_micro_usdt)) == 1

    def test_an_amount_above_it_waits_for_a_second_one(self, world: World, owner_id: UUID) -> None:
        large = world.rules.two_provider_threshold_micro_usdt + 1
        assert settle(world, matched(owner_id, large)) == 0
        assert (only(world).state, world.balance(owner_id)) == (DepositState.FINAL, Balance())
        assert settle(world, matched(owner_id, large)) == 0
        assert settle(world, matched(owner_id, large, reader="second")) == 1
        assert world.balance(owner_id) == Balance(available=large)

    def test_two_providers_are_enough_if_one_saw_it_at_the_head(
        self, world: World, owner_id: UUID
    ) -> None:
        large = world.rules.two_provider_threshold_micro_usdt + 1
        see(world, matched(owner_id, large))
        assert settle(world, matched(owner_id, large, reader="second")) == 1

    def test_one_that_needs_confirmation_waits_whatever_its_amount(
        self, world: World, owner_id: UUID
    ) -> None:
        assert settle(world, matched(owner_id), confirm=True) == 0
        assert settle(world, matched(owner_id, reader="second"), confirm=True) == 1

    @pytest.mark.parametrize(
        "different",
        [
            {"reader": "first"},
            {"reader": "second", "amount": FIVE + 1},
            {"reader": "second", "block": OTHER_BLOCK},
            {"reader": "second", "block": BlockRef(7, "0x0707")},
        ],
    )
    def test_only_an_equal_report_of_another_provider_confirms(
        self, world: World, owner_id: UUID, different: dict[str, object]
    ) -> None:
        settle(world, matched(owner_id), confirm=True)
        report = matched(owner_id, **different)  # type: ignore[arg-type]
        with world.database.unit_of_work():
            assert world.settlement.confirm(only(world), report, world.clock()) is False
        assert world.balance(owner_id) == Balance()

    def test_a_report_of_another_recipient_confirms_nothing(
        self, world: World, owner_id: UUID
    ) -> None:
        settle(world, matched(owner_id), confirm=True)
        report = matched(owner_id, reader="second")
        report = replace(report, transfer=replace(report.transfer, recipient=b"\x02" * 20))
        with world.database.unit_of_work():
            assert not world.settlement.confirm(only(world), report, world.clock())

    def test_a_confirmation_credits_once(self, world: World, owner_id: UUID) -> None:
        settle(world, matched(owner_id), confirm=True)
        waiting, report = only(world), matched(owner_id, reader="second")
        confirmed = []
        for _ in range(2):
            with world.database.unit_of_work():
                confirmed.append(world.settlement.confirm(waiting, report, world.clock()))
        assert confirmed == [True, False]
        assert world.balance(owner_id) == Balance(available=FIVE)

    def test_a_deposit_that_is_not_final_is_not_confirmed(
        self, world: World, owner_id: UUID
    ) -> None:
        see(world, matched(owner_id))
        with world.database.unit_of_work():
            report = matched(owner_id, reader="second")
            assert not world.settlement.confirm(only(world), report, world.clock())

    def test_an_orphaned_report_does_not_corroborate(self, world: World, owner_id: UUID) -> None:
        see(world, matched(owner_id))
        orphan(world, only(world))
        assert settle(world, matched(owner_id, reader="second"), confirm=True) == 0
        assert only(world).state is DepositState.FINAL


class TestSeen:
    def test_is_stored_and_published_once(self, world: World, owner_id: UUID) -> None:
        see(world, matched(owner_id))
        see(world, matched(owner_id))
        assert only(world).state is DepositState.SEEN
        assert world.database.published(DepositSeen) == 1

    def test_moves_with_its_transaction_to_another_block(
        self, world: World, owner_id: UUID
    ) -> None:
        see(world, matched(owner_id))
        with world.database.unit_of_work():
            world.deposits.mark_safe(world.rules.network, BLOCK.number)
        see(world, matched(owner_id, block=OTHER_BLOCK, reader="second"))
        moved = only(world)
        assert (moved.block, moved.reader, moved.state) == (OTHER_BLOCK, "second", "seen")

    def test_in_the_same_block_keeps_its_first_reader(self, world: World, owner_id: UUID) -> None:
        see(world, matched(owner_id))
        see(world, matched(owner_id, reader="second"))
        assert only(world).reader == "first"

    def test_does_not_change_a_final_or_settled_one(self, world: World, owner_id: UUID) -> None:
        settle(world, matched(owner_id), confirm=True)
        waiting = only(world)
        see(world, matched(owner_id, block=OTHER_BLOCK))
        assert only(world) == waiting
        settle(world, matched(owner_id, reader="second"))
        credited = only(world)
        see(world, matched(owner_id, block=OTHER_BLOCK))
        assert only(world) == credited


class TestOrphan:
    def test_is_kept_and_published_once(self, world: World, owner_id: UUID) -> None:
        see(world, matched(owner_id))
        seen = only(world)
        orphan(world, seen)
        orphan(world, seen)
        assert only(world) == replace(seen, state=DepositState.ORPHANED)
        assert world.database.published(DepositOrphaned) == 1

    def test_that_is_mined_again_is_seen_again_under_its_id(
        self, world: World, owner_id: UUID
    ) -> None:
        see(world, matched(owner_id))
        seen = only(world)
        orphan(world, seen)
        see(world, matched(owner_id, block=OTHER_BLOCK))
        assert only(world) == replace(seen, block=OTHER_BLOCK)
        assert world.database.published(DepositSeen) == 2

    def test_is_not_one_that_moved_or_was_settled_meanwhile(
        self, world: World, owner_id: UUID
    ) -> None:
        see(world, matched(owner_id))
        loaded = only(world)
        see(world, matched(owner_id, block=OTHER_BLOCK))
        orphan(world, loaded)
        assert only(world).state is DepositState.SEEN
        settle(world, matched(owner_id, block=OTHER_BLOCK))
        orphan(world, replace(loaded, block=OTHER_BLOCK))
        assert only(world).state is DepositState.CREDITED
        assert world.database.published(DepositOrphaned) == 0

    def test_goes_on_after_one_that_was_settled(self, world: World, owner_id: UUID) -> None:
        first = matched(owner_id)
        see(world, first, replace(first, position=5))
        loaded = sorted(world.database.committed.deposits.values(), key=lambda one: one.key)
        settle(world, first)
        orphan(world, *loaded)
        states = {one.key.position: one.state for one in world.database.committed.deposits.values()}
        assert states == {2: DepositState.CREDITED, 5: DepositState.ORPHANED}

    def test_is_not_one_that_waits_for_confirmation(self, world: World, owner_id: UUID) -> None:
        settle(world, matched(owner_id), confirm=True)
        orphan(world, only(world))
        assert only(world).state is DepositState.FINAL


class TestMatchTransfers:
    TRANSFER = TokenTransfer(TRANSACTION, BLOCK, 3, ADDRESS, FIVE)
    OWNER = UUID(int=7)

    def match(self, receipt: Receipt | None, *transfers: TokenTransfer) -> list[MatchedTransfer]:
        owners = {ADDRESS: self.OWNER}
        return match_transfers(
            transfers or [self.TRANSFER], {TRANSACTION: receipt}, owners, "first"
        )

    def receipt(self, *, succeeded: bool = True, **changes: object) -> Receipt:
        transfer = replace(self.TRANSFER, **changes)  # type: ignore[arg-type]
        return Receipt(TRANSACTION, BLOCK, succeeded, {4: transfer})

    def test_takes_the_position_from_the_receipt(self) -> None:
        (found,) = self.match(self.receipt())
        assert found == MatchedTransfer(self.TRANSFER, 4, self.OWNER, "first")

    def test_counts_a_transfer_that_is_listed_twice_once(self) -> None:
        assert len(self.match(self.receipt(), self.TRANSFER, self.TRANSFER)) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"succeeded": False},
            {"amount_micro_usdt": FIVE - 1},
            {"recipient": b"\x02" * 20},
            {"log_index": 4},
            {"block": OTHER_BLOCK},
        ],
    )
    def test_rejects_one_that_its_receipt_lacks(self, changes: dict[str, object]) -> None:
        with pytest.raises(ChainContradiction, match="its receipt lacks"):
            self.match(self.receipt(**changes))  # type: ignore[arg-type]

    def test_rejects_one_without_a_receipt(self) -> None:
        with pytest.raises(ChainContradiction):
            self.match(None)
