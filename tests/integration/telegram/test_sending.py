"""The sender of a bot against the simulated Telegram: budgets, errors, faults and waits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from infra.local.simulators.telegram import founding, groups, people
from infra.local.simulators.telegram.budgets import Limit
from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.faults import Fault, Faults, Kind
from infra.local.simulators.telegram.model import Chat
from infra.local.simulators.telegram.parameters import Parameters
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.simulators.telegram.world import World
from mara.kernel.ids import new_id
from mara.telegram.messages import (
    BotTokenRevoked,
    ChatLost,
    MessagesWait,
    MessageUndelivered,
    TopicLost,
)
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotState
from mara.telegram.model.outgoing import RETRY_WAITS, OutgoingFile, OutgoingState, Priority
from mara.telegram.model.pace import EDIT_EVERY
from mara.telegram.service.sending import Futures
from mara.telegram.service.taking import INTERRUPTED, LEASE
from tests.support.counts import counted
from tests.support.ports import free_port
from tests.support.sending import SendingWorld
from tests.support.telegram import NOON, scene

SENT, FAILED = OutgoingState.SENT, OutgoingState.FAILED


@pytest.fixture
def world() -> Iterator[SendingWorld]:
    with simulated_telegram(free_port(), World(Clock(NOON))) as telegram:
        yield SendingWorld(scene(telegram))


def another_group(world: SendingWorld, title: str = "Other") -> Chat:
    telegram, here = world.here.telegram.world, world.here
    group = founding.add_group(telegram, title, here.owner)
    groups.add(telegram, group, here.bot.user, here.owner)
    return group


def order(world: SendingWorld, fault: Fault) -> None:
    world.here.telegram.api.faults.order(fault)


def refuse(world: SendingWorld, description: str) -> None:
    order(world, Fault(Kind.REFUSED, code=400, description=f"Bad Request: {description}"))


def known(world: SendingWorld, chat: Chat, kind: ChatKind = ChatKind.SUPERGROUP) -> None:
    """Let the store know the chat as approved."""
    ids = (world.config.id, world.config.owner_id, chat.id)
    row = BotChat(*ids, "chat", kind, ChatState.APPROVED, None, world.now())
    with world.database.unit_of_work():
        world.chats.save(row)


def target(world: SendingWorld, chat_id: int, thread_id: int | None = None) -> None:
    """Let alerts of the bot go there."""
    settings = replace(world.config.settings, target_chat_id=chat_id, target_thread_id=thread_id)
    with world.database.unit_of_work():
        world.configs.save(replace(world.config, settings=settings))


class TestSend:
    def test_sends_what_waits_and_frees_the_sender(self, world: SendingWorld) -> None:
        message = world.queue("hello")
        assert world.send() == 1
        (shown,) = world.shown()
        assert (shown.text, world.get(message).telegram_ids) == ("hello", (shown.id,))
        assert world.get(message).state is SENT
        assert world.send() == 0
        assert world.later == []

    def test_sends_the_most_urgent_first_then_the_oldest(self, world: SendingWorld) -> None:
        for text, priority in (
            ("digest", Priority.DIGEST),
            ("answer 1", Priority.ANSWER),
            ("press", Priority.PRESS),
            ("answer 2", Priority.ANSWER),
            ("alert", Priority.ALERT),
        ):
            world.queue(text, priority=priority)
        world.send_all()
        assert world.texts() == ["alert", "press", "answer 1", "answer 2", "digest"]

    def test_keeps_the_parts_of_a_message_together(self, world: SendingWorld) -> None:
        file = OutgoingFile("section.txt", b"whole")
        message = world.queue("one", "two", "three", priority=Priority.DIGEST, file=file)
        fail_after_first(world, times=2)
        world.send()
        assert world.texts() == ["one"]
        world.queue("alert", priority=Priority.ALERT)
        world.send_all()
        assert world.texts() == ["one", "two", "three", "", "alert"]
        shown = world.shown()
        assert world.get(message).telegram_ids == tuple(one.id for one in shown[:4])
        assert [one.reply_to for one in shown] == [None, *[shown[0].id] * 3, None]

    def test_sends_nothing_for_a_bot_that_was_disconnected(self, world: SendingWorld) -> None:
        assert world.service.send(new_id(), world.config.owner_id) == 0

    def test_leaves_what_is_due_later(self, world: SendingWorld) -> None:
        world.queue("later", due_at=world.now() + timedelta(minutes=10))
        assert world.send() == 0
        assert world.later == [timedelta(minutes=10)]
        world.send_all()
        assert world.texts() == ["later"]

    def test_rings_by_the_schedule_for_what_is_due_much_later(self, world: SendingWorld) -> None:
        world.queue("later", due_at=world.now() + timedelta(hours=8))
        assert world.send() == 0
        assert world.later == []


def fail_after_first(world: SendingWorld, times: int) -> None:
    """Let so many requests fail once the chat has its first message."""
    faults, fault = world.here.telegram.api.faults, Fault(Kind.REFUSED, times=times)
    world.here.telegram.api.faults = LaterFaults(world, faults.ordered, fault)


class LaterFaults(Faults):
    """A fault that begins once the chat has a message."""

    def __init__(self, world: SendingWorld, ordered: list[Fault], later: Fault) -> None:
        super().__init__(ordered)
        self.world, self.later = world, later

    def take(self, method: str, asked: Parameters) -> Fault | None:
        if self.world.shown() and self.later.times:
            self.later.times -= 1
            return self.later
        return super().take(method, asked)


class TestBudgets:
    def test_keep_a_group_within_its_minute_without_a_refusal(self, world: SendingWorld) -> None:
        start = world.now()
        for number in range(40):
            world.queue(str(number))
        world.send_all()
        assert world.texts() == [str(number) for number in range(40)]
        assert refusals(world) == 0
        assert timedelta(minutes=2) <= world.now() - start < timedelta(minutes=3)

    def test_count_edits_like_messages(self, world: SendingWorld) -> None:
        messages = [world.queue(str(number)) for number in range(10)]
        world.send_all()
        for message in messages:
            world.queue(f"edit of {message.id}", edits=message.id)
        world.send_all()
        assert refusals(world) == 0
        assert world.texts() == [f"edit of {message.id}" for message in messages]

    def test_let_one_edit_of_a_message_go_in_15_seconds_and_the_last_one_win(
        self, world: SendingWorld
    ) -> None:
        message = world.queue("state 0")
        for number in range(1, 9):
            world.queue(f"state {number}", edits=message.id)
            world.send()
            world.here.telegram.world.advance(5)
        world.send_all()
        assert world.texts() == ["state 8"]
        calls = [one for one in world.here.telegram.api.calls if one.method == "editmessagetext"]
        gaps = [late.at - early.at for early, late in pairwise(calls)]
        assert min(gaps) >= EDIT_EVERY.total_seconds()

    def test_of_a_bot_hold_over_all_its_chats(self, world: SendingWorld) -> None:
        world.here.telegram.world.budgets.limits.bot = Limit(25, 1.0)
        chats = [another_group(world, str(number)) for number in range(60)]
        for chat in chats:
            world.queue("hello", chat=chat)
        world.send_all()
        assert refusals(world) == 0
        assert all(world.texts(chat) == ["hello"] for chat in chats)

    def test_survive_the_sender(self, world: SendingWorld) -> None:
        for number in range(18):
            world.queue(str(number))
        world.send_all()
        world.queue("one more")
        assert world.send() == 0
        world.send_all()
        assert (len(world.texts()), refusals(world)) == (19, 0)


def refusals(world: SendingWorld) -> int:
    return sum(call.status == 429 for call in world.here.telegram.api.calls)


class TestTooManyRequests:
    def test_stop_the_chat_until_the_wait_is_over(self, world: SendingWorld) -> None:
        other = another_group(world)
        group = world.here.group.id
        fault = Fault(Kind.REFUSED, chat_id=group, code=429, description="x", retry_after_s=50)
        order(world, fault)
        world.queue("paused", priority=Priority.ALERT)
        world.queue("goes on", chat=other)
        world.send()
        assert (world.texts(), world.texts(other)) == ([], ["goes on"])
        assert world.later == [timedelta(seconds=50)]
        world.here.telegram.world.advance(49)
        assert world.send() == 1
        assert world.texts() == ["paused"]

    def test_of_a_second_chat_stop_the_bot(self, world: SendingWorld) -> None:
        chats = [world.here.group, another_group(world), another_group(world)]
        for chat, wait in zip(chats[:2], (50, 20), strict=True):
            refused = Fault(Kind.REFUSED, chat_id=chat.id, code=429, description="x")
            refused.retry_after_s = wait
            order(world, refused)
            world.queue("paused", chat=chat)
        world.send()
        world.queue("waits too", chat=chats[2])
        assert world.send() == 0
        world.here.telegram.world.advance(20)
        world.send()
        assert [world.texts(chat) for chat in chats] == [[], ["paused"], ["waits too"]]

    def test_count_as_no_try(self, world: SendingWorld) -> None:
        order(world, Fault(Kind.REFUSED, times=20, code=429, description="x", retry_after_s=1))
        message = world.queue("hello")
        world.send_all()
        assert world.get(message).state is SENT

    def test_whose_limits_change_under_load_lose_and_repeat_nothing(
        self, world: SendingWorld
    ) -> None:
        limits, other = world.here.telegram.world.budgets.limits, another_group(world)
        expected = [str(number) for number in range(30)]
        for text in expected:
            world.queue(text)
            world.queue(text, chat=other)
        for count, wait in ((1, 7), (6, 60), (20, 3)):
            limits.group, limits.retry_after_s = Limit(count, 60.0), wait
            for _ in range(4):
                world.later.clear()
                world.send()
                delay = world.later[-1].total_seconds() if world.later else 0
                world.here.telegram.world.advance(delay)
        world.send_all()
        assert world.texts() == world.texts(other) == expected
        assert refusals(world) > 0
        assert world.here.telegram.world.budgets.early == 0


class TestErrors:
    def test_of_entities_send_the_text_plain_once(self, world: SendingWorld) -> None:
        refuse(world, "can't parse entities: ENTITY_BOUNDS_INVALID")
        world.queue("hello")
        world.send_all()
        assert world.texts() == ["hello"]
        order(world, Fault(Kind.REFUSED, times=2, code=400, description="entity bounds"))
        message = world.queue("again")
        world.send_all()
        assert (world.get(message).state, world.get(message).reason) == (FAILED, "entity bounds")

    def test_of_a_migration_move_chat_target_and_messages(self, world: SendingWorld) -> None:
        telegram, here = world.here.telegram.world, world.here
        group = founding.add_group(telegram, "Old", here.owner, is_super=False)
        groups.add(telegram, group, here.bot.user, here.owner)
        known(world, group, ChatKind.GROUP)
        target(world, group.id, 4)
        supergroup = founding.upgrade(telegram, group, here.owner)
        messages = [world.queue(text, chat=group) for text in ("one", "two")]
        world.send_all()
        assert world.texts(supergroup) == ["one", "two"]
        assert {world.get(one).chat_id for one in messages} == {supergroup.id}
        tables = world.database.committed
        settings = tables.bot_configs[world.config.id].settings
        assert (settings.target_chat_id, settings.target_thread_id) == (supergroup.id, None)
        assert list(tables.bot_chats) == [(world.config.id, supergroup.id)]

    def test_of_a_topic_send_to_the_chat_and_say_so_once(self, world: SendingWorld) -> None:
        target(world, world.here.group.id, 999)
        message = world.queue("hello", thread_id=999)
        world.send_all()
        assert world.texts() == ["hello"]
        assert world.get(message).state is SENT
        assert world.database.published(TopicLost) == 1
        settings = world.database.committed.bot_configs[world.config.id].settings
        assert (settings.target_chat_id, settings.target_thread_id) == (world.here.group.id, None)

    def test_of_an_edit_without_change_count_as_sent(self, world: SendingWorld) -> None:
        message = world.queue("same")
        edit = world.queue("same", edits=message.id)
        world.send_all()
        assert (world.get(edit).state, world.texts()) == (SENT, ["same"])

    def test_of_a_message_that_is_gone_send_the_present_state(self, world: SendingWorld) -> None:
        message = world.queue("firing")
        world.send_all()
        people.delete(world.here.telegram.world, world.here.group, world.shown()[0].id)
        world.queue("resolved", edits=message.id)
        world.send_all()
        assert world.texts() == ["resolved"]
        world.queue("firing again", edits=message.id)
        world.send_all()
        assert world.texts() == ["firing again"]

    def test_of_an_edit_of_what_failed_send_the_present_state(self, world: SendingWorld) -> None:
        refuse(world, "something else")
        message = world.queue("firing")
        world.queue("resolved", edits=message.id)
        world.send_all()
        assert world.texts() == ["resolved"]

    def test_of_a_chat_give_up_all_that_waits_for_it(self, world: SendingWorld) -> None:
        known(world, world.here.group)
        groups.remove(
            world.here.telegram.world, world.here.group, world.here.bot.user, world.here.owner
        )
        messages = [world.queue(text) for text in ("one", "two", "three")]
        world.send_all()
        reasons = {world.get(one).reason for one in messages}
        assert reasons == {"Forbidden: bot was kicked from the supergroup chat"}
        assert len([one for one in world.here.telegram.api.calls if one.status == 403]) == 1
        (chat,) = world.database.committed.bot_chats.values()
        assert chat.state is ChatState.UNREACHABLE
        assert world.database.published(ChatLost) == 1
        assert world.database.published(MessageUndelivered) == 3

    def test_of_a_private_chat_fail_without_a_row_of_it(self, world: SendingWorld) -> None:
        private = people.private_chat(world.here.telegram.world, world.here.bot, world.here.ann)
        people.block(world.here.telegram.world, private)
        message = world.queue("hello", chat=private)
        world.send_all()
        assert world.get(message).reason == "Forbidden: bot was blocked by the user"

    def test_of_the_token_stop_the_bot_and_keep_what_waits(self, world: SendingWorld) -> None:
        founding.revoke_token(world.here.telegram.world, world.here.bot)
        messages = [world.queue("one"), world.queue("two", chat=another_group(world))]
        world.send()
        calls = len(world.here.telegram.api.calls)
        world.send_all()
        assert len(world.here.telegram.api.calls) == calls
        assert all(world.get(one).waits for one in messages)
        assert world.database.published(BotTokenRevoked) == 1
        assert world.database.committed.bot_configs[world.config.id].state is BotState.REVOKED

    def test_that_pass_are_tried_again_after_1_5_and_30_seconds(self, world: SendingWorld) -> None:
        order(world, Fault(Kind.REFUSED, times=3))
        message = world.queue("hello")
        world.send_all()
        assert world.get(message).state is SENT
        times = [call.at - NOON for call in world.here.telegram.api.calls]
        assert times == pytest.approx([0, 1, 6, 36], abs=0.1)

    def test_that_stay_fail_the_message_and_let_the_chat_go_on(self, world: SendingWorld) -> None:
        order(world, Fault(Kind.REFUSED, times=len(RETRY_WAITS) + 1))
        message, after = world.queue("never"), world.queue("after")
        world.send_all()
        assert (world.get(message).state, world.get(after).state) == (FAILED, SENT)
        assert world.get(message).reason == "Internal Server Error"
        assert world.texts() == ["after"]

    def test_that_are_no_others_fail_in_the_words_of_telegram(self, world: SendingWorld) -> None:
        message = world.queue("x" * 4097)
        world.send_all()
        assert world.get(message).reason == "Bad Request: message is too long"
        assert world.database.published(MessageUndelivered) == 1


class Died(Exception):
    """The process of a sender ends."""


class TestCrash:
    def test_between_send_and_mark_shows_a_message_twice_at_most(self, world: SendingWorld) -> None:
        world.queue("one", "two")
        assert dies(world, 2)
        world.here.telegram.world.advance(LEASE.total_seconds())
        world.send_all()
        assert world.texts() == ["one", "two", "two"]

    def test_at_every_try_ends_with_a_reason(self, world: SendingWorld) -> None:
        message, crashes = world.queue("poison"), 0
        while world.get(message).waits:
            crashes += dies(world, 1)
            world.here.telegram.world.advance(LEASE.total_seconds())
        assert (world.get(message).reason, crashes) == (INTERRUPTED, len(RETRY_WAITS) + 1)
        assert world.database.published(MessageUndelivered) == 1


def dies(world: SendingWorld, number: int) -> bool:
    """Send; die with the answer to so many requests in hand. Whether it came to that."""
    answers = list[int]()

    def die(futures: Futures, seconds: float) -> Futures:
        done = world.wait(futures, seconds)
        answers.extend(1 for _ in done)
        if len(answers) >= number:
            raise Died
        return done

    try:
        replace(world.service, wait=die).send(world.config.id, world.config.owner_id)
    except Died:
        return True
    return False


class TestTwoSenders:
    def test_are_never_at_work_at_once(self, world: SendingWorld) -> None:
        """The second one comes while the first waits for Telegram."""
        second = list[int]()
        wait = world.wait

        for number in range(3):
            world.queue(str(number))
        service = world.service

        def meanwhile(futures: Futures, seconds: float) -> Futures:
            second.append(world.send())
            return wait(futures, seconds)

        first = replace(service, wait=meanwhile)
        assert first.send(world.config.id, world.config.owner_id) == 3
        assert set(second) == {0}
        assert world.texts() == ["0", "1", "2"]

    def test_of_which_one_lost_its_lease_show_a_message_twice_at_most(
        self, world: SendingWorld
    ) -> None:
        """The first one stands still longer than its lease, with an answer in its hands."""
        for number in range(3):
            world.queue(str(number))
        wait, stood = world.wait, list[int]()

        def stand_still(futures: Futures, seconds: float) -> Futures:
            done = wait(futures, seconds)
            if not stood:
                stood.append(1)
                world.here.telegram.world.advance(LEASE.total_seconds() + 1)
                world.send_all()
            return done

        first = replace(world.service, wait=stand_still)
        first.send(world.config.id, world.config.owner_id)
        world.send_all()
        assert sorted(world.texts()) in (["0", "0", "1", "2"], ["0", "1", "2"])


class TestDoorbells:
    def test_ring_for_what_was_added_while_the_sender_leaves(self, world: SendingWorld) -> None:
        world.queue("one")
        taking = world.service.taking
        with world.database.unit_of_work():
            world.senders.lease(world.config.id, new_id(), now=world.now(), until=world.now())
        rung = world.database.published(MessagesWait)
        assert taking.leave(world.config, new_id()) is None
        assert world.database.published(MessagesWait) == rung + 1


class TestCounts:
    def test_are_of_sends_by_result_with_the_latency_of_the_first_message_of_an_alert(
        self, world: SendingWorld
    ) -> None:
        order(world, Fault(Kind.REFUSED, code=429, description="x", retry_after_s=1))
        came_at = world.now() - timedelta(seconds=4)
        alert = world.queue("alert", caused_at=came_at)
        world.queue("answer")
        world.send_all()
        found = counted()
        assert found["mara_telegram_sends|postponed"] == 1
        assert found["mara_telegram_sends|sent"] == 2
        taken = found["mara_alert_latency_seconds|sum"] / 1_000_000
        assert 4 < taken < 20
        assert world.get(alert).state is SENT
