"""The worker of a lane: each update once, in order, whatever ends it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.kernel.ids import new_id
from mara.search.errors import SearchUnavailable
from mara.telegram.errors import LaneWaits
from mara.telegram.messages import LaneHasWork
from mara.telegram.model.update import ClaimedUpdate, UpdateState
from tests.support.bot_messages import raw_message
from tests.support.bots import NOON
from tests.support.chat_world import ChatWorld
from tests.support.fakes.updates import FakeUpdates

MINUTE = timedelta(minutes=1)


class Died(BaseException):
    """A worker that is killed runs nothing more."""


@pytest.fixture
def world() -> ChatWorld:
    made = ChatWorld()
    made.link()
    return made


def unavailable(_: str) -> None:
    raise SearchUnavailable("Try again.")


class TestWork:
    def test_handles_what_waits_in_order(self, world: ChatWorld) -> None:
        for update_id, text in ((7, "One"), (3, "Two"), (5, "Three")):
            world.claim(raw_message(text, update_id), update_id)
        world.service.work(world.lane())
        assert world.agent.asked == ["One", "Two", "Three"]
        assert world.texts() == ["Answer: One", "Answer: Two", "Answer: Three"]
        assert world.stored(7).state is UpdateState.HANDLED

    def test_handles_an_update_once_for_any_number_of_doorbells(self, world: ChatWorld) -> None:
        world.say("One")
        for _ in range(3):
            world.service.work(world.lane())
        assert world.texts() == ["Answer: One"]

    def test_leaves_a_lane_that_another_worker_has(self, world: ChatWorld) -> None:
        world.claim(raw_message("One"))
        updates, lane = FakeUpdates(world.database), world.lane()
        with world.database.unit_of_work():
            updates.lease(lane, new_id(), now=world.clock, until=world.clock + MINUTE)
        world.service.work(lane)
        assert world.agent.asked == []
        world.clock += MINUTE
        world.service.work(lane)
        assert world.agent.asked == ["One"]

    def test_has_nothing_to_do_in_an_unknown_lane(self, world: ChatWorld) -> None:
        world.service.work(world.lane("chat:404"))
        assert world.database.published(LaneHasWork) == 0

    def test_rings_for_what_its_time_does_not_allow(self, world: ChatWorld) -> None:
        for update_id in range(1, 5):
            world.claim(raw_message(f"{update_id}", update_id), update_id)
        world.agent.after = lambda _: world.wait(11)
        world.service.work(world.lane())
        assert world.agent.asked == ["1", "2"]
        assert world.database.published(LaneHasWork) == 1
        world.service.work(world.lane())
        assert world.agent.asked == ["1", "2", "3", "4"]

    def test_ends_when_its_20_seconds_are_over_to_the_second(self, world: ChatWorld) -> None:
        for update_id in (1, 2):
            world.claim(raw_message(f"{update_id}", update_id), update_id)
        world.agent.after = lambda _: world.wait(20)
        world.service.work(world.lane())
        assert world.agent.asked == ["1"]
        assert world.database.published(LaneHasWork) == 1

    def test_has_its_lane_for_30_seconds_from_each_update_on(self, world: ChatWorld) -> None:
        leased: list[timedelta] = []

        class Handler:
            def handle(self, update: ClaimedUpdate, _: UUID) -> bool:
                _, until = world.database.committed.bot_lanes[world.lane()]
                leased.append(until - world.clock)
                with world.database.unit_of_work():
                    FakeUpdates(world.database).handled(update)
                world.wait(4)
                return True

        for update_id in (1, 2):
            world.claim(raw_message("One", update_id), update_id)
        replace(world.service, handler=Handler()).work(world.lane())  # type: ignore[arg-type]
        assert leased == [timedelta(seconds=30)] * 2

    def test_stores_nothing_after_its_lease_is_lost(self, world: ChatWorld) -> None:
        def take_over(_: str) -> None:
            world.wait(40)
            with world.database.unit_of_work():
                until = world.clock + MINUTE
                FakeUpdates(world.database).lease(
                    world.lane(), new_id(), now=world.clock, until=until
                )

        world.claim(raw_message("One"))
        world.agent.after = take_over
        world.service.work(world.lane())
        assert world.texts() == []
        assert world.stored().state is UpdateState.WAITING


class TestFailures:
    def test_are_tried_again_after_2_and_10_seconds(self, world: ChatWorld) -> None:
        tries: list[float] = []

        def fail(text: str) -> None:
            tries.append((world.clock - NOON).total_seconds())
            if text == "One":
                raise KeyError

        world.agent.before = fail
        world.claim(raw_message("One", 1), 1)
        said = world.say("Two", 2)
        assert tries == [0, 2, 12, 12]
        assert [failed.reason for failed in world.failures] == ["KeyError"] * 3
        assert world.stored(1).state is UpdateState.DEAD
        assert said == ["An error prevented the answer. Ask again later.", "Answer: Two"]

    def test_keep_no_word_of_the_error(self, world: ChatWorld) -> None:
        def fail(text: str) -> None:
            raise ValueError(text)

        world.agent.before = fail
        world.say("canary")
        assert "canary" not in str(world.stored().reason)

    def test_that_pass_are_answered_once(self, world: ChatWorld) -> None:
        failures = [SearchUnavailable("Try again.")]
        world.agent.before = lambda _: unavailable("") if failures and failures.pop() else None
        assert world.say("One") == ["Answer: One"]
        assert world.clock == NOON + timedelta(seconds=2)

    def test_after_the_answer_do_not_ask_again(self, world: ChatWorld) -> None:
        failures = [ValueError()]

        def fail_once(_: str) -> None:
            if failures:
                raise failures.pop()

        world.agent.after = fail_once
        assert world.say("One") == ["Answer: One"]
        assert world.agent.asked == ["One"]

    def test_are_final_for_updates_that_cannot_be_read(self, world: ChatWorld) -> None:
        world.claim(b'{"update_id": 1, "message": {}}')
        world.service.work(world.lane())
        assert world.stored().state is UpdateState.DEAD
        assert world.stored().reason == "unreadable_update"
        assert world.clock == NOON

    def test_that_are_due_later_are_left_to_the_queue(self, world: ChatWorld) -> None:
        world.claim(raw_message("One"))

        def late(_: str) -> None:
            world.wait(19)
            raise SearchUnavailable("Try again.")

        world.agent.before = late
        with pytest.raises(LaneWaits):
            world.service.work(world.lane())
        assert world.database.published(LaneHasWork) == 0
        world.clock += timedelta(seconds=2)
        world.agent.before = lambda _: None
        world.service.work(world.lane())
        assert world.texts() == ["Answer: One"]

    def test_that_are_due_at_the_end_of_its_time_are_rung_for(self, world: ChatWorld) -> None:
        """The worker waits until then, and the update is due when it leaves the lane."""

        def late(_: str) -> None:
            world.wait(18)
            raise SearchUnavailable("Try again.")

        world.agent.before = late
        world.claim(raw_message("One"))
        world.service.work(world.lane())
        assert world.clock == NOON + timedelta(seconds=20)
        assert world.database.published(LaneHasWork) == 1


class TestWorkersThatDie:
    @pytest.mark.parametrize("place", ["before", "after"])
    def test_leave_the_update_to_another_one(self, world: ChatWorld, place: str) -> None:
        def die(_: str) -> None:
            raise Died

        setattr(world.agent, place, die)
        world.claim(raw_message("One"))
        with pytest.raises(Died):
            world.service.work(world.lane())
        setattr(world.agent, place, lambda _: None)
        world.service.work(world.lane())
        assert world.texts() == []
        world.clock += timedelta(seconds=30)
        world.service.work(world.lane())
        assert world.texts() == ["Answer: One"]
        assert world.agent.asked == ["One"]

    def test_three_times_over_an_update_end_it(self, world: ChatWorld) -> None:
        def die(_: str) -> None:
            raise Died

        world.agent.before = die
        world.claim(raw_message("One"))
        for _ in range(3):
            with pytest.raises(Died):
                world.service.work(world.lane())
            world.clock += timedelta(seconds=30)
        world.service.work(world.lane())
        assert world.stored().state is UpdateState.DEAD
        assert world.stored().reason == "EveryTryEnded"
        assert world.texts() == ["An error prevented the answer. Ask again later."]
