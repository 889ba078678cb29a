"""When a webhook is sent which update: the rules, on a clock that is moved."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.simulators.telegram.updates import DAY_S, PendingUpdate, UpdateQueue
from infra.local.simulators.telegram.webhooks import GONE_FOR_S, Outcome, Settings, Webhook
from tests.support.telegram import NOON

DOWN, GONE = Outcome(503), Outcome(410)


class Receiver:
    """A webhook with its queue; answers what the test says."""

    def __init__(self, connections: int = 40) -> None:
        self.now = NOON
        self.queue = UpdateQueue(random.Random(1))
        settings = Settings("http://127.0.0.1/hook", None, connections)
        self.webhook = Webhook(settings, random.Random(1))

    def push(self, lane: int, count: int = 1) -> None:
        for _ in range(count):
            self.queue.push("message", {"lane": lane}, lane=lane, now=self.now)

    def take(self) -> list[PendingUpdate]:
        return self.webhook.take(self.queue, self.now)

    def settle(self, update: PendingUpdate, outcome: Outcome) -> bool:
        return self.webhook.settle(self.queue, update, outcome, self.now)

    def delay_after(self, outcome: Outcome) -> float:
        """Fail the one update that is due; seconds until it is due again."""
        (update,) = self.take()
        self.settle(update, outcome)
        due = self.webhook.next_at(self.queue, self.now)
        assert due is not None
        delay, self.now = due - self.now, due
        return delay


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


class TestLanes:
    def test_hold_the_next_update_back(self, receiver: Receiver) -> None:
        receiver.push(1, 2)
        receiver.push(2)
        first, other = receiver.take()
        assert (first.lane, other.lane) == (1, 2)
        assert receiver.take() == []
        receiver.settle(first, Outcome(200))
        (second,) = receiver.take()
        assert second.id == first.id + 1

    def test_stand_still_while_their_first_update_fails(self, receiver: Receiver) -> None:
        receiver.push(1, 2)
        (first,) = receiver.take()
        receiver.settle(first, DOWN)
        assert receiver.take() == [first]
        receiver.settle(first, DOWN)
        assert receiver.take() == []
        receiver.push(2)
        assert [one.lane for one in receiver.take()] == [2]

    def test_share_the_connections(self) -> None:
        receiver = Receiver(connections=2)
        for lane in range(3):
            receiver.push(lane)
        taken = receiver.take()
        assert len(taken) == 2
        assert receiver.take() == []
        receiver.settle(taken[0], Outcome(204))
        assert len(receiver.take()) == 1


class TestAttempts:
    def test_come_at_once_and_then_ever_later(self, receiver: Receiver) -> None:
        receiver.push(1)
        delays = [receiver.delay_after(DOWN) for _ in range(12)]
        assert delays[:6] == [0, 2, 4, 8, 16, 32]
        assert all(60 <= delay <= 120 for delay in delays[6:])
        assert len(set(delays[7:])) > 1

    def test_obey_retry_after_up_to_an_hour(self, receiver: Receiver) -> None:
        receiver.push(1)
        assert receiver.delay_after(Outcome(503, 90)) == 90
        assert receiver.delay_after(Outcome(503, 10_000)) == 3600
        assert receiver.delay_after(DOWN) == 2

    def test_follow_a_broken_connection(self, receiver: Receiver) -> None:
        receiver.push(1)
        assert receiver.delay_after(Outcome(None)) == 0
        assert receiver.webhook.last_error == "Webhook connection closed"

    def test_end_after_a_day(self, receiver: Receiver) -> None:
        receiver.push(1)
        start = receiver.now
        while receiver.queue.waiting:
            (update,) = receiver.take()
            receiver.settle(update, DOWN)
            receiver.now = receiver.webhook.next_at(receiver.queue, receiver.now) or receiver.now
        assert DAY_S - 120 <= receiver.now - start <= DAY_S
        assert len(receiver.webhook.attempts) > DAY_S / 120

    def test_that_last_longer_than_the_day_still_count(self, receiver: Receiver) -> None:
        receiver.push(1, 2)
        (update,) = receiver.take()
        receiver.now += DAY_S + 1
        assert receiver.queue.pending(receiver.now) == [update]
        receiver.settle(update, Outcome(200))
        assert receiver.queue.waiting == []

    @pytest.mark.parametrize("status", [199, 301, 403, 404, 429, 500])
    def test_follow_every_other_status(self, receiver: Receiver, status: int) -> None:
        receiver.push(1)
        assert receiver.delay_after(Outcome(status)) == 0
        assert str(status) in (receiver.webhook.last_error or "")


class TestAnyHistory:
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["push", "take", "settle", "wait"]),
                st.integers(0, 5),
                st.sampled_from([200, 204, 301, 410, 503, None]),
            ),
            max_size=80,
        )
    )
    def test_keeps_the_order_of_lanes_and_the_limit_of_connections(
        self, steps: list[tuple[str, int, int | None]]
    ) -> None:
        receiver, under_way = Receiver(connections=3), list[PendingUpdate]()
        accepted: dict[int, list[int]] = {}
        for step, number, status in steps:
            match step:
                case "push":
                    receiver.push(number % 4, number)
                case "take":
                    under_way += receiver.take()
                case "settle" if under_way:
                    update = under_way.pop(number % len(under_way))
                    outcome = Outcome(status, number)
                    receiver.settle(update, outcome)
                    if outcome.accepted:
                        accepted.setdefault(update.lane, []).append(update.id)
                case _:
                    receiver.now += 10**number
            assert len({one.lane for one in under_way}) == len(under_way) <= 3
        assert all(ids == sorted(set(ids)) for ids in accepted.values())


class TestGone:
    def test_for_23_hours_drops_the_webhook(self, receiver: Receiver) -> None:
        receiver.push(1)
        (update,) = receiver.take()
        assert receiver.settle(update, GONE)
        start = receiver.now
        while True:
            receiver.now = receiver.webhook.next_at(receiver.queue, receiver.now) or receiver.now
            (update,) = receiver.take()
            if not receiver.settle(update, GONE):
                break
        assert GONE_FOR_S < receiver.now - start <= GONE_FOR_S + 120

    @pytest.mark.parametrize("between", [Outcome(200), DOWN])
    def test_starts_again_after_another_answer(self, receiver: Receiver, between: Outcome) -> None:
        receiver.push(1, 2)
        (update,) = receiver.take()
        receiver.settle(update, GONE)
        (update,) = receiver.take()
        receiver.settle(update, between)
        receiver.now += GONE_FOR_S + 1
        (update,) = receiver.take()
        assert receiver.settle(update, GONE)
