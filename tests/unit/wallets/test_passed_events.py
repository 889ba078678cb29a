"""Events that cannot be read: scans and rescans record them, count them and go on."""

from collections.abc import Collection, Mapping
from uuid import UUID

import pytest

from mara.ledger.model import Balance
from mara.wallets.model import EventPart, Network, UnreadableEvent
from mara.wallets.service.scan_job import ScanJob
from tests.support.fakes.wallets import FakeDeposits
from tests.support.world import FIVE, STRANGER, World

ARBITRUM = Network.ARBITRUM


@pytest.fixture
def world() -> World:
    return World()


def passed(content: str, block: int = 2, **known: object) -> UnreadableEvent:
    return UnreadableEvent(EventPart.AMOUNT, content, block, **known)  # type: ignore[arg-type]


def lists(world: World, *events: UnreadableEvent) -> None:
    """Both providers list these events in their blocks."""
    for provider in (world.first, world.second):
        provider.unreadable.extend(events)


def recorded(world: World) -> list[str]:
    return [event.content for event, _ in world.database.committed.unreadable.values()]


class TestScan:
    def test_records_an_event_once_and_credits_its_neighbours(self, world: World) -> None:
        owner_id, address = world.add_user()
        world.pay(address)
        lists(world, passed("an absurd amount", block=1))
        world.mine(10)
        done = world.scan()
        # Each block is read twice: at the head, and when it is final.
        assert (done.settled, done.unreadable) == (1, 2)
        assert recorded(world) == ["an absurd amount"]
        assert world.balance(owner_id) == Balance(available=FIVE)

    def test_adds_up_the_events_of_its_steps(self, world: World) -> None:
        lists(world, *(passed(f"event {block}", block) for block in (1, 9, 10)))
        world.mine(30)
        assert world.scan().unreadable == 6
        assert world.scan().unreadable == 0
        assert len(recorded(world)) == 3

    def test_of_readable_events_records_none(self, world: World) -> None:
        world.mine(10)
        assert world.scan().unreadable == 0
        assert recorded(world) == []

    def test_passes_silently_over_events_of_other_tokens_to_strangers(self, world: World) -> None:
        _, address = world.add_user()
        lists(
            world,
            passed("of the token"),
            passed("of the token to a stranger", recipient=STRANGER),
            passed("of another token to a user", recipient=address, is_of_token=False),
            passed("of another token to a stranger", recipient=STRANGER, is_of_token=False),
            passed("of another token to somewhere", is_of_token=False),
        )
        world.mine(10)
        world.scan()
        assert sorted(recorded(world)) == [
            "of another token to a user",
            "of another token to somewhere",
            "of the token",
            "of the token to a stranger",
        ]

    def test_looks_up_owners_for_events_of_other_tokens_only(self, world: World) -> None:
        asked: list[Collection[bytes]] = []

        class Asked(FakeDeposits):
            def find_owners(
                self, network: Network, recipients: Collection[bytes]
            ) -> Mapping[bytes, UUID]:
                asked.append(recipients)
                return super().find_owners(network, recipients)

        world.deposits = Asked(world.database)
        lists(
            world,
            passed("of the token", recipient=b"\x01" * 20),
            passed("of another token", recipient=STRANGER, is_of_token=False),
            passed("of another token to somewhere", is_of_token=False),
        )
        world.mine(10)
        world.scan()
        assert {recipient for recipients in asked for recipient in recipients} == {STRANGER}


class TestRescan:
    def test_records_the_events_of_its_range(self, world: World) -> None:
        world.mine(20)
        world.scan()
        lists(world, passed("in the range", block=3), passed("outside of it", block=5))
        assert world.rescan(1, 4) == 0
        assert recorded(world) == ["in the range"]

    def test_without_events_records_none(self, world: World) -> None:
        world.mine(20)
        world.scan()
        world.rescan(1, 4)
        assert recorded(world) == []


class TestJobAndMetrics:
    def test_name_the_number_of_events(self, world: World) -> None:
        lists(world, passed("an event"))
        world.mine(20)
        job = ScanJob(lambda _: world.scanner(), world.monitoring(), lambda *_: None)
        summary = job.run(ARBITRUM, world.clock())
        assert summary == {"advanced": True, "lag": 0, "settled": 0, "unreadable": 2}
        assert world.metrics.unreadable == {ARBITRUM: 1}

    def test_are_zero_for_a_network_that_is_off(self, world: World) -> None:
        world.monitoring(Network.TRON).record_metrics(ARBITRUM, world.clock())
        assert world.metrics.unreadable == {ARBITRUM: 0}
