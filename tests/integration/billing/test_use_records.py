"""What is kept of use for figures: what settlements counted, and how much was refused."""

from datetime import timedelta
from uuid import UUID

import pytest

from mara.billing.errors import NotInPlan, UsageLimitReached
from mara.billing.model.meters import Feature
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import InsufficientFunds
from tests.support.metering import (
    ANSWERS,
    TOKENS,
    MeteringWorld,
    fake_metering,
    limited,
    postgres_metering,
)


@pytest.fixture(params=["fake", "postgres"])
def world(request: pytest.FixtureRequest) -> MeteringWorld:
    if request.param == "fake":
        return fake_metering()
    request.getfixturevalue("database")
    return postgres_metering()


@pytest.fixture
def owner(world: MeteringWorld) -> UUID:
    return world.subscriber(limited(), overage_limit=1000, left=500)


def next_refusal(world: MeteringWorld, owner: UUID) -> int:
    """Which of the day the next refusal would be; it is counted too."""
    with world.unit_of_work(owner):
        return world.reservations.count_refusal(owner, world.at)


class TestReservations:
    def test_keep_what_was_counted_of_what_was_used(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.reserve(owner, "a", answers=1, generated_tokens=400)
        world.settle(owner, "a", answers=1, generated_tokens=900)
        with world.unit_of_work(owner):
            stored = world.reservations.find(owner, "a")
        assert stored is not None
        assert stored.used == {ANSWERS: 1, TOKENS: 400}

    def test_keep_it_if_they_are_settled_late(self, world: MeteringWorld, owner: UUID) -> None:
        world.reserve(owner, "a", answers=1)
        world.at += timedelta(hours=2)
        world.expire()
        world.settle(owner, "a", answers=1)
        with world.unit_of_work(owner):
            stored = world.reservations.find(owner, "a")
        assert stored is not None
        assert stored.used == {ANSWERS: 1}

    def test_that_were_released_keep_nothing(self, world: MeteringWorld, owner: UUID) -> None:
        world.reserve(owner, "a", answers=1)
        world.metering.release(owner, "a")
        with world.unit_of_work(SYSTEM):
            stored = world.reservations.find(owner, "a")
        assert stored is not None
        assert stored.used == {}


class TestRefusals:
    def test_are_counted_whatever_refused(self, world: MeteringWorld, owner: UUID) -> None:
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "limit", answers=100)
        with pytest.raises(InsufficientFunds):
            world.reserve(owner, "funds", answers=16)
        with pytest.raises(NotInPlan):
            world.reserve(owner, "feature", feature=Feature.WEBHOOKS, answers=1)
        assert next_refusal(world, owner) == 4

    def test_are_counted_by_day_and_user(self, world: MeteringWorld, owner: UUID) -> None:
        assert [next_refusal(world, owner) for _ in range(2)] == [1, 2]
        world.at += timedelta(days=1)
        assert next_refusal(world, owner) == 1
        assert next_refusal(world, world.subscriber(limited())) == 1

    def test_do_not_count_what_is_granted(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=1)
        assert next_refusal(world, owner) == 1
