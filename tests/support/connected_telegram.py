"""A simulated Telegram that the functions under test reach over HTTP, and bots to connect."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from functions.api.telegram.connect_bot.handler import handler as connect_bot
from infra.local.simulators.telegram import bots, founding
from infra.local.simulators.telegram.server import SimulatedTelegram, simulated_telegram
from mara.kernel.secret import Secret
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.people import PostgresBotPeople
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.person import BotPerson, PersonKind
from mara.wiring.connection_secrets import secret_store
from tests.support.accounts import Account
from tests.support.bots import make_config
from tests.support.events import Answer, call
from tests.support.ports import free_port

PATH = "/api/v1/telegram/configs"
PUBLIC = "http://localhost:1"
"""Nothing answers there: updates wait at the simulated Telegram."""
CHAT_ID, PERSON_ID = -1001234567890, 100000001


@contextmanager
def telegram_connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedTelegram]:
    """Serve a Telegram, and let the functions of this process use it."""
    with simulated_telegram(free_port()) as telegram:
        monkeypatch.setenv("MARA_TELEGRAM_API_URL", telegram.url)
        monkeypatch.setenv("MARA_PUBLIC_URL", PUBLIC)
        yield telegram


def give_bot(telegram: SimulatedTelegram, token: str) -> bots.Bot:
    """A bot that has the token of an example."""
    bot = founding.add_bot(telegram.world, "runbook_bot")
    bot.token = token
    return bot


@dataclass
class ConnectedBot:
    """A bot of an account, as its owner and as Telegram see it."""

    owner: Account
    agent_id: str
    bot: bots.Bot
    made: dict[str, Any]

    @property
    def path(self) -> str:
        return f"{PATH}/{self.made['id']}"

    @property
    def id(self) -> UUID:
        return UUID(self.made["id"])


def connect(owner: Account, agent_id: str, bot: bots.Bot, **more: Any) -> Answer:
    """Connect a bot of the simulated Telegram by the function itself."""
    body = {"name": "On call", "token": bot.token, "agent_id": agent_id, **more}
    return call(connect_bot, "POST", PATH, headers=owner.headers, body=body)


def make_connected_bot(owner: Account, agent_id: str, telegram: SimulatedTelegram) -> ConnectedBot:
    """A bot that is connected."""
    bot = founding.add_bot(telegram.world, "runbook_bot")
    answer = connect(owner, agent_id, bot)
    assert answer.status == 201, answer.text
    return ConnectedBot(owner, agent_id, bot, answer.json)


def give_chat(owner_id: UUID, config_id: UUID, title: str = "On call", number: int = 0) -> None:
    """A chat that waits for the owner's decision, and a person who may ask.

    ``number`` makes their ids differ.
    """
    ids, place = (config_id, owner_id), (ChatKind.SUPERGROUP, ChatState.PENDING)
    chat = BotChat(*ids, CHAT_ID - number, title, *place, None, now())
    person = BotPerson(*ids, PERSON_ID + number, PersonKind.INVITED, title, now())
    with transaction(owner_id):
        PostgresBotChats().save(chat)
        PostgresBotPeople().add(person)


def give_config(owner_id: UUID, agent_id: UUID, name: str, number: int) -> UUID:
    """The row of a bot that is connected without Telegram, with a chat and a person; its id.

    ``number`` makes their ids at Telegram differ.
    """
    token = secret_store().seal(owner_id, Secret(bytearray(name.encode())))
    config = make_config(owner_id, token.id, number, name)
    config = replace(config, settings=replace(config.settings, agent_id=agent_id))
    with transaction(owner_id):
        secret_store().add(token)
        assert PostgresBotConfigs().add(config)
    give_chat(owner_id, config.id, name, number)
    return config.id
