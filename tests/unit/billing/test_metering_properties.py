"""Metering under random histories, on the repositories in memory."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from mara.billing.errors import ReservationEnded, ReservationNotFound, UsageLimitReached
from mara.billing.model.counter import Counter
from mara.billing.model.reservation import Reservation, ReservationState
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import InsufficientFunds
from mara.ledger.model import PlatformAccount
from tests.support.billing import NOW, allowances
from tests.support.metering import ANSWERS, MeteringWorld, fake_metering, limited

if TYPE_CHECKING:
    from uuid import UUID

    from mara.billing.model.meters import Meter

LIMIT = 700
"""Of overage, in micro-USDT: 7 answers."""
KEYS = 8
ENDINGS = ["settle", "release", "expire", "expire holds"]
STEPS = st.tuples(
    st.sampled_from(["reserve", "reserve", "reserve", *ENDINGS, "wait", "change", "invoice"]),
    st.integers(0, KEYS - 1),
    st.integers(0, 6),
    st.integers(0, 900),
)
REFUSALS = (UsageLimitReached, InsufficientFunds, ReservationEnded, ReservationNotFound)
Step = tuple[str, int, int, int]


class History:
    """One user with a subscription, much or little money, and many reservations."""

    def __init__(self, available: int = 400) -> None:
        self.world: MeteringWorld = fake_metering()
        self.owner: UUID = self.world.subscriber(limited(), overage_limit=LIMIT, left=available)
        self.revenue_before = self.revenue
        self.most_included: dict[Meter, int] = {}
        self.holds_expired_at = NOW

    @property
    def revenue(self) -> int:
        with self.world.unit_of_work(SYSTEM):
            return self.world.repository.audit().platform[PlatformAccount.REVENUE]

    @property
    def counters(self) -> list[Counter]:
        return list(self.world.stored(self.owner).values())

    @property
    def open_reservations(self) -> list[Reservation]:
        with self.world.unit_of_work(SYSTEM):
            found = [self.world.reservations.find(self.owner, str(n)) for n in range(KEYS)]
        return [one for one in found if one and one.state is ReservationState.OPEN]

    def run(self, step: Step) -> None:
        kind, key, answers, tokens = step
        world, owner = self.world, self.owner
        with suppress(*REFUSALS):
            match kind:
                case "reserve":
                    world.reserve(owner, str(key), answers=answers, generated_tokens=tokens)
                case "settle":
                    world.settle(owner, str(key), answers=answers, generated_tokens=tokens)
                case "release":
                    world.metering.release(owner, str(key))
                case "expire":
                    world.expire()
                case "expire holds":
                    world.expire_holds()
                    self.holds_expired_at = world.at
                case "wait":
                    world.at += timedelta(minutes=10 * key)
                case "change":
                    self._change(answers * 3)
                case "invoice":
                    world.close_usage_periods()
        for counter in self.counters:
            most = max(self.most_included.get(counter.meter, 0), counter.included or 0)
            self.most_included[counter.meter] = most

    def _change(self, answers: int) -> None:
        limits = allowances(answers=answers, generated_tokens=1000)
        before = self.world.subscription_of(self.owner)
        after = replace(before, version=limited(f"metered-{answers}", allowances=limits))
        with self.world.unit_of_work(SYSTEM):
            self.world.usage.change_plan(before, after, self.world.at)
        self.world.store(self.owner, after)

    def check(self) -> None:
        reservations, counters = self.open_reservations, self.counters
        items = [item for one in reservations for item in one.items]
        for counter in counters:
            own = [item for item in items if item.counter_id == counter.id]
            assert counter.reserved == sum(item.allowance for item in own)
            assert counter.overage_reserved == sum(item.overage for item in own)
            assert counter.held == sum(item.cost for item in own)
            if counter.included is not None:
                taken = counter.used + counter.reserved
                assert taken <= self.most_included[counter.meter]
        holds = [one.hold for one in reservations if one.hold]
        still_held = [one.amount for one in holds if one.expires_at > self.holds_expired_at]
        assert self.world.balance(self.owner).reserved == sum(still_held)
        charged = sum(counter.charged for counter in counters)
        assert charged + sum(counter.held for counter in counters) <= LIMIT
        assert self.revenue - self.revenue_before == charged


@settings(max_examples=200)
@given(st.lists(STEPS, max_size=40), st.sampled_from([400, 5000]))
def test_no_limit_is_exceeded_and_the_ledger_agrees(steps: list[Step], available: int) -> None:
    """Fails if ``decide`` forgets what is reserved, or an end forgets a hold."""
    history = History(available)
    for step in steps:
        history.run(step)
        history.check()
    history.world.at += timedelta(hours=3)
    history.world.expire()
    history.check()
    assert history.open_reservations == []
    assert history.world.balance(history.owner).reserved == 0


@settings(max_examples=80)
@given(st.lists(STEPS.filter(lambda step: step[0] not in {"wait", "change"}), max_size=25))
def test_repeating_every_call_changes_nothing(steps: list[Step]) -> None:
    once, twice = History(), History()
    for step in steps:
        once.run(step)
        twice.run(step)
        twice.run(step)
        assert [_figures(one) for one in once.counters] == [_figures(one) for one in twice.counters]
        assert once.world.balance(once.owner) == twice.world.balance(twice.owner)


@settings(max_examples=60)
@given(st.permutations([*ENDINGS, *ENDINGS, "wait"]), st.integers(0, 6))
def test_a_reservation_ends_once_whatever_ends_it_in_whatever_order(
    endings: list[str], used: int
) -> None:
    history = History()
    history.run(("reserve", 0, 5, 0))
    history.run(("reserve", 1, 5, 0))
    history.run(("settle", 1, 5, 0))
    history.run(("reserve", 2, 6, 0))
    for ending in endings:
        history.run((ending, 9 if ending == "wait" else 2, used, 0))
        history.check()
    counter = history.world.stored(history.owner)[ANSWERS]
    assert 5 <= counter.used + counter.overage <= 5 + max(used, 5)


def _figures(counter: Counter) -> tuple[object, ...]:
    return (
        *(counter.meter, counter.included, counter.used, counter.reserved, counter.overage),
        *(counter.overage_reserved, counter.charged, counter.held, counter.notified),
    )
