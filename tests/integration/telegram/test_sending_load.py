"""The sender under load: random texts, limits that change, workers that die (proofs 2 and 3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest

from infra.local.simulators.telegram import founding, groups
from infra.local.simulators.telegram.budgets import Limit
from infra.local.simulators.telegram.clock import Clock
from infra.local.simulators.telegram.faults import Fault, Kind
from infra.local.simulators.telegram.model import Chat, Message
from infra.local.simulators.telegram.server import simulated_telegram
from infra.local.simulators.telegram.text import part
from infra.local.simulators.telegram.world import World
from mara.telegram.model.formatted_text import FormattedText, TextFormat
from mara.telegram.model.message_parts import parts_of
from mara.telegram.model.outgoing import OutgoingState, Priority
from mara.telegram.model.pace import Budgets
from mara.telegram.service.sending import CHATS_AT_ONCE, Futures
from mara.telegram.service.taking import LEASE
from tests.support.outgoing import make_message
from tests.support.ports import free_port
from tests.support.random_texts import random_text
from tests.support.sending import SendingWorld
from tests.support.telegram import NOON, scene

CHATS = 20
STEPS, QUEUED = 60, 40
PLENTY = 10_000
INVISIBLE = re.compile(r"[\s\u200b]")


@pytest.fixture
def world() -> Iterator[SendingWorld]:
    with simulated_telegram(free_port(), World(Clock(NOON))) as telegram:
        yield SendingWorld(scene(telegram))


def other_groups(world: SendingWorld, count: int) -> list[Chat]:
    telegram, here = world.here.telegram.world, world.here
    chats = [founding.add_group(telegram, f"Group {n}", here.owner) for n in range(count)]
    for chat in chats:
        groups.add(telegram, chat, here.bot.user, here.owner)
    return chats


def visible(text: str) -> str:
    return INVISIBLE.sub("", text)


class TestRandomTexts:
    """Allow more units or entities in a part, or queue other parts first, to see it fail."""

    @pytest.mark.parametrize(
        ("first_seed", "count"), [(0, 300), pytest.param(1, 10_000, marks=pytest.mark.proof)]
    )
    def test_arrive_whole_and_in_order_and_no_refusal_is_final(
        self, world: SendingWorld, first_seed: int, count: int
    ) -> None:
        world.budgets = Budgets(PLENTY, PLENTY, PLENTY)
        limits = world.here.telegram.world.budgets.limits
        limits.bot = limits.chat = limits.group = Limit(PLENTY, 1.0)
        random, chats = Random(first_seed), other_groups(world, CHATS)
        expected: dict[int, list[FormattedText]] = {chat.id: [] for chat in chats}
        for number in range(count):
            chat, text = chats[number % CHATS], random_text(random)
            expected[chat.id].append(text)
            queue_parts(world, chat, text)
            if number % 200 == 199 or number == count - 1:
                world.send_all()
        for chat in chats:
            sent = expected[chat.id]
            assert visible("".join(world.texts(chat))) == visible("".join(one.text for one in sent))
            spans = [span.text for one in sent for span in one.spans if span.format]
            assert visible(formatted(world.shown(chat))) == visible("".join(spans))
        messages = world.database.committed.outgoing_messages.values()
        assert {message.state for message in messages} == {OutgoingState.SENT}
        assert len(messages) == count


def formatted(messages: Sequence[Message]) -> str:
    """What stands in the formats of MARA: Telegram finds links and mentions by itself."""
    return "".join(
        part(message.text, one)
        for message in messages
        for one in message.entities
        if one["type"] in {*TextFormat}
    )


def queue_parts(world: SendingWorld, chat: Chat, text: FormattedText) -> None:
    message = make_message(world.config.id, world.config.owner_id, chat.id, due_at=world.now())
    world.queue_message(replace(message, parts=tuple(parts_of(text))))


class Died(Exception):
    """The process of a sender ends."""


class TestLimitsThatChange:
    """Take no account of ``retry_after``, or free a lease that is another's, to see it fail."""

    @pytest.mark.parametrize(
        "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(2, 22))]
    )
    def test_lose_nothing_and_show_a_message_twice_only_after_a_death(
        self, world: SendingWorld, seed: int
    ) -> None:
        random = Random(seed)
        telegram, limits = world.here.telegram, world.here.telegram.world.budgets.limits
        chats = [world.here.group, *other_groups(world, 3)]
        expected: dict[int, list[str]] = {chat.id: [] for chat in chats}
        deaths, faults = 0, list[Fault]()
        for step in range(STEPS):
            limits.group = Limit(random.randint(1, 20), 60.0)
            limits.retry_after_s = random.randint(1, 60)
            chat = random.choice(chats)
            if step < QUEUED:
                texts = [f"{step}.{part}" for part in range(random.randint(1, 3))]
                expected[chat.id] += texts
                world.queue(*texts, chat=chat, priority=random.choice([*Priority]))
            if random.choice([True, False, False]):
                is_lost = random.choice([True, False])
                kind = Kind.LOST if is_lost else Kind.REFUSED
                faults.append(Fault(kind, chat_id=chat.id, performed=is_lost))
                telegram.api.faults.order(faults[-1])
            deaths += one_of_two_senders(world, random)
        world.send_all()
        for chat in chats:
            assert set(world.texts(chat)) == set(expected[chat.id])
        lost = sum(fault.performed and not fault.times for fault in faults)
        shown = sum(len(world.texts(chat)) for chat in chats)
        assert shown - sum(map(len, expected.values())) <= deaths * CHATS_AT_ONCE + lost
        assert telegram.world.budgets.early <= deaths * CHATS_AT_ONCE


def one_of_two_senders(world: SendingWorld, random: Random) -> bool:
    """Let a sender work, which may die, while another one tries; whether it died."""
    second = list[int]()
    dies_at = random.choice([None, None, random.randint(1, 6)])
    seen = 0

    def wait(futures: Futures, seconds: float) -> Futures:
        nonlocal seen
        if not second:
            second.append(world.service.send(world.config.id, world.config.owner_id))
        done = world.wait(futures, seconds)
        seen += len(done)
        if dies_at is not None and seen >= dies_at:
            raise Died
        return done

    try:
        replace(world.service, wait=wait).send(world.config.id, world.config.owner_id)
    except Died:
        world.here.telegram.world.advance(LEASE.total_seconds())
        return True
    finally:
        assert second in ([], [0])
    world.here.telegram.world.advance(random.choice([0, 1, 10, 60]))
    return False
