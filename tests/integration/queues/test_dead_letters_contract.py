"""The contract of dead letters: messages, updates, sends, deliveries, all of them, and the fake."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from mara.kernel.envelope import EncryptedValue, WrappedKey
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.queues.adapters.dead_letters import PostgresDeadLetters
from mara.queues.adapters.dead_row_sources import DELIVERIES, SENDS, UPDATES
from mara.queues.adapters.dead_rows import PostgresDeadRows
from mara.queues.model.dead_letter import DeadLetter, LetterState
from mara.queues.model.selection import Selection
from mara.queues.ports import DeadLetters
from mara.wiring.queues import dead_letters
from tests.support.bots import NOON
from tests.support.dead_letters import QUEUE
from tests.support.deaths import Kill, make_bot, make_letter, make_receiver
from tests.support.fakes.dead_letters import FakeDeadLetters
from tests.support.parallel import outcomes

KINDS = ("fake", "messages", "updates", "sends", "deliveries", "both")
BODY = EncryptedValue(1, WrappedKey("key", b"wrapped"), b"n" * 12, b"sealed")


@dataclass(frozen=True)
class Store:
    letters: DeadLetters
    queue: str
    kill: Kill
    unit_of_work: Callable[..., AbstractContextManager[None]] = transaction

    def die(self, times: int) -> list[str]:
        return [self.kill() for _ in range(times)]

    def list(self, after: UUID | None = None, limit: int = 100) -> Sequence[DeadLetter]:
        with self.unit_of_work(SYSTEM):
            page = PageRequest(limit, after)
            return self.letters.list(self.queue, page, state=LetterState.WAITING)

    def select(self, selection: Selection, limit: int = 100) -> Sequence[DeadLetter]:
        with self.unit_of_work(SYSTEM):
            found = self.letters.select(self.queue, selection, limit)
            assert self.letters.count_selected(self.queue, selection) >= len(found)
            return found

    def decide(
        self, letters: Sequence[DeadLetter], state: LetterState = LetterState.REDRIVEN
    ) -> set[UUID]:
        with self.unit_of_work(SYSTEM):
            return set(self.letters.decide([one.id for one in letters], state, NOON, None))


def make_fake() -> Store:
    letters, numbers = FakeDeadLetters(), count()

    def kill() -> str:
        letter = make_letter(QUEUE, f"m-{next(numbers)}")
        assert letters.add(letter)
        return letter.message_id

    return Store(letters, QUEUE, kill, lambda _scope: nullcontext())


def make_stored(kind: str) -> Store:
    if kind == "deliveries":
        receiver = make_receiver()
        rows = PostgresDeadRows(DELIVERIES)
        return Store(rows, DELIVERIES.queue, lambda: str(receiver.kill_delivery().id))
    bot, letters = make_bot(), PostgresDeadLetters()

    def kill_message(queue: str = QUEUE) -> str:
        letter = replace(make_letter(queue, str(uuid4())), body=BODY)
        with transaction(SYSTEM):
            assert letters.add(letter)
        return letter.message_id

    def kill_update() -> str:
        return f"{bot.config.id}/{bot.kill_update().update_id}"

    if kind == "messages":
        return Store(letters, QUEUE, kill_message)
    if kind == "updates":
        return Store(PostgresDeadRows(UPDATES), UPDATES.queue, kill_update)
    if kind == "sends":
        return Store(PostgresDeadRows(SENDS), SENDS.queue, lambda: str(bot.kill_send().id))
    numbers = count()

    def kill_either() -> str:
        time.sleep(0.002)  # ids of the two are in order from one millisecond to the next
        return kill_update() if next(numbers) % 2 else kill_message(UPDATES.queue)

    return Store(dead_letters(), UPDATES.queue, kill_either)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Store:
    if request.param != "fake":
        request.getfixturevalue("database")
    return make_fake() if request.param == "fake" else make_stored(request.param)


class TestList:
    def test_is_by_pages_the_newest_first(self, store: Store) -> None:
        died = store.die(5)
        first = store.list(limit=2)
        assert [one.message_id for one in first] == died[:1:-1]
        rest = store.list(after=first[1].id)
        assert [one.message_id for one in rest] == died[2::-1]

    def test_has_nothing_of_another_queue(self, store: Store) -> None:
        store.die(2)
        assert replace(store, queue="notify-owner").list() == []

    def test_of_those_that_wait_leaves_out_what_was_decided(self, store: Store) -> None:
        store.die(3)
        newest = store.list()[0]
        store.decide([newest])
        assert newest.id not in {one.id for one in store.list()}
        with store.unit_of_work(SYSTEM):
            assert store.letters.count(store.queue, state=LetterState.WAITING) == 2


class TestSelection:
    def test_runs_from_the_oldest_to_its_end_and_leaves_out_what_dies_later(
        self, store: Store
    ) -> None:
        died = store.die(3)
        with store.unit_of_work(SYSTEM):
            newest = store.letters.newest_id(store.queue)
        assert newest is not None
        store.die(1)
        selection = Selection(until=newest)
        assert [one.message_id for one in store.select(selection)] == died
        assert [one.message_id for one in store.select(selection, limit=2)] == died[:2]
        after = replace(selection, after=store.select(selection)[0].id)
        assert [one.message_id for one in store.select(after)] == died[1:]

    def test_by_ids_has_those_alone(self, store: Store) -> None:
        store.die(3)
        wanted = store.list()[1]
        found = store.select(Selection([wanted.id, uuid4()]))
        assert [one.message_id for one in found] == [wanted.message_id]

    def test_of_an_empty_queue_is_empty(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.letters.newest_id(store.queue) is None
        assert store.select(Selection()) == []


class TestDecision:
    @pytest.mark.parametrize("state", [LetterState.REDRIVEN, LetterState.DISCARDED])
    def test_is_taken_once(self, store: Store, state: LetterState) -> None:
        store.die(3)
        letters = store.list()
        assert store.decide(letters[:2], state) == {one.id for one in letters[:2]}
        assert store.decide(letters, state) == {letters[2].id}
        assert store.decide(letters, state) == set()

    def test_in_parallel_is_taken_once(self, store: Store) -> None:
        if isinstance(store.letters, FakeDeadLetters):
            pytest.skip("the fake is for one thread")
        store.die(10)
        letters = store.list()

        def decide(number: int) -> str:
            return str(len(store.decide(letters if number % 2 else letters[::-1])))

        assert sum(map(int, outcomes(decide, range(4)))) == 10

    def test_of_an_unknown_id_is_none(self, store: Store) -> None:
        with store.unit_of_work(SYSTEM):
            assert store.letters.decide([uuid4()], LetterState.REDRIVEN, NOON, None) == []


def letters_of(queue: str, state: LetterState | None = None) -> Sequence[Any]:
    with transaction(SYSTEM):
        return dead_letters().list(queue, PageRequest(100), state=state)


@pytest.mark.usefixtures("database")
class TestWhatWasDecided:
    def test_on_a_row_is_listed_beside_what_waits(self) -> None:
        store = make_stored("updates")
        store.die(2)
        store.decide(store.list()[:1], LetterState.DISCARDED)
        first, second = letters_of(UPDATES.queue)
        assert (first.state, second.state) == (LetterState.DISCARDED, LetterState.WAITING)
        assert first.message_id == f"{first.concern.object_id}/2"
        assert (first.body, first.doorbell, first.decided_at) == (None, None, NOON)

    def test_names_the_first_letter_of_what_died_again(self) -> None:
        bot = make_bot()
        update = bot.kill_update()
        store = Store(PostgresDeadRows(UPDATES), UPDATES.queue, lambda: "")
        (first,) = store.list()
        for _ in range(2):
            store.decide(store.list())
            bot.kill_again(update)
        (waiting,) = store.list()
        assert waiting.id > first.id
        assert waiting.first_id == first.id
        assert [one.first_id for one in letters_of(UPDATES.queue)] == [first.id, first.id, None]
