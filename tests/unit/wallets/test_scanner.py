"""The scanner: steps, reorganizations, and providers that fail, lag or lie."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from mara.ledger.model import Balance
from mara.wallets.errors import (
    ChainContradiction,
    ChainUnavailable,
    ConcurrentUpdate,
    FinalityBroken,
    TokenMismatch,
)
from mara.wallets.messages import DepositCredited, DepositOrphaned, DepositSeen
from mara.wallets.model import (
    BlockRange,
    ChainHead,
    FailureKind,
    RangeTransfers,
    Receipt,
    Token,
    TokenTransfer,
)
from tests.support.chains import Payment, SimulatedProvider
from tests.support.counts import counted
from tests.support.world import FIVE, STRANGER, World, world_with


@pytest.fixture
def world() -> World:
    return World()


@dataclass
class OmittingProvider(SimulatedProvider):
    """Omits the transactions ``omitted`` from its lists; its receipts are complete."""

    omitted: set[str] = field(default_factory=set)
    before_receipts: Callable[[], object] = lambda: None

    def _listed(self, asked: BlockRange) -> list[TokenTransfer]:
        return [one for one in super()._listed(asked) if one.transaction not in self.omitted]

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        self.before_receipts()
        return super().get_receipts(transactions)


class LeavingProvider(SimulatedProvider):
    """Reports the head once, and is down from then on."""

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        head = super().get_head(numbers)
        self.down = True
        return head


class HeadOnlyProvider(SimulatedProvider):
    """Reports heads, and is down for everything else."""

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        raise ChainUnavailable("It lists no transfers.")


@dataclass
class SlowProvider(SimulatedProvider):
    """Another process acts before it reports the head, and while it lists transfers."""

    before_head: Callable[[], object] = lambda: None
    meanwhile: Callable[[], object] = lambda: None

    def get_head(self, numbers: Collection[int]) -> ChainHead:
        self.before_head()
        return super().get_head(numbers)

    def get_transfers(self, ranges: Sequence[BlockRange]) -> Sequence[RangeTransfers]:
        read = super().get_transfers(ranges)
        self.meanwhile()
        return read


class TestDeposit:
    def test_is_seen_then_safe_then_credited_once(self, world: World) -> None:
        owner_id, address = world.add_user()
        paid = world.pay(address)
        world.scan()
        assert (world.states(), world.balance(owner_id)) == ({paid: "seen"}, Balance())
        world.mine(world.chain.lag_safe - 1)
        world.scan()
        assert world.states() == {paid: "seen"}
        world.mine(1)
        world.scan()
        assert world.states() == {paid: "safe"}
        world.mine(world.chain.lag_final - world.chain.lag_safe - 1)
        world.scan()
        assert world.states() == {paid: "safe"}
        world.mine(1)
        world.scan()
        assert world.states() == {paid: "credited"}
        world.mine(20)
        world.scan()
        assert world.balance(owner_id) == Balance(available=FIVE)
        assert world.database.published(DepositSeen) == 1
        assert world.database.published(DepositCredited) == 1

    def test_is_every_transfer_of_a_transaction(self, world: World) -> None:
        anna, boris = world.add_user(1), world.add_user(2)
        world.mine_logs(Payment(anna[1], 1 * FIVE), Payment(boris[1], FIVE), Payment(anna[1], FIVE))
        world.mine()
        world.scan()
        assert world.balance(anna[0]).available == 2 * FIVE
        assert world.balance(boris[0]).available == FIVE

    def test_is_no_other_token_no_failure_no_zero_and_no_other_recipient(
        self, world: World
    ) -> None:
        _, address = world.add_user()
        world.mine_logs(Payment(address, FIVE, ours=False))
        world.mine_logs(Payment(address, FIVE), succeeded=False)
        world.mine_logs(Payment(STRANGER, FIVE), Payment(address, 0))
        world.mine()
        world.scan()
        assert world.states() == {}

    def test_in_the_first_and_the_last_block_of_a_range_counts(self) -> None:
        world = world_with(blocks_per_scan_max=4, start_block=1)
        owner_id, address = world.add_user()
        for _ in range(9):
            world.pay(address)
        world.mine()
        world.scan()
        assert world.balance(owner_id).available == 9 * FIVE

    @pytest.mark.parametrize("amount", [1, 2])
    def test_may_be_of_one_micro_usdt(self, world: World, amount: int) -> None:
        owner_id, address = world.add_user()
        world.pay(address, amount)
        world.mine()
        world.scan()
        assert world.balance(owner_id) == Balance(suspense=amount)

    def test_is_safe_after_the_step_that_reads_further_blocks(self, world: World) -> None:
        _, address = world.add_user()
        paid = world.pay(address)
        world.scan()
        world.mine(world.chain.lag_safe)
        assert world.scanner().step().advanced
        assert world.states() == {paid: "safe"}

    def test_is_safe_when_the_chain_says_so_without_a_new_block(self, world: World) -> None:
        _, address = world.add_user()
        paid = world.pay(address)
        world.scan()
        world.chain.lag_safe = 0
        assert not world.scanner().step().advanced
        assert world.states() == {paid: "safe"}


class TestStart:
    def test_is_before_the_configured_block(self) -> None:
        world = world_with(start_block=3)
        owner_id, address = world.add_user()
        world.mine(1)
        world.pay(address)  # in block 2
        world.pay(address)  # in block 3
        world.mine()
        world.scan()
        assert world.balance(owner_id).available == FIVE

    def test_is_the_final_block_if_none_is_configured(self) -> None:
        world = world_with(start_block=None)
        _, address = world.add_user()
        world.pay(address)
        world.mine(20)
        world.scanner().step()
        assert world.cursor().head.number == world.chain.final

    def test_needs_all_providers_that_answer_to_agree(self, world: World) -> None:
        world.mine()
        world.second.other_hashes = True
        with pytest.raises(ChainUnavailable, match="do not agree"):
            world.scan()
        assert world.database.committed.cursors == {}
        world.second.down = True
        world.scan()
        assert world.cursor().head.number == world.chain.latest

    def test_needs_the_block_to_be_final_at_each_of_them(self) -> None:
        world = world_with(start_block=None)
        world.mine(20)
        world.first.hastily_final = 3
        with pytest.raises(ChainUnavailable, match="do not agree"):
            world.scan()

    def test_reports_the_unread_blocks(self) -> None:
        world = world_with(start_block=3)
        world.mine(20)
        step = world.scanner().step()
        assert (step.advanced, step.lag, step.settled) == (True, 18, 0)

    def test_of_a_chain_without_blocks_leaves_nothing_to_read(self, world: World) -> None:
        done = world.scan()
        assert (done.advanced, done.lag, done.settled) == (True, 0, 0)
        step = world.scanner().step()
        assert (step.advanced, step.lag) == (False, 0)


class TestRun:
    def test_ends_when_each_provider_had_no_unread_block(self, world: World) -> None:
        world.scan()
        world.mine(1)
        world.first.calls.clear()
        world.second.calls.clear()
        world.scan()
        calls = [provider.calls.count("get_head") for provider in (world.first, world.second)]
        assert calls == [2, 1]  # the first one when it advanced, then each one when it was idle

    def test_begins_no_step_when_the_time_is_over(self, world: World) -> None:
        world.mine(5)
        next_reading = world.clock.at + timedelta(milliseconds=1)
        assert not world.scanner().run(next_reading).advanced
        assert world.scanner().run(world.clock.at + timedelta(milliseconds=2)).advanced

    def test_reads_everything_and_reports_the_sum_of_its_steps(self, world: World) -> None:
        _, address = world.add_user()
        for _ in range(30):
            world.pay(address)
        world.mine(6)
        done = world.scan()
        assert (done.advanced, done.lag, done.settled) == (True, 0, 30)
        assert world.cursor().finalized.number == world.chain.final
        again = world.scan()
        assert (again.advanced, again.lag, again.settled) == (False, 0, 0)

    def test_stops_when_the_time_is_over_and_reports_the_lag(self, world: World) -> None:
        world.mine(100)
        done = world.scanner().run(world.clock.at + timedelta(milliseconds=10))
        assert done.advanced
        assert done.lag == 100 - world.cursor().head.number > 0

    def test_never_rereads_or_skips_a_finalized_block(self, world: World) -> None:
        world.mine(40)
        world.scan()
        numbers = [part.first for part in world.cursor().unfinalized]
        assert world.cursor().finalized.number == 34
        assert numbers[0] == 35
        assert world.cursor().head.number == 40

    def test_that_only_meets_contradictions_fails(self, world: World) -> None:
        _, address = world.add_user()
        world.scan()
        world.pay(address)
        for provider in (world.first, world.second):
            provider.forges = Payment(address, FIVE)
            provider.get_receipts = dict.fromkeys  # type: ignore[method-assign,assignment]
        with pytest.raises(ChainContradiction, match="its receipt lacks"):
            world.scan()
        assert world.states() == {}


class TestRangeSize:
    def test_shrinks_until_the_provider_accepts_and_grows_again(self, world: World) -> None:
        owner_id, address = world.add_user()
        for _ in range(12):
            world.pay(address)
        world.first.transfers_max = world.second.transfers_max = 2
        world.scan()
        assert world.cursor().head.number == 12
        assert world.cursor().blocks_per_scan < world.rules.blocks_per_scan_max
        world.first.transfers_max = world.second.transfers_max = 1000
        world.mine(100)
        world.scan()
        assert world.balance(owner_id).available == 12 * FIVE
        assert world.cursor().blocks_per_scan == world.rules.blocks_per_scan_max

    def test_of_one_block_that_is_refused_is_an_outage(self, world: World) -> None:
        _, address = world.add_user()
        world.scan()
        world.mine_logs(*(Payment(address, FIVE) for _ in range(3)))
        world.first.transfers_max = world.second.transfers_max = 2
        with pytest.raises(ChainUnavailable, match="single block"):
            world.scan()
        assert world.states() == {}

    def test_shrinks_to_a_single_block_by_halves(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.scan()
        for _ in range(10):
            world.pay(address)
        world.first.transfers_max = world.second.transfers_max = 1
        step = world.scanner().step()
        assert (step.advanced, step.lag) == (True, 10)
        assert world.cursor().blocks_per_scan == world.rules.blocks_per_scan_max // 2
        while (head := world.cursor().head.number) == 0:
            world.scanner().step()
        step = world.scanner().step()
        assert world.cursor().head.number == head
        assert (step.advanced, step.lag) == (True, 10 - head)
        world.mine(9)
        world.scan()
        assert world.balance(owner_id).available == 10 * FIVE


class TestReorganization:
    def test_that_moves_a_deposit_credits_it_once(self, world: World) -> None:
        owner_id, address = world.add_user()
        paid = world.chain.transaction(Payment(STRANGER, 1), Payment(address, FIVE))
        world.chain.mine(paid)
        world.scan()
        world.chain.reorganise(1)
        world.mine(1)
        world.chain.mine(paid)
        world.scan()
        assert world.states() == {paid.hash: "seen"}
        world.mine()
        world.scan()
        assert world.balance(owner_id) == Balance(available=FIVE)
        assert world.database.published(DepositCredited) == 1

    def test_that_removes_a_deposit_orphans_it(self, world: World) -> None:
        owner_id, address = world.add_user()
        paid = world.pay(address)
        world.scan()
        world.chain.reorganise(1)
        world.mine(12)
        world.scan()
        assert (world.states(), world.balance(owner_id)) == ({paid: "orphaned"}, Balance())
        assert world.database.published(DepositOrphaned) == 1

    def test_that_returns_a_deposit_credits_it(self, world: World) -> None:
        owner_id, address = world.add_user()
        paid = world.chain.transaction(Payment(address, FIVE))
        world.chain.mine(paid)
        world.scan()
        world.chain.reorganise(1)
        world.mine(3)
        world.scan()
        assert world.states() == {paid.hash: "orphaned"}
        world.chain.mine(paid)
        world.mine()
        world.scan()
        assert world.balance(owner_id) == Balance(available=FIVE)

    def test_keeps_the_ranges_before_the_fork(self, world: World) -> None:
        world.mine(3)
        world.scan()
        world.mine(1)
        world.scan()
        before = world.cursor().unfinalized
        world.chain.reorganise(1)
        world.mine(2)
        step = world.scanner().step()
        assert (step.advanced, step.lag) == (True, 2)
        assert list(world.cursor().unfinalized) == list(before)[:-1]
        assert len(before) > 1

    @pytest.mark.parametrize("undone", [1, 2, 3, 4])
    def test_drops_the_ranges_that_it_undid_and_counts_their_blocks_as_unread(
        self, world: World, undone: int
    ) -> None:
        for _ in range(4):
            world.mine(1)
            world.scan()
        before = list(world.cursor().unfinalized)
        assert len(before) == 4
        world.chain.reorganise(undone)
        world.mine(undone)
        step = world.scanner().step()
        assert list(world.cursor().unfinalized) == before[: 4 - undone]
        assert (step.advanced, step.lag) == (True, undone)

    def test_of_a_finalized_block_stops_the_scan(self, world: World) -> None:
        world.mine(20)
        world.scan()
        cursor = world.cursor()
        world.first.other_hashes = world.second.other_hashes = True
        with pytest.raises(FinalityBroken, match="first, second"):
            world.scan()
        assert world.cursor() == cursor

    def test_by_one_provider_alone_changes_nothing(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.pay(address)
        world.scan()
        before = world.cursor().unfinalized
        world.first.other_hashes = True
        world.scanner().step()
        assert world.cursor().unfinalized == before
        world.first.other_hashes = False
        world.mine()
        world.scan()
        assert world.balance(owner_id).available == FIVE


class TestProvider:
    def test_that_is_down_is_replaced_and_recorded(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.first.down = True
        world.pay(address)
        world.mine()
        world.scan()
        assert world.balance(owner_id).available == FIVE
        assert {name for _, name in world.database.committed.failures} == {"first"}

    def test_outage_of_all_fails_and_skips_nothing(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.scan()
        world.first.down = world.second.down = True
        world.pay(address)
        world.mine(50)
        with pytest.raises(ChainUnavailable):
            world.scan()
        world.first.down = world.second.down = False
        world.scan()
        assert world.balance(owner_id).available == FIVE

    def test_that_is_behind_delays_and_loses_nothing(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.mine(3)
        world.scan()
        world.first.behind = 1
        world.pay(address)
        with suppress(ChainUnavailable):
            world.scan()
        world.mine()
        world.scan()
        world.first.behind = 0
        world.scan()
        assert world.balance(owner_id).available == FIVE

    def test_that_is_behind_the_cursor_is_recorded_and_not_used(self, world: World) -> None:
        world.mine(3)
        world.scan()
        world.first.behind = world.second.behind = 2
        with pytest.raises(ChainUnavailable, match="up to date"):
            world.scan()
        kinds = {failure.kind for failure, _ in world.database.committed.failures.values()}
        assert kinds == {"behind"}

    def test_that_has_stalled_does_not_hide_the_lag(self, world: World) -> None:
        world.chain.lag_final = 50
        world.mine()
        world.scan()
        world.mine(5)
        world.second.behind = 5
        with pytest.raises(ChainUnavailable, match="second has no block"):
            world.scan()
        assert world.database.committed.cursors[world.rules.network].latest == world.chain.latest

    @pytest.mark.parametrize("liar", ["first", "second"])
    def test_that_lists_nothing_hides_nothing(self, world: World, liar: str) -> None:
        owner_id, address = world.add_user()
        getattr(world, liar).lists_nothing = True
        for _ in range(6):
            world.pay(address)
            world.scan()
        world.mine()
        for _ in range(4):
            world.scan()
        assert world.balance(owner_id).available == 6 * FIVE

    @pytest.mark.parametrize("threshold", [0, 1_000_000_000])
    def test_that_forges_a_deposit_alone_credits_none(self, threshold: int) -> None:
        world = world_with(two_provider_threshold_micro_usdt=threshold)
        owner_id, address = world.add_user()
        world.mine(3)
        world.scan(world.second)
        world.first.forges = Payment(address, FIVE)
        for _ in range(3):
            world.mine()
            with suppress(ChainUnavailable):
                world.scan()
        assert "final" in world.states().values()
        assert world.balance(owner_id) == Balance()

    def test_that_omits_a_deposit_at_the_head_does_not_prevent_its_credit(
        self, world: World
    ) -> None:
        owner_id, address = world.add_user()
        paid = world.pay(address)
        omitting = OmittingProvider(world.chain, "omitting", omitted={paid})
        world.scan(omitting)
        assert world.states() == {}
        world.mine()
        world.scan(world.first, omitting)
        assert world.balance(owner_id).available == FIVE

    def test_that_omits_a_final_deposit_is_contradicted_by_another(self, world: World) -> None:
        owner_id, address = world.add_user()
        paid = world.pay(address)
        world.scan(world.first)
        world.mine()
        omitting = OmittingProvider(world.chain, "omitting", omitted={paid})
        with suppress(ChainUnavailable):
            world.scanner(omitting, world.first).step()
        assert world.states() == {paid: "seen"}
        assert world.database.published(DepositOrphaned) == 0
        world.scan(omitting, world.first, world.second)
        assert world.balance(owner_id).available == FIVE

    def test_alone_that_omits_a_final_deposit_contradicts_its_own_receipt(
        self, world: World
    ) -> None:
        _, address = world.add_user()
        paid = world.pay(address)
        world.scan(world.first)
        world.mine()
        with pytest.raises(ChainContradiction, match="has it in block"):
            world.scan(OmittingProvider(world.chain, "omitting", omitted={paid}))
        assert world.states() == {paid: "seen"}

    def test_that_is_behind_does_not_confirm_that_a_deposit_is_gone(self, world: World) -> None:
        _, address = world.add_user()
        paid = world.pay(address)
        world.scan(world.first)
        world.mine()
        leaving = LeavingProvider(world.chain, "leaving")
        behind = SimulatedProvider(world.chain, "behind", behind=world.chain.latest)
        omitting = OmittingProvider(world.chain, "omitting", omitted={paid})
        step = world.scanner(leaving, omitting, behind).step()
        assert str(step.rejected).startswith("No provider confirms")
        assert world.states() == {paid: "seen"}
        assert world.database.published(DepositOrphaned) == 0

    def test_that_confirms_that_a_final_block_lacks_a_deposit_orphans_it(
        self, world: World
    ) -> None:
        owner_id, address = world.add_user()
        world.first.forges = Payment(address, FIVE)
        world.mine(1)
        world.scan(world.first)
        assert set(world.states().values()) == {"seen"}
        world.first.forges = None
        world.mine()
        world.scan(world.second, world.first)
        assert set(world.states().values()) == {"orphaned"}
        assert world.balance(owner_id) == Balance()

    def test_that_calls_blocks_final_too_early_credits_nothing_alone(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.first.hastily_final = 6
        world.pay(address)
        world.scan()
        world.mine(1)
        world.scan()
        assert world.balance(owner_id) == Balance()

    def test_that_reports_head_and_range_does_not_decide_finality_alone(self, world: World) -> None:
        owner_id, address = world.add_user()
        paid = world.pay(address)
        world.scan(world.first)
        world.second.hastily_final = 10
        step = world.scanner(world.first, world.second).step(turn=1)
        assert str(step.rejected) == "Block 1 is final at second only."
        assert step.lag == 0
        assert {one.kind for one, _ in world.database.committed.failures.values()} == {
            FailureKind.CONTRADICTION
        }
        assert (world.states(), world.balance(owner_id)) == ({paid: "seen"}, Balance())
        world.first.down = True  # there is one provider left, and its word counts
        assert world.scanner(world.first, world.second).step(turn=1).settled == 1

    def test_that_is_behind_does_not_confirm_finality(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.pay(address)
        world.scan(world.first)
        world.mine()
        world.first.behind = world.chain.latest
        step = world.scanner(world.first, world.second).step(turn=1)
        assert step.rejected
        assert world.balance(owner_id) == Balance()
        world.first.behind = 0
        assert world.scanner(world.first, world.second).step(turn=1).settled == 1

    @pytest.mark.parametrize("fault", [{"hastily_final": -100}, {"other_hashes": True}])
    def test_that_has_another_or_no_final_block_does_not_confirm_finality(
        self, world: World, fault: dict[str, int]
    ) -> None:
        owner_id, address = world.add_user()
        world.pay(address)
        world.scan(world.first)
        world.mine()
        other = SimulatedProvider(world.chain, "first", **fault)  # type: ignore[arg-type]
        step = world.scanner(other, world.second).step(turn=1)
        assert str(step.rejected) == "Block 1 is final at second only."
        assert step.lag == world.chain.latest - 1
        assert world.balance(owner_id) == Balance()

    def test_confirms_finality_from_its_final_block_on(self, world: World) -> None:
        _, address = world.add_user()
        world.pay(address)
        world.scan(world.first)
        world.mine(world.chain.lag_final)
        assert world.chain.final == 1
        assert world.scanner(world.first, world.second).step(turn=1).settled == 1

    def test_is_enough_to_confirm_finality_beside_one_that_is_behind(self, world: World) -> None:
        _, address = world.add_user()
        world.pay(address)
        world.scan(world.first)
        world.mine()
        behind = HeadOnlyProvider(world.chain, "behind", behind=world.chain.latest)
        assert world.scanner(world.first, world.second, behind).step(turn=1).settled == 1

    def test_that_read_a_range_first_is_asked_last_to_finalize_it(self, world: World) -> None:
        _, address = world.add_user()
        world.pay(address)
        world.scan(world.first)
        (read,) = world.cursor().unfinalized
        assert read.reader == "first"
        world.mine()
        world.first.calls.clear()
        world.scanner().step()
        assert "get_transfers" not in world.first.calls


class TestConfirmation:
    def test_of_a_large_deposit_by_a_second_provider_credits_it(self, world: World) -> None:
        owner_id, address = world.add_user()
        large = world.rules.two_provider_threshold_micro_usdt + 1
        paid = world.pay(address, large)
        world.mine()
        assert world.scan(world.first).settled == 0
        assert world.states() == {paid: "final"}
        assert world.scan().settled == 1
        assert world.balance(owner_id) == Balance(available=large)

    @pytest.mark.parametrize(
        "fault",
        [{"down": True}, {"behind": 15}, {"other_hashes": True}, {"hastily_final": -100}],
    )
    def test_needs_a_provider_that_has_the_same_final_block(
        self, world: World, fault: dict[str, int]
    ) -> None:
        owner_id, address = world.add_user()
        world.pay(address, world.rules.two_provider_threshold_micro_usdt + 1)
        world.mine(12)
        world.scan(world.first)
        other = SimulatedProvider(world.chain, "other", **fault)  # type: ignore[arg-type]
        assert world.scanner(world.first, other).confirm() == 0
        assert world.balance(owner_id) == Balance()

    def test_by_the_provider_that_reported_it_does_not_count(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.pay(address, world.rules.two_provider_threshold_micro_usdt + 1)
        world.mine()
        world.scan(world.first)
        assert world.scanner(world.first).confirm() == 0
        assert world.balance(owner_id) == Balance()


class TestConcurrency:
    def test_of_two_scanners_with_the_same_step_one_commits(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.mine(3)
        world.scan()
        world.pay(address)
        world.mine()
        slow = SlowProvider(world.chain, "slow", meanwhile=world.scan)
        with pytest.raises(ConcurrentUpdate):
            world.scanner(slow).step()
        assert world.balance(owner_id) == Balance(available=FIVE)

    def test_of_two_first_scans_one_commits(self, world: World) -> None:
        def start_first() -> None:
            if not world.database.committed.cursors:
                world.scan()

        world.mine()
        slow = SlowProvider(world.chain, "slow", before_head=start_first)
        with pytest.raises(ConcurrentUpdate):
            world.scanner(slow).step()
        assert world.cursor().head.number == world.chain.latest

    def test_a_deposit_that_is_claimed_while_it_is_missing_is_kept(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.scan(world.first)
        paid = world.pay(address)
        world.pay(address)
        world.claim(owner_id, paid, world.first)

        def claim_again() -> None:
            if world.states()[paid] == "seen":
                world.mine()
                world.claim(owner_id, paid, world.first)

        omitting = OmittingProvider(
            world.chain, "omitting", omitted={paid}, before_receipts=claim_again
        )
        world.scanner(omitting).step()
        assert world.states()[paid] == "credited"
        assert world.database.published(DepositOrphaned) == 0


class TestToken:
    def test_must_be_the_configured_one_at_every_provider(self, world: World) -> None:
        world.scanner().check_token()
        world.second.says = Token("USDT", 18)
        with pytest.raises(TokenMismatch, match="18 decimals"):
            world.scanner().check_token()
        world.second.says = Token("USDC", 6)
        with pytest.raises(TokenMismatch, match="USDC"):
            world.scanner().check_token()

    def test_is_not_checked_by_a_provider_that_is_down(self, world: World) -> None:
        world.second.down = True
        world.scanner().check_token()
        world.first.down = True
        with pytest.raises(ChainUnavailable):
            world.scanner().check_token()


class TestCost:
    @pytest.mark.parametrize("users", [0, 20])
    def test_is_two_requests_per_step_for_any_number_of_wallets(
        self, world: World, users: int
    ) -> None:
        for number in range(users):
            world.add_user(number + 1)
        world.mine(4)
        world.scan()
        world.mine(2)
        world.first.calls.clear()
        world.second.calls.clear()
        world.scanner().step()
        assert sorted(world.first.calls + world.second.calls) == ["get_head", "get_transfers"]


class TestCounts:
    def test_of_requests_and_blocks_are_by_network(self, world: World) -> None:
        world.mine(5)
        counted()
        world.scan()
        network = world.rules.network
        found = counted()
        assert found[f"mara_chain_rpc_calls|{network}|answered"] > 1
        assert found[f"mara_chain_blocks_read|{network}"] >= 5

    def test_of_a_provider_that_fails_are_errors(self, world: World) -> None:
        world.mine(5)
        with pytest.raises(ChainUnavailable):
            world.scan(HeadOnlyProvider(world.chain, "head-only"))
        assert counted()[f"mara_chain_rpc_calls|{world.rules.network}|unavailable"] > 0
