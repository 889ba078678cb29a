"""Answers to presses and the sign that the bot is busy, by aiogram."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import AnswerCallbackQuery, SendChatAction, TelegramMethod
from aiogram.utils.token import TokenValidationError

from mara.telegram.adapters.aiogram_api import OneCallSession
from mara.telegram.adapters.aiogram_outcomes import outcome_of
from mara.telegram.errors import InvalidBotToken, TelegramUnavailable
from mara.telegram.model.sending import SendOutcome, SendResult

TIMEOUT_S: Final = 5.0
"""A sign that comes later says nothing."""
ANSWER_MAX: Final = 200
"""Characters (Bot API, answerCallbackQuery)."""


@dataclass(frozen=True, slots=True)
class AiogramChatSigns:
    """Implements ``ChatSigns``. ``url`` is that of the Bot API server, without the token."""

    url: str

    def answer_press(self, token: bytearray, press_id: str, text: str, *, alert: bool) -> bool:
        """Show a text to the presser. Raises InvalidBotToken, TelegramUnavailable."""
        method = AnswerCallbackQuery(
            callback_query_id=press_id, text=text[:ANSWER_MAX] or None, show_alert=alert
        )
        return self._show(token, method)

    def show_typing(self, token: bytearray, chat_id: int, thread_id: int | None) -> bool:
        """Show that the bot is busy. Raises InvalidBotToken, TelegramUnavailable."""
        method = SendChatAction(chat_id=chat_id, message_thread_id=thread_id, action="typing")
        return self._show(token, method)

    def _show(self, token: bytearray, method: TelegramMethod[bool]) -> bool:
        with ThreadPoolExecutor(1) as pool:
            outcome = pool.submit(asyncio.run, self._ask(token, method)).result()
        if outcome.kind is SendResult.REVOKED:
            raise InvalidBotToken("Telegram does not know this token.")
        if outcome.kind in {SendResult.FAULT, SendResult.POSTPONED}:
            raise TelegramUnavailable("Try again.")
        return outcome.kind is SendResult.SENT

    async def _ask(self, token: bytearray, method: TelegramMethod[bool]) -> SendOutcome:
        server = TelegramAPIServer.from_base(self.url)
        try:
            async with Bot(token.decode(), OneCallSession(api=server, timeout=TIMEOUT_S)) as bot:
                await bot(method)
        except TokenValidationError:
            return SendOutcome(SendResult.REVOKED)
        except Exception as error:  # noqa: BLE001 - what is no answer of Telegram is raised again
            return outcome_of(error)
        return SendOutcome(SendResult.SENT)
