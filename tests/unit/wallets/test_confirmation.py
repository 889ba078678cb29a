"""Confirmation of large deposits: by the next provider that can, or by the only one."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mara.ledger.model import Balance
from mara.wallets.model import Receipt
from tests.support.chains import SimulatedProvider
from tests.support.world import FIVE, World, world_with


class WithoutTheLog(SimulatedProvider):
    """Its receipts have no transfer at any position."""

    def get_receipts(self, transactions: Collection[str]) -> Mapping[str, Receipt | None]:
        found = super().get_receipts(transactions)
        return {
            name: replace(receipt, transfers={}) if receipt else None
            for name, receipt in found.items()
        }


def unable(world: World, kind: type[SimulatedProvider], **fault: Any) -> SimulatedProvider:
    return kind(world.chain, "unable", **fault)


def test_a_provider_confirms_from_its_final_block_on() -> None:
    world = World()
    owner_id, address = world.add_user()
    large = world.rules.two_provider_threshold_micro_usdt + 1
    world.pay(address, large)
    world.mine(world.chain.lag_final)
    world.scan(world.first)
    assert world.chain.final == 1
    assert world.scanner(world.first, world.second).confirm() == 1
    assert world.balance(owner_id) == Balance(available=large)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (SimulatedProvider, {"behind": 15}),
        (SimulatedProvider, {"other_hashes": True}),
        (SimulatedProvider, {"hastily_final": -100}),
        (WithoutTheLog, {}),
    ],
    ids=["does not have it", "has another block", "is not final there", "has no such log"],
)
def test_the_next_provider_is_asked(kind: type[SimulatedProvider], fault: dict[str, Any]) -> None:
    world = World()
    owner_id, address = world.add_user()
    large = world.rules.two_provider_threshold_micro_usdt + 1
    world.pay(address, large)
    world.mine(12)
    world.scan(world.first)
    other = unable(world, kind, **fault)
    assert world.scanner(world.first, other).confirm() == 0
    assert world.scanner(world.first, other, world.second).confirm() == 1
    assert world.balance(owner_id) == Balance(available=large)


class TestOneProvider:
    """Nothing could ever confirm its reports, so that they count (decision 0027)."""

    @pytest.fixture
    def world(self) -> World:
        return world_with(providers=1)

    def test_is_enough_for_any_amount(self, world: World) -> None:
        owner_id, address = world.add_user()
        large = world.rules.two_provider_threshold_micro_usdt + 1
        world.pay(address, large)
        world.mine()
        assert world.scan(world.first).settled == 1
        assert world.balance(owner_id) == Balance(available=large)

    def test_settles_what_waited_for_one_that_is_gone(self) -> None:
        before = World()
        owner_id, address = before.add_user()
        large = before.rules.two_provider_threshold_micro_usdt + 1
        before.pay(address, large)
        before.mine()
        assert before.scan(before.first).settled == 0
        after = world_with(providers=1)
        after.database, after.chain = before.database, before.chain
        after.__post_init__()
        assert after.scan(after.first).settled == 1
        assert after.balance(owner_id) == Balance(available=large)

    def test_is_asked_again_and_must_still_report_it(self) -> None:
        before = World()
        _, address = before.add_user()
        paid = before.pay(address, before.rules.two_provider_threshold_micro_usdt + 1)
        before.mine()
        before.scan(before.first)
        after = world_with(providers=1)
        after.database, after.chain = before.database, before.chain
        after.__post_init__()
        assert after.scanner(WithoutTheLog(after.chain, "first")).confirm() == 0
        assert after.states() == {paid: "final"}


class TestAHugeAmount:
    """A balance must always have room for the next ordinary deposit."""

    def test_that_does_not_fit_waits_and_stops_nothing(self) -> None:
        world = world_with(providers=1)
        owner_id, address = world.add_user()
        huge = [world.pay(address, 2**61) for _ in range(3)]
        small = world.pay(address)
        world.mine()
        assert world.scan(world.first).settled == 2
        states = world.states()
        assert [states[paid] for paid in huge] == ["credited", "final", "final"]
        assert states[small] == "credited"
        assert world.balance(owner_id).available == 2**61 + FIVE
