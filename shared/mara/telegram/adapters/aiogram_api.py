"""The Bot API by aiogram, which speaks asyncio; each call runs in a loop of a thread of its own.

A route function runs in an event loop already, so the loop of a call cannot be in its thread.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, GetMe, GetWebhookInfo, SetWebhook, TelegramMethod
from aiogram.utils.token import TokenValidationError

from mara.telegram.errors import InvalidBotToken, TelegramUnavailable, WebhookRefused
from mara.telegram.model.bot_config import BotProfile

ResultT = TypeVar("ResultT")

TIMEOUT_S = 8.0
"""A route has 29 s, and connecting a bot makes three calls."""
CONNECTIONS_MAX = 40
ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
]


class OneCallSession(AiohttpSession):
    """A session that closes at once; aiogram's waits 0.25 s for the ends of TLS connections."""

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


@dataclass(frozen=True, slots=True)
class AiogramBotApi:
    """Implements ``BotApi``. ``url`` is that of the Bot API server, without the token.

    Errors of aiogram name the method and may name the URL, which holds the token: they are replaced
    by errors of the domain and never chained.
    """

    url: str

    def get_me(self, token: bytearray) -> BotProfile:
        """Return the account of the bot. Raises InvalidBotToken, TelegramUnavailable."""
        user = self._call(token, GetMe())
        reads_all = bool(user.can_read_all_group_messages)
        return BotProfile(user.id, user.username or "", reads_all)

    def get_webhook_url(self, token: bytearray) -> str:
        """Return the address of the webhook, or an empty text.

        Raises InvalidBotToken, TelegramUnavailable.
        """
        return self._call(token, GetWebhookInfo()).url

    def set_webhook(
        self, token: bytearray, url: str, secret: str, *, drop_pending_updates: bool
    ) -> None:
        """Set the webhook. Raises InvalidBotToken, WebhookRefused, TelegramUnavailable."""
        method = SetWebhook(
            url=url,
            secret_token=secret,
            max_connections=CONNECTIONS_MAX,
            allowed_updates=ALLOWED_UPDATES,
            drop_pending_updates=drop_pending_updates,
        )
        self._call(token, method)

    def delete_webhook(self, token: bytearray) -> None:
        """Delete the webhook. Raises InvalidBotToken, TelegramUnavailable."""
        self._call(token, DeleteWebhook())

    def _call(self, token: bytearray, method: TelegramMethod[ResultT]) -> ResultT:
        """Make one call."""

        async def call() -> ResultT:
            server = TelegramAPIServer.from_base(self.url)
            async with Bot(token.decode(), OneCallSession(api=server, timeout=TIMEOUT_S)) as bot:
                return await bot(method)

        return _translated(lambda: _run(call()))


def _run(coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def _translated(call: Callable[[], ResultT]) -> ResultT:
    try:
        return call()
    except (TelegramUnauthorizedError, TelegramNotFound, TokenValidationError):
        # 404 is the answer to a token that has not the form of one (telegram-bot-api).
        raise InvalidBotToken("Telegram does not know this token.") from None
    except TelegramBadRequest as error:
        words = error.message
        raise WebhookRefused("See the words of Telegram.", telegram=words) from None
    except (AiogramError, OSError, TimeoutError) as error:
        kind = type(error).__name__
        raise TelegramUnavailable("Try again.", cause=kind) from None
