"""Any order of blocks, reorganizations, faults and crashes ends with the chain's final truth."""

from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from mara.wallets.errors import ChainUnavailable, ConcurrentUpdate
from tests.support.chains import Payment, SimulatedProvider, Transaction
from tests.support.killing import Killed
from tests.support.world import STRANGER, World, world_with

USERS = 3
PAYMENTS = st.tuples(st.integers(0, USERS), st.integers(0, 1000), st.booleans())
TRANSACTIONS = st.tuples(st.lists(PAYMENTS, max_size=3), st.booleans())
FAULTS = st.fixed_dictionaries(
    {},
    optional={
        "down": st.booleans(),
        "behind": st.integers(0, 9),
        "lists_nothing": st.booleans(),
        "hastily_final": st.sampled_from([-3, 4]),
        "other_hashes": st.booleans(),
        "forges": st.builds(Payment, st.just(b"\x01" * 20), st.integers(1, 1000)),
        "transfers_max": st.integers(1, 5),
    },
)
HONEST_FAULTS = st.fixed_dictionaries({}, optional={"behind": st.integers(0, 2)})


@dataclass(frozen=True)
class Event:
    """What happens before a scan: blocks, a reorganization, faults, and perhaps a crash."""

    blocks: list[list[tuple[list[tuple[int, int, bool]], bool]]]
    reorganized: int
    mined_again: bool
    honest: dict[str, int]
    liar: dict[str, object]
    killed_at: int | None


EVENTS = st.builds(
    Event,
    blocks=st.lists(st.lists(TRANSACTIONS, max_size=2), max_size=5),
    reorganized=st.integers(0, 5),
    mined_again=st.booleans(),
    honest=HONEST_FAULTS,
    liar=FAULTS,
    killed_at=st.none() | st.integers(1, 60),
)


def set_faults(provider: SimulatedProvider, faults: dict[str, object]) -> None:
    calm = SimulatedProvider(provider.chain)
    for name in vars(calm).keys() - {"chain", "provider", "calls"}:
        setattr(provider, name, faults.get(name, getattr(calm, name)))


def happen(world: World, event: Event) -> None:
    addresses = [bytes([number]) * 20 for number in range(1, USERS + 1)] + [STRANGER]
    undone: list[Transaction] = world.chain.reorganise(event.reorganized)
    if event.mined_again and undone:
        world.chain.mine(*undone)
    for block in event.blocks:
        made = [
            world.chain.transaction(
                *(Payment(addresses[to], amount, ours=ours) for to, amount, ours in payments),
                succeeded=succeeded,
            )
            for payments, succeeded in block
        ]
        world.chain.mine(*made)
    set_faults(world.first, dict(event.honest))
    set_faults(world.second, event.liar)


def scan(world: World, killed_at: int | None) -> None:
    world.killer.after, world.killer.touched = killed_at, 0
    with suppress(ChainUnavailable, ConcurrentUpdate, Killed):
        world.scan()


@settings(max_examples=60)
@given(st.lists(EVENTS, min_size=1, max_size=8))
def test_deposits_end_as_the_final_chain_says(events: list[Event]) -> None:
    world = world_with(two_provider_threshold_micro_usdt=0, minimum_micro_usdt=1)
    owners = {address: id_ for id_, address in (world.add_user(n + 1) for n in range(USERS))}
    for event in events:
        happen(world, event)
        scan(world, event.killed_at)
        for deposit in world.database.committed.deposits.values():
            is_final = deposit.block.number <= world.chain.final
            assert deposit.state != "credited" or is_final, "credited before it was final"
    set_faults(world.first, {})
    set_faults(world.second, {})
    world.mine(world.chain.lag_final + 1)
    for _ in range(4):
        scan(world, None)
    truth = world.chain.deposits(owners)
    credited = {
        (deposit.key.transaction, deposit.key.position): (
            deposit.recipient,
            deposit.amount_micro_usdt,
        )
        for deposit in world.database.committed.deposits.values()
        if deposit.state == "credited"
    }
    assert credited == truth
    for address, owner_id in owners.items():
        expected = sum(amount for to, amount in truth.values() if to == address)
        assert world.balance(owner_id).available == expected
