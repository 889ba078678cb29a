"""A provider that cannot confirm a deposit does not keep the next one from doing so."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest

from mara.ledger.model import Balance
from mara.wallets.model import Receipt
from tests.support.chains import SimulatedProvider
from tests.support.world import World


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
