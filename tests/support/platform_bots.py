"""The platform's bot, connected to a simulated Telegram, with a person who talks to it."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from functions.api.telegram.link_telegram_account.handler import handler as link_telegram_account
from functions.api.telegram.receive_update.handler import handler as receive_update
from functions.queues.handle_updates.handler import handler as handle_updates
from functions.queues.send_telegram.handler import handler as send_telegram
from functions.schedules.watch_bots.handler import handler as watch_bots
from infra.local.simulators.telegram import bots, founding, people
from infra.local.simulators.telegram.model import Chat, User
from infra.local.simulators.telegram.server import SimulatedTelegram
from infra.local.simulators.telegram.webhooks import SECRET_HEADER
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.telegram.adapters.bot_chats import PostgresBotChats
from mara.telegram.adapters.bot_configs import PostgresBotConfigs
from mara.telegram.adapters.people import PostgresBotPeople
from mara.telegram.model.bot_chat import BotChat, ChatKind, ChatState
from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.person import BotPerson, PersonKind
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.wiring.telegram_platform import ensure_account, platform_bot_keeping
from tests.support.accounts import Account
from tests.support.events import Answer, call
from tests.support.stored_bots import add_bot

PATH = "/api/v1/telegram/account"
PLATFORM_ID, PERSON = 7_900_000_001, 200_000_001


@dataclass
class PlatformBot:
    """The bot as Telegram sees it; ``tokens`` are set as the operator sets them."""

    telegram: SimulatedTelegram
    patch: pytest.MonkeyPatch
    bot: bots.Bot = field(init=False)

    def __post_init__(self) -> None:
        self.bot = founding.add_bot(self.telegram.world, "mara_bot")
        self.set_token(self.bot.token)

    def set_token(self, token: str) -> Any:
        """Set the operator's token, and let the schedule see it; what it answers."""
        self.patch.setenv("MARA_TELEGRAM_BOT_TOKEN", token)
        return self.tick()

    def tick(self) -> Any:
        platform_bot_keeping.cache_clear()
        return watch_bots({}, None)["result"]

    def config(self) -> BotConfig:
        with transaction(PLATFORM_ACCOUNT):
            (found,) = PostgresBotConfigs().list(PLATFORM_ACCOUNT, PageRequest())
        return found

    def person(self, name: str = "Ann", language: str = "en") -> User:
        return founding.add_user(self.telegram.world, name, language_code=language)

    def chat(self, person: User) -> Chat:
        return people.private_chat(self.telegram.world, self.bot, person)

    def say(self, person: User, text: str) -> list[str]:
        """Let the person write, and the functions work; what the bot said since."""
        before = len(self.texts(person))
        people.say(self.telegram.world, self.chat(person), person, text)
        self.work()
        return self.texts(person)[before:]

    def block(self, person: User, *, ends: bool = False) -> None:
        change = people.unblock if ends else people.block
        change(self.telegram.world, self.chat(person))
        self.work()

    def work(self) -> None:
        """Deliver the updates that wait at Telegram, handle them, and send what was queued."""
        for update in list(self.bot.queue.pending(self.telegram.world.now())):
            assert self.deliver(json.dumps(update.body).encode()).status == 200
            self.bot.queue.forget(update)
        for lane in _lanes():
            _ring(handle_updates, lane)
        self.send()

    def deliver(self, body: bytes, secret: str | None = None) -> Answer:
        assert self.bot.webhook is not None
        known = self.bot.webhook.settings.secret or ""
        headers = {SECRET_HEADER: known if secret is None else secret}
        path = self.bot.webhook.settings.url.partition("/api/v1")[2]
        json_type = {"content-type": "application/json"}
        return call(
            receive_update, "POST", f"/api/v1{path}", headers={**headers, **json_type}, raw=body
        )

    def send(self) -> None:
        config = self.config()
        _ring(send_telegram, {"config_id": str(config.id), "owner_id": str(config.owner_id)})

    def texts(self, person: User) -> list[str]:
        """What the bot wrote to the person."""
        messages = self.chat(person).messages.values()
        return [one.text for one in messages if one.bot_id == self.bot.id]

    def link(self, account: Account, person: User) -> list[str]:
        """Follow a new link of the account; what the bot says."""
        return self.say(person, f"/start {self.code(account)}")

    def code(self, account: Account) -> str:
        answer = call(link_telegram_account, "POST", f"{PATH}/link", headers=account.headers)
        assert answer.status == 201, answer.text
        code: str = answer.json["link"].partition("?start=")[2]
        return code


def give_account_link(user_id: UUID, number: int = 0) -> UUID:
    """The platform's bot without Telegram, and a person of the user who is linked to it.

    The id of its config; ``number`` makes ids at Telegram differ.
    """
    ensure_account()
    with transaction(PLATFORM_ACCOUNT):
        known = PostgresBotConfigs().list(PLATFORM_ACCOUNT, PageRequest())
    config = known[0] if known else add_bot(PLATFORM_ACCOUNT, PLATFORM_ID)
    ids = (config.id, user_id)
    state = ChatState.APPROVED
    with transaction(user_id):
        PostgresBotPeople().add(BotPerson(*ids, PERSON + number, PersonKind.ACCOUNT, "Ann", now()))
        PostgresBotChats().save(
            BotChat(*ids, PERSON + number, "Ann", ChatKind.PRIVATE, state, None, now())
        )
    return config.id


def _lanes() -> list[dict[str, str]]:
    with transaction(SYSTEM):
        query = "SELECT DISTINCT config_id, owner_id, lane FROM bot_updates WHERE state = 'waiting'"
        rows = connection().execute(query).fetchall()
    return [
        dict(zip(("config_id", "owner_id", "lane"), map(str, row), strict=True)) for row in rows
    ]


def _ring(handler: Any, body: dict[str, str]) -> None:
    record = {"messageId": "1", "body": json.dumps(body)}
    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}
