"""The simulated Telegram for tests, with aiogram's Bot as its only client."""

from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import GetUpdates, SendMessage, TelegramMethod
from aiogram.types import Message as SentMessage
from aiogram.types import Update

from infra.local.simulators.telegram import bots, founding, groups, people
from infra.local.simulators.telegram.model import Chat, User
from infra.local.simulators.telegram.server import SimulatedTelegram
from tests.support.loops import run_async

T = TypeVar("T")
NOON = 1_800_000_000.0
"""Where the clock of these tests stands at first."""


class PlainSession(AiohttpSession):
    """A session that closes at once: there is no TLS to wait for."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def client(url: str, token: str, timeout_s: float = 20.0) -> Bot:
    """aiogram's Bot that talks to a simulator."""
    session = PlainSession(api=TelegramAPIServer.from_base(url), timeout=timeout_s)
    return Bot(token, session=session)


@dataclass
class Scene:
    """A simulator with an owner, a member and a bot in a supergroup."""

    telegram: SimulatedTelegram
    owner: User
    ann: User
    bot: bots.Bot
    group: Chat

    def ask(self, method: TelegramMethod[T], bot: bots.Bot | None = None) -> T:
        """Call a method as a bot; aiogram validates the answer."""
        return self.ask_with(method, (bot or self.bot).token)

    def ask_with(self, method: TelegramMethod[T], token: str, timeout_s: float = 20.0) -> T:
        """Call a method with a token."""

        async def call() -> T:
            async with client(self.telegram.url, token, timeout_s) as bot:
                return await bot(method)

        return run_async(call())

    def send(self, text: str = "hello", chat: Chat | None = None, **more: Any) -> SentMessage:
        """Let the bot send a text."""
        chat_id = (chat or self.group).id
        return self.ask(SendMessage(chat_id=chat_id, text=text, **more))

    def updates(self, bot: bots.Bot | None = None) -> list[Update]:
        """What the bot was told since the last call."""
        told = self.ask(GetUpdates(), bot)
        if told:
            self.ask(GetUpdates(offset=told[-1].update_id + 1, limit=1), bot)
        return told

    def kinds(self, bot: bots.Bot | None = None) -> list[str]:
        """The kinds of these updates."""
        return [update.event_type for update in self.updates(bot)]

    def texts(self, bot: bots.Bot | None = None) -> list[str]:
        """The texts of the messages among these updates, without service messages."""
        messages = [update.message for update in self.updates(bot) if update.message]
        return [message.text for message in messages if message.text]


def scene(telegram: SimulatedTelegram) -> Scene:
    """Put people, a group and a bot into a simulator; the bot has seen its arrival."""
    make = partial(founding.add_user, telegram.world)
    owner, ann = make("Olga", "olga", "ru"), make("Ann", "ann", "en")
    bot = founding.add_bot(telegram.world, "runbook_bot")
    group = founding.add_group(telegram.world, "On call", owner)
    groups.add(telegram.world, group, ann, owner)
    groups.add(telegram.world, group, bot.user, owner)
    bot.queue.clear()
    return Scene(telegram, owner, ann, bot, group)


def say(here: Scene, text: str, reply_to: int | None = None) -> int:
    """Let the member write into the group; the id of the message."""
    words = people.Words(text, reply_to)
    return people.say(here.telegram.world, here.group, here.ann, words).id
