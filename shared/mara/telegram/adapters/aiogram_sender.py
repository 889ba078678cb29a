"""Sends by aiogram, whose loop runs in a thread beside the one that holds the database."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import EditMessageText, SendDocument, SendMessage, TelegramMethod
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)
from aiogram.utils.token import TokenValidationError

from mara.telegram.adapters.aiogram_api import OneCallSession
from mara.telegram.adapters.aiogram_outcomes import outcome_of
from mara.telegram.errors import InvalidBotToken
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.sending import SendOutcome, SendRequest, SendResult

TIMEOUT_S: Final = 8.0
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class AiogramSession:
    """Implements ``SendSession``."""

    bot: Bot
    loop: asyncio.AbstractEventLoop

    def submit(self, request: SendRequest) -> Future[SendOutcome]:
        """Send beside others."""
        return asyncio.run_coroutine_threadsafe(self._send(request), self.loop)

    async def _send(self, request: SendRequest) -> SendOutcome:
        try:
            sent = await self.bot(_method(request))
        except Exception as error:  # noqa: BLE001 - what is no answer of Telegram is raised again
            return outcome_of(error)
        telegram_id = sent.message_id if isinstance(sent, Message) else 0
        return SendOutcome(SendResult.SENT, telegram_id=telegram_id)


@dataclass(frozen=True, slots=True)
class AiogramSender:
    """Implements ``MessageSender``. ``url`` is that of the Bot API server, without the token."""

    url: str

    @contextmanager
    def open(self, token: bytearray) -> Iterator[AiogramSession]:
        """Open a session of a bot. Raises InvalidBotToken where the text is no token."""
        session = OneCallSession(api=TelegramAPIServer.from_base(self.url), timeout=TIMEOUT_S)
        try:
            bot = Bot(token.decode(), session)
        except TokenValidationError:
            raise InvalidBotToken("The stored text is no token.") from None
        loop = asyncio.new_event_loop()
        thread = Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield AiogramSession(bot, loop)
        finally:
            asyncio.run_coroutine_threadsafe(_finish(session), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _finish(session: OneCallSession) -> None:
    """Wait for what is on its way, and close the connections."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    await session.close()


def _method(request: SendRequest) -> TelegramMethod[Any]:
    if request.edits is not None:
        return EditMessageText(
            chat_id=request.chat_id,
            message_id=request.edits,
            text=request.text.text,
            entities=_entities(request.text),
            link_preview_options=NO_PREVIEW,
            reply_markup=_markup(request),
        )
    placed: dict[str, Any] = {
        "chat_id": request.chat_id,
        "message_thread_id": request.thread_id,
        "reply_parameters": _reply(request),
        "reply_markup": _markup(request),
    }
    if request.file is not None:
        file = BufferedInputFile(request.file.content, request.file.name)
        return SendDocument(document=file, **placed)
    return SendMessage(
        text=request.text.text,
        entities=_entities(request.text),
        link_preview_options=NO_PREVIEW,
        **placed,
    )


def _entities(text: FormattedText) -> list[MessageEntity]:
    return [
        MessageEntity(type=one.format, offset=one.offset, length=one.length, url=one.url)
        for one in text.entities
    ]


def _reply(request: SendRequest) -> ReplyParameters | None:
    if request.reply_to is None:
        return None
    return ReplyParameters(message_id=request.reply_to, allow_sending_without_reply=True)


def _markup(request: SendRequest) -> InlineKeyboardMarkup | None:
    if not request.buttons:
        return None
    rows = [
        [InlineKeyboardButton(text=one.text, callback_data=one.data, url=one.url) for one in row]
        for row in request.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)
