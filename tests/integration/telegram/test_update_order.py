"""Each update once, in the order of its lane, whatever happens to it and to doorbells (proof 1).

Updates come five times at once; their doorbells are all lost, those that ring are doubled and
shuffled and may find nothing; workers end between any
two steps, and others begin with their leases still in place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

import psycopg
import pytest

from infra.local.postgres import ADMIN, PostgresServer
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.update import ClaimedUpdate, Lane
from mara.telegram.service.lanes import LaneService
from mara.wiring.telegram import update_reception_service
from tests.support.bots import NOON
from tests.support.money import make_owner
from tests.support.parallel import outcomes
from tests.support.stored_bots import add_bot

CHATS = (-1, -2, -3)
PER_CHAT = 6
COPIES = 5
AFTER_A_LEASE = timedelta(seconds=31)
BEGIN = 100
LATE_IDS = (7, 8, 9)
"""Smaller than all before: they come last in their chats."""


class Ended(Exception):
    """The worker is no more."""


@dataclass
class Worker:
    """Handles updates by a row of its own in the same transaction, and may end at any step.

    It takes the place of ``UpdateHandler``. ``steps`` is how many it has before it ends.
    """

    steps: int
    updates: PostgresUpdates = field(default_factory=PostgresUpdates)

    def handle(self, update: ClaimedUpdate, holder: UUID) -> bool:
        self.step()
        with transaction(SYSTEM):
            if not self.updates.hold(update.in_lane, holder):
                return False
            connection().execute(
                "INSERT INTO handled_updates (lane, update_id) VALUES (%s, %s)",
                [update.lane, update.update_id],
            )
            self.step()
            self.updates.handled(update)
        self.step()
        return True

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Ended


def ids_of(place: int) -> list[int]:
    """The ids of the updates of a chat in the order in which Telegram sends them."""
    ids = [BEGIN + number * len(CHATS) + place for number in range(PER_CHAT - 1)]
    return [*ids, LATE_IDS[place]]


class WithoutDoorbells(PostgresUpdates):
    """All doorbells are lost."""

    def claim(self, update: ClaimedUpdate, message: Message | None = None) -> bool:
        return super().claim(update)


def receive(bot: BotConfig, update: tuple[int, int]) -> str:
    update_id, chat_id = update
    body = json.dumps({"update_id": update_id, "message": {"chat": {"id": chat_id}}}).encode()
    service = replace(update_reception_service(), updates=WithoutDoorbells())
    return str(service.receive(bot.id, "secret", body))


def work(bot: BotConfig, at: datetime, ring: tuple[int, int]) -> str:
    """Let a worker answer a doorbell; it ends after so many steps."""
    chat_id, steps = ring
    service = LaneService(
        PostgresUpdates(),
        Worker(steps),  # type: ignore[arg-type]
        lambda _: None,
        transaction,
        lambda: at,
        lambda _: None,
    )
    service.work(Lane(bot.id, bot.owner_id, f"chat:{chat_id}"))
    return "done"


def handled() -> dict[str, list[int]]:
    with transaction(SYSTEM):
        rows = connection().execute("SELECT lane, update_id FROM handled_updates ORDER BY position")
        found: dict[str, list[int]] = {}
        for lane, update_id in rows.fetchall():
            found.setdefault(lane, []).append(update_id)
    return found


@pytest.fixture
def bot(database: str, postgres: PostgresServer) -> Iterator[BotConfig]:
    """A bot, beside a table of what was handled."""
    admin = postgres.url(ADMIN, database.rsplit("/", 1)[1])
    with psycopg.connect(admin, autocommit=True) as rows:
        rows.execute(
            "CREATE TABLE handled_updates (position bigint GENERATED ALWAYS AS IDENTITY,"
            " lane text NOT NULL, update_id bigint NOT NULL)"
        )
        rows.execute("GRANT ALL ON handled_updates TO mara_app")
    yield add_bot(make_owner())
    disconnect()
    with psycopg.connect(admin, autocommit=True) as rows:
        rows.execute("DROP TABLE handled_updates")


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.proof)])
def test_every_update_is_handled_once_in_the_order_of_its_lane(bot: BotConfig, seed: int) -> None:
    """See it fail: handle without ``hold``, or order lanes by ``update_id``."""
    random, at = Random(seed), NOON
    for number in range(PER_CHAT):
        sent = [(ids_of(place)[number], chat_id) for place, chat_id in enumerate(CHATS)]
        copies = sent * COPIES
        random.shuffle(copies)
        found = outcomes(partial(receive, bot), copies)
        assert sorted(found) == ["False"] * len(sent) * (COPIES - 1) + ["True"] * len(sent)
        rings = [(chat_id, random.randrange(9)) for chat_id in CHATS * 2 if random.random() < 0.7]
        random.shuffle(rings)
        outcomes(partial(work, bot, at), rings or [(CHATS[0], 0)])
        if random.random() < 0.5:
            at += AFTER_A_LEASE
    for _ in CHATS:
        # The schedule of the minute: what has work and no lease.
        at += AFTER_A_LEASE
        with transaction(SYSTEM):
            idle = PostgresUpdates().list_idle(at, limit=9)
        for lane in idle:
            work(bot, at, (int(lane.name.removeprefix("chat:")), 999))
    assert handled() == {f"chat:{chat}": ids_of(place) for place, chat in enumerate(CHATS)}
    again = [(update_id, chat) for place, chat in enumerate(CHATS) for update_id in ids_of(place)]
    assert [receive(bot, one) for one in again] == ["False"] * len(again)
