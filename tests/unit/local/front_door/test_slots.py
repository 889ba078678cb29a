"""How many requests run at once, and what happens to the others."""

import asyncio

import pytest

from infra.local.front_door.slots import Busy, Slots
from tests.support.loops import run_async


class Load:
    """Requests that hold their slots until they are released."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.running = 0
        self.most = 0
        self.refused = 0
        self.release = asyncio.Event()

    async def request(self, route: str, *, is_long_poll: bool = False) -> None:
        try:
            async with self.slots.of(route, is_long_poll=is_long_poll):
                self.running += 1
                self.most = max(self.most, self.running)
                await self.release.wait()
                self.running -= 1
        except Busy:
            self.refused += 1

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


def test_64_requests_of_one_route_run_in_turns_and_none_is_lost() -> None:
    async def play() -> None:
        load = Load(Slots(per_route=8, in_all=16))
        tasks = [asyncio.create_task(load.request("GET /cold")) for _ in range(64)]
        await load.settle()
        assert load.running == 8
        load.release.set()
        await asyncio.gather(*tasks)
        assert (load.most, load.refused, load.running) == (8, 0, 0)

    run_async(play())


def test_the_slots_of_all_routes_together_are_limited() -> None:
    async def play() -> None:
        load = Load(Slots(per_route=8, in_all=16))
        tasks = [asyncio.create_task(load.request(f"GET /{n % 8}")) for n in range(40)]
        await load.settle()
        assert load.running == 16
        load.release.set()
        await asyncio.gather(*tasks)

    run_async(play())


def test_requests_that_wait_for_an_event_leave_the_slots_to_others() -> None:
    async def play() -> None:
        load = Load(Slots(per_route=8, in_all=8, long_polls=4))
        polls = [load.request("GET /events", is_long_poll=True) for _ in range(4)]
        tasks = [asyncio.create_task(poll) for poll in polls]
        tasks += [asyncio.create_task(load.request("GET /other")) for _ in range(8)]
        await load.settle()
        assert load.running == 12
        load.release.set()
        await asyncio.gather(*tasks)

    run_async(play())


def test_one_that_waits_too_long_is_refused() -> None:
    async def play() -> None:
        load = Load(Slots(per_route=1, wait_max_s=0.01))
        first = asyncio.create_task(load.request("GET /slow"))
        await load.settle()
        await load.request("GET /slow")
        assert load.refused == 1
        load.release.set()
        await first

    run_async(play())


def test_one_too_many_in_the_queue_is_refused_at_once() -> None:
    async def play() -> None:
        load = Load(Slots(per_route=1, waiting_max=2))
        tasks = [asyncio.create_task(load.request("GET /slow")) for _ in range(3)]
        await load.settle()
        await load.request("GET /slow")
        assert load.refused == 1
        load.release.set()
        await asyncio.gather(*tasks)
        assert load.refused == 1

    run_async(play())


def test_a_slot_is_free_again_after_a_failure() -> None:
    async def play() -> None:
        slots = Slots(per_route=1)
        with pytest.raises(ZeroDivisionError):
            async with slots.of("GET /broken"):
                raise ZeroDivisionError
        async with slots.of("GET /broken"):
            pass

    run_async(play())
