"""Removing the webhooks of an erased account, with tokens that cannot be read or used."""

from dataclasses import replace
from uuid import UUID

import pytest

from mara.kernel.secret import Secret
from mara.telegram.errors import TelegramUnavailable
from mara.telegram.model.silenced import Silenced
from mara.telegram.service.bot_silencing import UNREACHED_MAX, BotSilencing
from tests.support.bots import BotWorld, settings_of
from tests.support.fakes.telegram import FakeBotConfigs
from tests.support.fakes.vaults import fake_secret_store


@pytest.fixture
def world() -> BotWorld:
    return BotWorld()


def connect(world: BotWorld, number: int) -> tuple[UUID, list[str]]:
    """An account with some bots; its id, and their tokens."""
    caller, agent_id = world.customer()
    tokens = [world.bot(1000 + one) for one in range(number)]
    for one, token in enumerate(tokens):
        world.service.connect(caller, token, settings_of(agent_id, f"bot {one}"))
    return caller.user_id, tokens


def silencing_of(world: BotWorld) -> BotSilencing:
    tokens = fake_secret_store(world.database, world.now)
    configs = FakeBotConfigs(world.database)
    return BotSilencing(configs, tokens, world.api, world.database.unit_of_work)


class TestSilence:
    def test_removes_the_webhook_of_every_bot(self, world: BotWorld) -> None:
        owner_id, tokens = connect(world, 2)
        assert silencing_of(world).silence(owner_id) == Silenced(removed=2)
        assert [world.api.bots[token].webhook_url for token in tokens] == ["", ""]

    def test_goes_past_a_token_that_nothing_can_read(self, world: BotWorld) -> None:
        owner_id, tokens = connect(world, 2)
        secrets = world.database.committed.connection_secrets
        broken = next(iter(secrets))
        other = fake_secret_store(world.database, world.now).seal(owner_id, Secret(bytearray(9)))
        secrets[broken] = replace(secrets[broken], encrypted=other.encrypted)
        assert silencing_of(world).silence(owner_id) == Silenced(removed=1, unreadable=1)
        assert sorted(world.api.bots[token].webhook_url == "" for token in tokens) == [False, True]

    def test_stops_after_some_failures_of_telegram(self, world: BotWorld) -> None:
        owner_id, _ = connect(world, UNREACHED_MAX + 1)
        asked: list[str] = []

        def fail(method: str) -> None:
            asked.append(method)
            raise TelegramUnavailable("Later.")

        world.api.before = fail
        assert silencing_of(world).silence(owner_id) == Silenced(unreached=UNREACHED_MAX)
        assert len(asked) == UNREACHED_MAX
