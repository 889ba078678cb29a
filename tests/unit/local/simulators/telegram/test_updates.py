"""getUpdates: offsets, kinds, lives, ids, and the wait for something new."""

import asyncio
import random

import pytest
from aiogram.exceptions import TelegramConflictError
from aiogram.methods import DeleteWebhook, GetUpdates, SetWebhook
from aiogram.types import Update

from infra.local.simulators.telegram import groups, people
from infra.local.simulators.telegram.updates import DAY_S, WEEK_S, UpdateQueue
from tests.support.loops import run_async
from tests.support.telegram import NOON, Scene, client, say


def mention(here: Scene, text: str) -> None:
    say(here, f"@runbook_bot {text}")


def ids(queue: UpdateQueue) -> list[int]:
    return [one.id for one in queue.waiting]


class TestGetUpdates:
    def test_confirms_what_is_before_the_offset(self, here: Scene) -> None:
        for text in ("one", "two", "three"):
            mention(here, text)
        first = here.ask(GetUpdates(limit=2))
        assert len(first) == 2
        assert [one.update_id for one in here.ask(GetUpdates())][:2] == [
            one.update_id for one in first
        ]
        assert len(here.ask(GetUpdates(offset=first[1].update_id + 1))) == 1
        mention(here, "four")
        assert len(here.ask(GetUpdates(offset=-1))) == 1

    def test_is_refused_while_there_is_a_webhook(self, here: Scene) -> None:
        here.ask(SetWebhook(url="http://127.0.0.1:9/hook"))
        with pytest.raises(TelegramConflictError, match="while webhook is active"):
            here.ask(GetUpdates())
        here.ask(DeleteWebhook())
        assert here.ask(GetUpdates()) == []

    def test_gives_the_kinds_that_were_asked_for(self, here: Scene) -> None:
        here.ask(GetUpdates(allowed_updates=["my_chat_member"]))
        mention(here, "one")
        groups.promote(here.telegram.world, here.group, here.bot.user, here.owner)
        assert here.kinds() == ["my_chat_member"]
        here.ask(GetUpdates(allowed_updates=[]))
        mention(here, "two")
        assert here.kinds() == ["message"]

    def test_waits_for_something_new(self, here: Scene) -> None:
        async def poll() -> list[Update]:
            async with client(here.telegram.url, here.bot.token) as bot:
                waits = asyncio.create_task(bot(GetUpdates(timeout=30)))
                while here.bot.token not in here.telegram.api.polls:
                    await bot.get_me()
                people.say(here.telegram.world, here.group, here.ann, "@runbook_bot hello")
                return await waits

        assert len(run_async(poll())) == 1

    def test_ends_its_wait_by_the_clock(self, here: Scene) -> None:
        async def poll() -> list[Update]:
            async with client(here.telegram.url, here.bot.token) as bot:
                waits = asyncio.create_task(bot(GetUpdates(timeout=30)))
                while here.bot.token not in here.telegram.api.polls:
                    await bot.get_me()
                here.telegram.world.advance(30)
                return await waits

        assert run_async(poll()) == []

    def test_ends_an_earlier_wait(self, here: Scene) -> None:
        async def poll() -> None:
            async with client(here.telegram.url, here.bot.token) as bot:
                waits = asyncio.create_task(bot(GetUpdates(timeout=30)))
                while here.bot.token not in here.telegram.api.polls:
                    await bot.get_me()
                await bot(GetUpdates())
                await waits

        with pytest.raises(TelegramConflictError, match="terminated by other getUpdates"):
            run_async(poll())


class TestUpdates:
    def test_of_messages_live_for_a_day_and_presses_for_150_seconds(self) -> None:
        queue = UpdateQueue(random.Random(1))
        queue.push("message", {}, lane=1, now=NOON)
        queue.push("callback_query", {}, lane=2, now=NOON)
        assert len(queue.pending(NOON + 149)) == 2
        assert len(queue.pending(NOON + 150)) == 1
        assert len(queue.pending(NOON + DAY_S - 1)) == 1
        assert queue.pending(NOON + DAY_S) == []

    def test_have_ids_in_a_row(self) -> None:
        queue = UpdateQueue(random.Random(1))
        for second in range(3):
            queue.push("message", {}, lane=1, now=NOON + second)
        first = ids(queue)[0]
        assert ids(queue) == [first, first + 1, first + 2]

    def test_have_a_random_id_after_a_quiet_week(self) -> None:
        queue = UpdateQueue(random.Random(1))
        queue.push("message", {}, lane=1, now=NOON)
        first = ids(queue)[0]
        queue.confirm(first + 1)
        queue.push("message", {}, lane=1, now=NOON + WEEK_S - 1)
        assert ids(queue) == [first + 1]
        queue.confirm(first + 2)
        queue.push("message", {}, lane=1, now=NOON + 2 * WEEK_S)
        assert abs(ids(queue)[0] - first) > 1000

    def test_of_a_kind_that_was_not_asked_for_do_not_arise(self) -> None:
        queue = UpdateQueue(random.Random(1))
        queue.push("chat_member", {}, lane=1, now=NOON)
        assert queue.waiting == []
